"""Gives the desk what it shows of a running service, and makes the link for its first user."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from alerts.digest.context import TellingContext
from storage.store import Store
from supplierwatch.desk.jobs import Jobs
from supplierwatch.health.recent_errors import LoggedError, RecentErrors
from supplierwatch.service.service import Service
from supplierwatch.wiring import CompiledConfiguration


class ServiceSource:
    """Shows the archive and the configuration in force to the desk (`DeskSource`).

    Args:
        service: the running service.
        report: returns the state for /health.
        environ: environment variables with secrets and overrides.
        errors: the last warnings and errors of the log.
        note: a sentence at the top of each page.
    """

    def __init__(
        self,
        service: Service,
        report: Callable[[], Mapping[str, Any]],
        environ: Mapping[str, str],
        errors: RecentErrors | None = None,
        *,
        note: str = "",
    ) -> None:
        self._service = service
        self._report = report
        self.environ = environ
        self.note = note
        self.store: Store = service.store
        self.jobs = Jobs(service.ending)
        self._errors = errors

    @property
    def wired(self) -> CompiledConfiguration:
        """The configuration in force."""
        return self._service.in_force.wired

    @property
    def context(self) -> TellingContext:
        """The same, prepared for messages."""
        return self._service.in_force.context

    @property
    def clock(self) -> Callable[[], datetime]:
        """Returns aware UTC datetimes."""
        return self._service.clock

    def report(self) -> Mapping[str, Any]:
        """Return the state of the service, as /health shows it to this machine."""
        return self._report()

    def send_now(self, subscription: str) -> int:
        """Compose and send what is pending for a subscription; return how many messages."""
        service = self._service
        with service.store.reading() as unit:
            ids = [
                each.subscriber_id
                for each in unit.subscribers.all()
                if each.subscription_key == subscription
            ]
        service.match()
        written = service.tell(force=ids) if ids else 0
        service.deliver()
        return written

    def recent_errors(self) -> Sequence[LoggedError]:
        """Return the last warnings and errors of the log, the newest first."""
        return () if self._errors is None else self._errors.latest()


def make_first_link(service: Service, address: tuple[str, int] | None) -> str | None:
    """Make a link for the first user of the desk; None once there is one, or without HTTP."""
    if address is None:
        return None
    with service.store.transaction() as unit:
        if unit.users.has_any():
            return None
        token = unit.users.make_link(None, service.clock())
    return f"http://127.0.0.1:{address[1]}/link/{token}"

"""Gives the desk what it shows of a running service, and makes the link for its first user."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import datetime
from typing import Any, NamedTuple

from alerts.digest.context import TellingContext
from storage.rules.groups import EVERYTHING, GroupScope
from storage.store import Store
from supplierwatch.desk.background_jobs.jobs import Jobs
from supplierwatch.group_configuration import restrict_configuration
from supplierwatch.health.recent_errors import LoggedError, RecentErrors
from supplierwatch.service.service import Service
from supplierwatch.wiring import CompiledConfiguration


class _View(NamedTuple):
    """What some groups see of a configuration in force."""

    whole: CompiledConfiguration
    wired: CompiledConfiguration
    context: TellingContext


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
        self.scope = EVERYTHING
        self._views: dict[frozenset[str], _View] = {}  # shared by all that `within` returns

    def within(self, scope: GroupScope) -> ServiceSource:
        """Return the same for what a scope sees."""
        if scope.everything:
            return self
        restricted = copy(self)
        restricted.scope = scope
        restricted.store = self.store.within(scope)
        restricted.jobs = self.jobs.within(scope.own)
        return restricted

    @property
    def wired(self) -> CompiledConfiguration:
        """The configuration in force, without what the scope does not see."""
        return self._read_view().wired

    @property
    def context(self) -> TellingContext:
        """The same, prepared for messages."""
        return self._read_view().context

    def _read_view(self) -> _View:
        active, groups = self._service.in_force, self.scope.groups
        if groups is None:
            return _View(active.wired, active.wired, active.context)
        known = self._views.get(groups)
        if known is None or known.whole is not active.wired:
            wired = restrict_configuration(active.wired, self.scope)
            known = _View(active.wired, wired, TellingContext.of(wired.catalog, wired.queries))
            self._views[groups] = known
        return known

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

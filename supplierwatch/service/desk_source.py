"""What the desk reads of a running service, and the link that makes its first user."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from alerts.digest.context import TellingContext
from storage.store import Store
from supplierwatch.service.service import Service
from supplierwatch.wiring import CompiledConfiguration


class ServiceSource:
    """Shows the archive and the configuration in force to the desk (`DeskSource`).

    Args:
        service: the running service.
        report: returns the state for /health.
        environ: environment variables with secrets and overrides.
    """

    def __init__(
        self,
        service: Service,
        report: Callable[[], Mapping[str, Any]],
        environ: Mapping[str, str],
    ) -> None:
        self._service = service
        self._report = report
        self.environ = environ
        self.store: Store = service.store

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


def first_link(service: Service, address: tuple[str, int] | None) -> str | None:
    """Return the link that makes the first user; None once there is one, or without HTTP."""
    if address is None:
        return None
    with service.store.transaction() as unit:
        if unit.users.exist():
            return None
        token = unit.users.make_link(None, service.clock())
    return f"http://127.0.0.1:{address[1]}/link/{token}"

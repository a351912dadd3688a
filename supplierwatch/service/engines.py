"""Run the steps of the service: the interface, and the threads that run them on one machine.

The steps are the same on both databases; see `supplierwatch.cluster` for PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from storage.store import Store
from supplierwatch.health.health import Health
from supplierwatch.service.reload import ConfigWatch
from supplierwatch.service.service import Service
from supplierwatch.service.worker import Worker
from supplierwatch.wiring import CompiledConfiguration


class StepEngine(Protocol):
    """Runs the steps of a service."""

    def open_service(
        self, wired: CompiledConfiguration, store: Store, environ: Mapping[str, str]
    ) -> Service:
        """Return the service over a configuration, ready to begin."""

    def build_workers(self, health: Health, after_match: Sequence[Worker]) -> tuple[Worker, ...]:
        """Return the threads of this process; `after_match` are woken when items were matched."""

    def start(self) -> None:
        """Begin, after the threads were started."""

    def stop(self) -> None:
        """Begin nothing more; return at once."""

    def join(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds for jobs beside the threads; return whether all ended."""


class ThreadEngine:
    """A thread of this process for each step; one that did something wakes the next."""

    def __init__(self) -> None:
        self._service: Service | None = None
        self._environ: Mapping[str, str] = {}

    def open_service(
        self, wired: CompiledConfiguration, store: Store, environ: Mapping[str, str]
    ) -> Service:
        """Declare the configuration and take over what an earlier process left."""
        self._service, self._environ = Service(wired, store), environ
        self._service.take_over()
        return self._service

    def build_workers(self, health: Health, after_match: Sequence[Worker]) -> tuple[Worker, ...]:
        """Return a thread for each step."""
        service = self._service
        if service is None:
            raise RuntimeError("open_service comes first")
        stopping = service.ending
        config_watch = ConfigWatch(service, self._environ)
        deliver = Worker("deliver", service.deliver, health, stopping)
        tell = Worker("tell", service.tell, health, stopping, wakes=(deliver,))
        match = Worker("match", service.match, health, stopping, wakes=(tell, *after_match))
        index = Worker("index", service.index, health, stopping)
        index.wakes = (index,)  # wakes itself until everything is indexed
        crawl = Worker("crawl", service.crawl, health, stopping, wakes=(match,))
        reload = Worker("reload", config_watch.poll, health, stopping, wakes=(crawl, match))
        prune = Worker("prune", service.pruning.run_if_due, health, stopping)
        return (deliver, tell, match, index, crawl, reload, prune)

    def start(self) -> None:
        """Do nothing: the threads are all there is."""

    def stop(self) -> None:
        """Do nothing: the threads see that the service ends."""

    def join(self, timeout: float) -> bool:
        """Return at once."""
        return True

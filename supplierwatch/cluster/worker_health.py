"""Health and metrics of a worker, for probes; served where `--listen` names an address."""

from __future__ import annotations

import threading
from importlib.metadata import version
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from storage.errors import StorageError
from storage.store import Store
from supplierwatch.cluster.job_worker import JobWorker
from supplierwatch.desk.api.metrics import CONTENT_TYPE, Metric, make_gauge, render


class WorkerHealth:
    """Says whether a worker takes jobs, and why not. Names nothing of the configuration."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._worker: JobWorker | None = None
        self._stopping = threading.Event()

    def note_worker(self, worker: JobWorker) -> None:
        """Record that a configuration was found, and which worker takes the jobs."""
        self._worker = worker

    def note_stopping(self) -> None:
        """Record that no more jobs are taken."""
        self._stopping.set()

    def report(self) -> dict[str, Any]:
        """Return the state as JSON-ready values, in the form of that of the service."""
        reasons = self._find_reasons()
        return {
            "status": "failing" if reasons else "ok",
            "role": "worker",
            "reasons": reasons,
        }

    def route(self) -> Route:
        """Return the route of the metrics."""
        return Route("/metrics", self._respond)

    def _respond(self, _request: Request) -> Response:
        headers = {"Cache-Control": "no-store", "Content-Type": CONTENT_TYPE}
        return Response(render(self.metrics()), headers=headers)

    def metrics(self) -> tuple[Metric, ...]:
        """Return what a worker counts; jobs are counted by the service."""
        ready = not self._find_reasons()
        up = self._find_database_fault() is None
        return (
            make_gauge("info", "Version of supplierwatch.", [({"version": _version()}, 1)]),
            make_gauge("worker_ready", "1 while this worker takes jobs.", [({}, float(ready))]),
            make_gauge("database_up", "1 while the database answers.", [({}, float(up))]),
        )

    def _find_reasons(self) -> list[str]:
        fault = self._find_database_fault()
        if self._stopping.is_set():
            return ["it is being stopped"]
        if fault is not None:
            return [fault]
        if self._worker is None:
            return ["no configuration was declared yet: start `supplierwatch run`"]
        if not self._worker.takes_jobs:
            return ["it takes no jobs: the connection to the database was lost, and is made again"]
        return []

    def _find_database_fault(self) -> str | None:
        try:
            self._store.ping()
        except StorageError:
            return "the database does not answer"
        return None


def _version() -> str:
    return version("supplierwatch")

"""`supplierwatch worker`: does jobs until SIGTERM; needs the URL of the database alone."""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from config.settings.environment import DATA
from storage.jobs.step_jobs import ServiceStep
from storage.store import Store, open_store
from supplierwatch.cluster.declared_configuration import DeclaredConfiguration, read_declared
from supplierwatch.cluster.job_session import STOP_WITHIN
from supplierwatch.cluster.job_steps import JobSteps
from supplierwatch.cluster.job_worker import JobWorker
from supplierwatch.cluster.shared_clock import SharedClock
from supplierwatch.cluster.worker_health import WorkerHealth
from supplierwatch.errors import NotShared
from supplierwatch.health.heap import limit_arenas
from supplierwatch.service.run import SETTLING
from supplierwatch.service.service import Service
from supplierwatch.service.signals import stop_on_signal
from supplierwatch.service.ticks import wait_for
from supplierwatch.web.server import WebServer

log = logging.getLogger(__name__)

CHECK_EVERY = 1.0  # seconds between two checks for a declared configuration


def run_worker(
    url: str,
    environ: Mapping[str, str],
    *,
    queues: Sequence[ServiceStep],
    concurrency: int,
    listen: str | None = None,
    started: Callable[[DeclaredConfiguration], None] | None = None,
) -> None:
    """Do jobs of some steps until SIGTERM or SIGINT; end within 15 seconds of it.

    Waits until the process that has the configuration files has declared it.

    Args:
        url: of the shared database.
        environ: environment variables, with secrets where this worker delivers.
        queues: the steps; all where empty.
        concurrency: how many jobs run at the same time.
        listen: "host:port" for health and metrics; None for none.
        started: called once jobs are taken.

    Raises:
        NotShared: the database is not PostgreSQL.
        StorageError: it cannot be used, or its schema is of another release.
        ConfigInvalid: a secret is missing in the environment.
        ListenRefused: the address cannot be bound.
    """
    store = open_store(url, migrate=False)
    try:
        if not store.shared:
            raise NotShared(
                "a worker needs PostgreSQL: on SQLite `supplierwatch run` does everything itself"
            )
        stopping = threading.Event()
        stop_on_signal(stopping, "worker")
        with tempfile.TemporaryDirectory(prefix="supplierwatch-worker-") as folder:
            own = {DATA: str(Path(folder)), **environ}
            health = WorkerHealth(store)
            web = WebServer(health.report, listen=listen, desk=[health.route()])
            web.start()
            try:
                _work(store, own, stopping, tuple(queues), concurrency, health, started)
            finally:
                web.stop()
    finally:
        store.close()


def _work(
    store: Store,
    environ: Mapping[str, str],
    stopping: threading.Event,
    queues: tuple[ServiceStep, ...],
    concurrency: int,
    health: WorkerHealth,
    started: Callable[[DeclaredConfiguration], None] | None,
) -> None:
    limit_arenas()
    delivers = not queues or ServiceStep.DELIVER in queues
    declared = _wait_for_configuration(store, environ, stopping, delivers=delivers)
    if declared is None:
        return
    clock = SharedClock(store)
    active = declared.active
    service = Service(active.wired, store, clock=clock, owner="worker", in_force=active)
    service.telling.settling = SETTLING
    service.ending = stopping
    steps = JobSteps(
        service, environ, declared=declared, delivers=delivers, clock_offset=clock.offset
    )
    worker = JobWorker(store.libpq_url, steps, queues=queues, concurrency=concurrency)
    worker.start()
    health.note_worker(worker)
    log.info("worker.started queues=%s jobs=%d", ",".join(queues) or "all", concurrency)
    if started is not None:
        started(declared)
    while not wait_for(stopping, 3600.0):
        pass
    health.note_stopping()
    worker.stop()
    if not worker.join(STOP_WITHIN):
        # another worker takes over that job
        log.warning("worker.stop a job is still running")
    log.info("worker.stopped")


def _wait_for_configuration(
    store: Store, environ: Mapping[str, str], stopping: threading.Event, *, delivers: bool
) -> DeclaredConfiguration | None:
    waited = False
    while not stopping.is_set():
        found = read_declared(store, environ, delivers=delivers)
        if found is not None:
            return found
        if not waited:
            log.info("worker.waits for `supplierwatch run` to declare a configuration")
            waited = True
        wait_for(stopping, CHECK_EVERY)
    return None

"""Runs jobs of procrastinate until it is stopped; reconnects after the database was unavailable."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.jobs import DeleteJobCondition

from storage.jobs.step_jobs import TASK_PREFIX, ServiceStep
from supplierwatch.cluster.job_steps import JobSteps

log = logging.getLogger(__name__)
# it logs each job at its start and its end
logging.getLogger("procrastinate").setLevel(logging.WARNING)

HEARTBEAT = 5.0  # seconds
LOST_AFTER = 30.0  # seconds without a heartbeat
POLL_EVERY = 2.0  # seconds; a notification of the database comes sooner
BACK_OFF = (0.5, 1.0, 2.0, 5.0)  # seconds, after the connection to the database was lost
STOP_WITHIN = 12.0  # seconds


def make_app(url: str, steps: JobSteps, *, connections: int) -> App:
    """Return the application of procrastinate with a task for each step.

    Args:
        url: of PostgreSQL, as psycopg takes it.
        steps: what the tasks do.
        connections: the most connections of its pool.
    """
    connector = PsycopgConnector(conninfo=url, min_size=1, max_size=connections)
    app = App(connector=connector)
    for step in ServiceStep:
        if step is not ServiceStep.CRAWL:
            _add_step(app, step, steps)

    @app.task(name=f"{TASK_PREFIX}{ServiceStep.CRAWL}", retry=False)
    def crawl(run_id: str, sources: list[str], configuration: int | None = None) -> None:
        steps.crawl(run_id, sources)

    return app


def _add_step(app: App, step: ServiceStep, steps: JobSteps) -> None:
    # never tried again by procrastinate: where another job for the step waits already, that breaks
    # the uniqueness of its queueing lock and leaves the job running for ever; the planner queues it
    @app.task(name=f"{TASK_PREFIX}{step}", retry=False)
    def run(configuration: int | None = None) -> None:
        steps.run(step)


class JobWorker:
    """A thread that takes jobs of some steps.

    Args:
        url: of PostgreSQL, as psycopg takes it.
        steps: what the jobs do.
        queues: the steps whose jobs are taken; all where empty.
        concurrency: how many jobs run at the same time.
    """

    def __init__(
        self, url: str, steps: JobSteps, *, queues: Sequence[ServiceStep] = (), concurrency: int
    ) -> None:
        self._url = url
        self._steps = steps
        self._queues = [str(step) for step in queues] or [str(step) for step in ServiceStep]
        self._concurrency = concurrency
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._working: asyncio.Task[None] | None = None
        self._lock = threading.Lock()

    @property
    def takes_jobs(self) -> bool:
        """Whether jobs are taken now: not while it reconnects, nor after `stop`."""
        with self._lock:
            return self._working is not None and not self._stopping.is_set()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more jobs, without waiting; running jobs may end."""
        with self._lock:
            self._stopping.set()
            if self._loop is not None and self._working is not None:
                self._loop.call_soon_threadsafe(self._working.cancel)

    def join(self, timeout: float) -> bool:
        """Wait for the end of the thread; return whether it has ended."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                asyncio.run(self._work())
                failures = 0
            except asyncio.CancelledError:
                return
            except Exception as error:
                if self._stopping.is_set():
                    return
                pause = BACK_OFF[min(failures, len(BACK_OFF) - 1)]
                failures += 1
                log.warning("jobs.interrupted wait=%.1fs error=%s", pause, error)
                self._stopping.wait(pause)

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(self._concurrency + 2, "job"))
        app = make_app(self._url, self._steps, connections=4)
        async with app.open_async():
            working = asyncio.ensure_future(
                app.run_worker_async(
                    queues=self._queues,
                    concurrency=self._concurrency,
                    install_signal_handlers=False,
                    delete_jobs=DeleteJobCondition.SUCCESSFUL,
                    fetch_job_polling_interval=POLL_EVERY,
                    update_heartbeat_interval=HEARTBEAT,
                    stalled_worker_timeout=LOST_AFTER,
                    shutdown_graceful_timeout=STOP_WITHIN,
                )
            )
            broken: list[str] = []

            def stop_broken(_: asyncio.AbstractEventLoop, error: dict[str, Any]) -> None:
                # the state of a job could not be stored: it counts as running until this worker
                # is gone from the database
                broken.append(str(error.get("exception") or error.get("message")))
                working.cancel()

            loop.set_exception_handler(stop_broken)
            with self._lock:
                self._loop, self._working = loop, working
                if self._stopping.is_set():
                    working.cancel()
            try:
                await working
            except asyncio.CancelledError:
                if not broken or self._stopping.is_set():
                    raise
            finally:
                with self._lock:
                    self._loop = self._working = None
        if not self._stopping.is_set():
            # where a side task of procrastinate fails, it stops without an error
            raise ConnectionError("; ".join(broken) or "the worker of procrastinate has stopped")

"""One run of the worker of procrastinate, in a thread and an event loop of its own."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
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
STOP_WITHIN = 12.0  # seconds
CHECK_EVERY = 1.0  # seconds
# the side task that procrastinate begins with its first job, and ends before it waits for the last
HEARTBEAT_TASK = "update_heartbeats"


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


class JobSession:
    """Takes jobs until it is cancelled, or until procrastinate or the database fails.

    Args:
        make: returns the application of procrastinate; called in the thread.
        queues: the names of the queues whose jobs are taken.
        concurrency: how many jobs run at the same time.
    """

    def __init__(self, make: Callable[[], App], *, queues: Sequence[str], concurrency: int) -> None:
        self._make = make
        self._queues = list(queues)
        self._concurrency = concurrency
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._working: asyncio.Task[None] | None = None
        self._is_cancelled = False
        self._seen_at: float | None = None
        self.ended = threading.Event()
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def cancel(self) -> None:
        """Take no more jobs, without waiting; running jobs may end."""
        with self._lock:
            self._is_cancelled = True
            if self._loop is not None and self._working is not None:
                with suppress(RuntimeError):  # the loop has been closed
                    self._loop.call_soon_threadsafe(self._working.cancel)

    @property
    def takes_jobs(self) -> bool:
        """Whether the event loop was seen at work within the last seconds, and takes jobs."""
        with self._lock:
            seen, is_cancelled = self._seen_at, self._is_cancelled
        return seen is not None and not is_cancelled and time.monotonic() - seen < 3 * CHECK_EVERY

    def _run(self) -> None:
        try:
            asyncio.run(self._work())
        except BaseException as error:
            self.error = error
        finally:
            self._note_seen(is_at_work=False)
            self.ended.set()

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(self._concurrency + 2, "job"))
        app = self._make()
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
                if len(broken) == 1:  # a second cancellation would end the shutdown half-way
                    log.warning("jobs.broken error=%s", broken[0])
                    working.cancel()

            loop.set_exception_handler(stop_broken)
            with self._lock:
                self._loop, self._working = loop, working
                if self._is_cancelled:
                    working.cancel()
            watching = asyncio.ensure_future(self._watch())
            try:
                await working
            except asyncio.CancelledError:
                if not broken or self._is_cancelled:
                    raise
            finally:
                watching.cancel()
                with self._lock:
                    self._loop = self._working = None
        if not self._is_cancelled:
            # where a side task of procrastinate fails, it stops without an error
            raise ConnectionError("; ".join(broken) or "the worker of procrastinate has stopped")

    async def _watch(self) -> None:
        while True:
            names = {task.get_name() for task in asyncio.all_tasks()}
            self._note_seen(is_at_work=HEARTBEAT_TASK in names)
            await asyncio.sleep(CHECK_EVERY)

    def _note_seen(self, *, is_at_work: bool) -> None:
        with self._lock:
            self._seen_at = time.monotonic() if is_at_work else None

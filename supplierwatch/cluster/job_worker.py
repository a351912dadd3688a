"""Runs jobs of procrastinate until it is stopped; reconnects after the database was unavailable."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import traceback
from collections.abc import Sequence

from procrastinate import App

from storage.jobs.step_jobs import ServiceStep
from supplierwatch.cluster.job_session import (
    CHECK_EVERY,
    LOST_AFTER,
    STOP_WITHIN,
    JobSession,
    make_app,
)
from supplierwatch.cluster.job_steps import JobSteps

log = logging.getLogger(__name__)

BACK_OFF = (0.5, 1.0, 2.0, 5.0)  # seconds, after the connection to the database was lost
STUCK_AFTER = STOP_WITHIN + LOST_AFTER  # seconds in which a session neither takes jobs nor ends
MAX_ABANDONED = 3  # sessions whose jobs still run


class JobWorker:
    """A thread that takes jobs of some steps.

    A session that takes no jobs and does not end, since it waits for a job that hangs, is left to
    itself, and another is begun: what it has claimed counts as lost, and any worker does it.

    Args:
        url: of PostgreSQL, as psycopg takes it.
        steps: what the jobs do.
        queues: the steps whose jobs are taken; all where empty.
        concurrency: how many jobs run at the same time.
        stuck_after: the seconds after which a session is left to itself.
    """

    def __init__(
        self,
        url: str,
        steps: JobSteps,
        *,
        queues: Sequence[ServiceStep] = (),
        concurrency: int,
        stuck_after: float = STUCK_AFTER,
    ) -> None:
        self._url = url
        self._steps = steps
        self._queues = [str(step) for step in queues] or [str(step) for step in ServiceStep]
        self._concurrency = concurrency
        self._stuck_after = stuck_after
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="job sessions", daemon=True)
        self._lock = threading.Lock()
        self._session: JobSession | None = None
        self._abandoned: list[JobSession] = []

    @property
    def takes_jobs(self) -> bool:
        """Whether jobs are taken now: not while it reconnects, nor after `stop`."""
        session = self._session
        return session is not None and session.takes_jobs and not self._stopping.is_set()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more jobs, without waiting; running jobs may end."""
        with self._lock:
            self._stopping.set()
            if self._session is not None:
                self._session.cancel()

    def join(self, timeout: float) -> bool:
        """Wait for the end of the thread; return whether it has ended, and all jobs with it."""
        self._thread.join(timeout)
        return not self._thread.is_alive() and all(one.ended.is_set() for one in self._abandoned)

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            session = self._begin_session()
            if session is None:
                return
            had_begun = self._wait_for(session)
            if self._stopping.is_set() or isinstance(session.error, asyncio.CancelledError):
                session.ended.wait()
                return
            if not session.ended.is_set():
                self._abandon(session)
                continue
            failures = 0 if had_begun else failures
            pause = BACK_OFF[min(failures, len(BACK_OFF) - 1)]
            failures += 1
            log.warning("jobs.interrupted wait=%.1fs error=%s", pause, session.error)
            self._stopping.wait(pause)

    def _begin_session(self) -> JobSession | None:
        """Begin to take jobs; return None where `stop` was called."""
        session = JobSession(self._make_app, queues=self._queues, concurrency=self._concurrency)
        with self._lock:
            if self._stopping.is_set():
                return None
            self._session = session
        session.start()
        return session

    def _make_app(self) -> App:
        return make_app(self._url, self._steps, connections=4)

    def _wait_for(self, session: JobSession) -> bool:
        """Wait until a session ends, or is stuck; return whether it has taken jobs at all."""
        had_begun, idle = False, 0.0
        # counted by waits, not by the clock: a process that was stopped is not stuck
        while not session.ended.wait(CHECK_EVERY) and (
            idle < self._stuck_after or self._stopping.is_set()
        ):
            took = session.takes_jobs
            had_begun |= took
            idle = 0.0 if took else idle + CHECK_EVERY
        return had_begun

    def _abandon(self, session: JobSession) -> None:
        """Leave a session to itself; wait for one to end where too many are left already."""
        log.error(
            "jobs.stuck seconds=%.0f: another session takes jobs; threads:%s",
            *(self._stuck_after, _describe_jobs()),
        )
        session.cancel()
        self._abandoned = [one for one in self._abandoned if not one.ended.is_set()] + [session]
        while len(self._abandoned) > MAX_ABANDONED and not self._stopping.wait(CHECK_EVERY):
            self._abandoned = [one for one in self._abandoned if not one.ended.is_set()]


def _describe_jobs() -> str:
    """Return where the threads that do jobs are, one line each."""
    names = {one.ident: one.name for one in threading.enumerate() if one.name.startswith("job")}
    frames = sys._current_frames().items()
    lines = [
        f"\n  {names[ident]}: "
        + " < ".join(f"{at.name}:{at.lineno}" for at in reversed(traceback.extract_stack(frame)))
        for ident, frame in frames
        if ident in names
    ]
    return "".join(lines)

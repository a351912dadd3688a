"""Runs a piece of work that must not take for ever, and ends it when it does.

The work runs in a thread of its own; the caller waits for it, reads the processor time that this
thread has used and ends it by an exception that is raised in it (`PyThreadState_SetAsyncExc`).
The exception can reach nothing else: when it comes late, the thread that it was meant for is over.
It is raised between two bytecodes, so a call into C ends first: such calls must be bounded.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["TimeLimit", "TimeLimitExceeded", "run_within"]

_T = TypeVar("_T")

POLL = 0.05  # seconds between looks at the processor time
GRACE = 10.0  # seconds in which work that was told to end may still clean up
REMIND = 2.0  # seconds after which work that goes on is told again; it may be rolling back


class TimeLimitExceeded(Exception):
    """The work took longer than it may; it was ended.

    `processor`: it used up its processor time, so that the fault is its own and not the machine's.
    """

    def __init__(self, message: str, *, processor: bool) -> None:
        super().__init__(message)
        self.processor = processor


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimit:
    """How long work may take.

    `processor`: seconds of processor time of its thread. `elapsed`: seconds on the monotonic
    clock, many more, since a busy machine or a slow disk is no fault of the work.
    """

    processor: float
    elapsed: float


class _Stop(BaseException):
    """Ends the thread of the work; no `except Exception` in the work may stop it."""


def run_within(limit: TimeLimit, work: Callable[[], _T]) -> _T:
    """Do `work` and return what it returns; what it raises is raised here.

    Limits may be nested: the inner work has a thread and a limit of its own, and the time that
    the outer one waits for it counts on the outer one's monotonic clock alone.

    Raises:
        TimeLimitExceeded: it took longer than `limit`.
    """
    run = _Run(work)
    thread = threading.Thread(target=run.execute, name="bounded work", daemon=True)
    thread.start()
    reason = _wait(run, thread, limit)
    if reason is not None and not run.end(thread):
        raise _exceeded(f"{reason}, and has not ended yet")
    if run.error is not None:
        if isinstance(run.error, _Stop):
            raise _exceeded(str(reason))
        raise run.error
    return run.result()


def _exceeded(reason: str) -> TimeLimitExceeded:
    return TimeLimitExceeded(f"took longer than {reason}", processor="processor" in reason)


def _wait(run: _Run[_T], thread: threading.Thread, limit: TimeLimit) -> str | None:
    """Wait until the work has ended, or say which limit it has reached."""
    began = time.monotonic()
    while not run.done.wait(POLL):
        if run.processor_time() > limit.processor:
            return f"{limit.processor:g} s of processor time"
        if time.monotonic() - began > limit.elapsed:
            return f"{limit.elapsed:g} s"
    return None


class _Run(Generic[_T]):
    """One piece of work with its outcome; `done` is set when there is one."""

    def __init__(self, work: Callable[[], _T]) -> None:
        self._work = work
        self._clock: int | None = None
        self._began = 0.0  # on that clock
        self._results: list[_T] = []
        self.error: BaseException | None = None
        self.done = threading.Event()

    def execute(self) -> None:
        """Do the work and keep its outcome; the whole life of the thread."""
        try:
            try:
                clock = time.pthread_getcpuclockid(threading.get_ident())
                # not 0 where a library moves all clocks, this one too
                self._began = time.clock_gettime(clock)
                self._clock = clock
                self._results.append(self._work())
            except _Stop:
                # a new one: the frames of the work, and what it has open, are let go at once
                self.error = _Stop()
            except BaseException as error:  # the caller raises it
                self.error = error
            self.done.set()
        except _Stop as error:
            # it came after the work had ended, and before that was said
            if not self._results and self.error is None:
                self.error = error
            self.done.set()

    def result(self) -> _T:
        """What the work returned."""
        return self._results[0]

    def processor_time(self) -> float:
        """Seconds of processor time that the thread has used."""
        if self._clock is None:
            return 0.0
        try:
            return time.clock_gettime(self._clock) - self._began
        except OSError:  # the thread is over
            return 0.0

    def end(self, thread: threading.Thread) -> bool:
        """Have the thread end; False where it has not within `GRACE`: it ends when it can."""
        deadline = time.monotonic() + GRACE
        while not self.done.is_set() and time.monotonic() < deadline:
            # again and again: work may be in a `finally`, or in a call that clears exceptions
            _raise_in(thread)
            self.done.wait(REMIND)
        return self.done.is_set()


def _raise_in(thread: threading.Thread) -> None:
    if thread.ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(_Stop)
        )

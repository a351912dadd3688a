"""Runs a function within limits of processor time and elapsed time, and stops it beyond them.

The work runs in a thread of its own. The caller waits for it, reads the processor time of that
thread and stops it by raising an exception in it (`PyThreadState_SetAsyncExc`). A late exception
reaches no other code, because the thread has then ended. It is raised between two bytecodes, so a
call into C returns first: such calls must be bounded.
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
GRACE = 10.0  # seconds that stopped work has to clean up
REMIND = 2.0  # seconds between repeats of the exception; the work may be rolling back


class TimeLimitExceeded(Exception):
    """The work exceeded its limit and was stopped.

    `processor` is True if it exceeded the processor time: the work is slow, not the machine busy.
    """

    def __init__(self, message: str, *, processor: bool) -> None:
        super().__init__(message)
        self.processor = processor


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimit:
    """How long work may take.

    `processor`: seconds of processor time of its thread. `elapsed`: seconds on the monotonic
    clock; set it far higher, to allow for a busy machine or a slow disk.
    """

    processor: float
    elapsed: float


class _Stop(BaseException):
    """Stops the thread of the work. A BaseException, so that `except Exception` misses it."""


def run_within(limit: TimeLimit, work: Callable[[], _T]) -> _T:
    """Run `work` and return its result; exceptions of `work` are raised here.

    Calls may be nested: the inner work has a thread and a limit of its own, and for the outer one
    it counts as elapsed time only.

    Raises:
        TimeLimitExceeded: it took longer than `limit`.
    """
    run = _Run(work)
    thread = threading.Thread(target=run.execute, name="bounded work", daemon=True)
    thread.start()
    reason = _wait(run, thread, limit)
    if reason is not None and not run.end(thread):
        raise _build_error(f"{reason}, and has not ended yet")
    if run.error is not None:
        if isinstance(run.error, _Stop):
            raise _build_error(str(reason))
        raise run.error
    return run.result()


def _build_error(reason: str) -> TimeLimitExceeded:
    return TimeLimitExceeded(f"took longer than {reason}", processor="processor" in reason)


def _wait(run: _Run[_T], thread: threading.Thread, limit: TimeLimit) -> str | None:
    """Wait until the work ends; return the limit that it exceeded, or None."""
    began = time.monotonic()
    while not run.done.wait(POLL):
        if run.processor_time() > limit.processor:
            return f"{limit.processor:g} s of processor time"
        if time.monotonic() - began > limit.elapsed:
            return f"{limit.elapsed:g} s"
    return None


class _Run(Generic[_T]):
    """Holds the work and its outcome; `done` is set when it has ended."""

    def __init__(self, work: Callable[[], _T]) -> None:
        self._work = work
        self._clock: int | None = None
        self._began = 0.0  # on that clock
        self._started = time.monotonic()
        self._results: list[_T] = []
        self.error: BaseException | None = None
        self.done = threading.Event()

    def execute(self) -> None:
        """Run the work and store its result or error; the target of the thread."""
        try:
            try:
                clock = time.pthread_getcpuclockid(threading.get_ident())
                # not always 0: libraries that fake time shift this clock too
                self._began = time.clock_gettime(clock)
                self._clock = clock
                self._results.append(self._work())
            except _Stop:
                # a new exception, without traceback, releases the frames of the work at once
                self.error = _Stop()
            except BaseException as error:  # the caller raises it
                self.error = error
            self.done.set()
        except _Stop as error:
            # raised after the work had ended, before `done` was set
            if not self._results and self.error is None:
                self.error = error
            self.done.set()

    def result(self) -> _T:
        """Return the result of the work."""
        return self._results[0]

    def processor_time(self) -> float:
        """Return the processor time of the thread, in seconds; at most the time that has passed.

        A library that fakes time moves this clock when it moves the wall clock.
        """
        if self._clock is None:
            return 0.0
        try:
            used = time.clock_gettime(self._clock) - self._began
        except OSError:  # the thread is over
            return 0.0
        return min(used, time.monotonic() - self._started)

    def end(self, thread: threading.Thread) -> bool:
        """Stop the thread; return False if it still runs after `GRACE` seconds."""
        deadline = time.monotonic() + GRACE
        while not self.done.is_set() and time.monotonic() < deadline:
            # repeated: the work may be in a `finally`, or in a call that swallows exceptions
            _raise_stop_in(thread)
            self.done.wait(REMIND)
        return self.done.is_set()


def _raise_stop_in(thread: threading.Thread) -> None:
    if thread.ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(_Stop)
        )

"""A clock that goes as fast as this machine lets a process work.

What is allowed to the service is counted on it: a second of an idle machine takes many on one where
others work too, and an attack that is timed there would say nothing of the service.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

BURST = 0.02  # seconds of processor time in which the pace is measured
EVERY = 0.6  # seconds between two measurements


class WorkClock:
    """Counts the seconds that a process had, were this machine its own.

    A thread that works for `BURST` every now and then measures how long a second of work takes. It
    begins with the first question for the time, and ends with the process.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._seconds = 0.0
        self._since = time.monotonic()
        self._pace = 1.0

    def now(self) -> float:
        """Return the seconds since an arbitrary moment."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._measure_on, daemon=True)
                self._thread.start()
            self._count()
            return self._seconds

    def _count(self) -> None:
        now = time.monotonic()
        self._seconds += (now - self._since) / self._pace
        self._since = now

    def _measure_on(self) -> None:
        while True:
            pace = measure_pace(BURST)
            with self._lock:
                # what has passed since the last measurement went at the pace of both
                self._pace = max(1.0, (self._pace + pace) / 2)
                self._count()
                self._pace = max(1.0, pace)
            time.sleep(EVERY)


def measure_pace(burst: float) -> float:
    """Return how many seconds pass in one second of processor time; above 1 on a busy machine."""
    began, used = time.monotonic(), time.thread_time()
    while time.thread_time() - used < burst:
        sum(range(1_000))
    return (time.monotonic() - began) / (time.thread_time() - used)


CLOCK = WorkClock()


def eventually(true: Callable[[], bool], *, within: float, every: float = 0.2) -> bool:
    """Whether something comes true within so many seconds of `CLOCK`."""
    deadline = CLOCK.now() + within
    while CLOCK.now() < deadline:
        if true():
            return True
        time.sleep(every)
    return true()

"""The clock of the database, for processes on machines whose clocks may differ."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from storage.errors import StorageError
from storage.store import Store

MEASURE_EVERY = 30.0  # seconds
# a smaller difference may be the time that the query itself took
SMALLEST = timedelta(seconds=1)


def read_own_clock() -> datetime:
    """Return the time of this machine, aware and in UTC."""
    return datetime.now(UTC)


class SharedClock:
    """Returns aware UTC datetimes of the database's clock.

    The difference to this machine's clock is measured again every 30 seconds; while the database
    does not answer, the last one holds.

    Args:
        own: the clock of this machine.
        monotonic: seconds that never go back.
    """

    def __init__(
        self,
        store: Store,
        *,
        own: Callable[[], datetime] = read_own_clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._own = own
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._offset = timedelta(0)
        self._measure_at = float("-inf")

    def __call__(self) -> datetime:
        """Return the time."""
        return self._own() + self.offset()

    def offset(self) -> timedelta:
        """Return what is added to the clock of this machine."""
        with self._lock:
            if self._monotonic() >= self._measure_at:
                self._measure_at = self._monotonic() + MEASURE_EVERY
                self._measure()
            return self._offset

    def _measure(self) -> None:
        try:
            with self._store.reading() as unit:
                before = self._own()
                theirs = unit.jobs.now()
                after = self._own()
        except StorageError:
            return
        difference = theirs - (before + (after - before) / 2)
        self._offset = difference if abs(difference) >= SMALLEST else timedelta(0)

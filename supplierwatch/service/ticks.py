"""Wakes workers at their intervals, also when the wall clock jumps.

APScheduler makes the ticks. It computes its waits by the wall clock, so after a clock is set back
it makes none for the length of the jump. A thread on the monotonic clock detects jumps and missing
ticks: it wakes the workers itself and reschedules the jobs of APScheduler.
"""

from __future__ import annotations

import logging
import select
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

log = logging.getLogger(__name__)

CHECK_EVERY = 0.25  # seconds between two checks of the clocks
SMALLEST_JUMP = 2.0  # seconds; time servers slew by less, and a busy machine is late by less
LATE_BY = 2.0  # seconds without a tick, above its interval, after which a worker is woken anyway


@dataclass(frozen=True, slots=True)
class Jump:
    """The wall clock moved by `seconds` against the monotonic clock; negative: it was set back."""

    seconds: float


def wait_for(event: threading.Event, seconds: float) -> bool:
    """Wait for an event by the monotonic clock; returns whether it was set.

    `Event.wait` with a timeout uses the wall clock where the C library has nothing better.
    """
    end = time.monotonic() + seconds
    while not event.is_set():
        left = end - time.monotonic()
        if left <= 0:
            return False
        sleep(min(left, CHECK_EVERY))
    return True


def sleep(seconds: float) -> None:
    """Sleep by the monotonic clock of the kernel.

    `time.sleep` uses an absolute time, which fails where a test library fakes the wall clock.
    """
    select.select((), (), (), max(0.0, seconds))


class ClockWatch:
    """Compares the wall clock with the monotonic clock.

    Args:
        wall: seconds since the epoch.
        monotonic: seconds on a clock that is never set.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._offset = self._read_offset()

    def detect_jump(self) -> Jump | None:
        """Return the jump since the last call; None if there was none."""
        offset = self._read_offset()
        moved, self._offset = offset - self._offset, offset
        return Jump(moved) if abs(moved) >= SMALLEST_JUMP else None

    def _read_offset(self) -> float:
        # a pause of the process between two readings must not look like a jump
        before = self._monotonic()
        wall = self._wall()
        after = self._monotonic()
        return wall - (before + after) / 2 if after - before < 1.0 else wall - after


class EveryInterval(BaseTrigger):  # type: ignore[misc]
    """Fires one interval after it last fired, and only once for all missed intervals.

    The interval trigger of APScheduler steps through every missed time: after a jump of ten years,
    3 billion for a job that runs ten times a second.
    """

    def __init__(self, seconds: float) -> None:
        self.interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return the next fire time; the first is `now`."""
        return now if previous_fire_time is None else now + self.interval


class Ticks:
    """Ticks for workers, from `start` until `stop`.

    Args:
        wakes: wakes a worker, by its name.
        every: seconds between ticks, by name.
        on_jump: called with each jump of the wall clock.
        watch: detects jumps.
    """

    def __init__(
        self,
        wakes: Mapping[str, Callable[[], None]],
        every: Mapping[str, float],
        *,
        on_jump: Callable[[Jump], None] = lambda jump: None,
        watch: ClockWatch | None = None,
    ) -> None:
        self._wakes = dict(wakes)
        self._every = dict(every)
        self._on_jump = on_jump
        self._watch = watch or ClockWatch()
        self._ticked: dict[str, float] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch_clocks, name="clock-watch", daemon=True)
        self._scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(1)},
            # late ticks still count; several missed ticks are one
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            timezone="UTC",
        )

    def start(self) -> None:
        """Start ticking."""
        now = time.monotonic()
        for name in self._wakes:
            self._ticked[name] = now
            self._scheduler.add_job(
                self._tick, EveryInterval(self._every[name]), args=[name], id=name
            )
        self._scheduler.start()
        self._thread.start()

    def stop(self) -> None:
        """Stop ticking; a running tick completes."""
        self._stopping.set()
        self._scheduler.shutdown(wait=False)
        self._thread.join(5)

    def _tick(self, name: str) -> None:
        self._ticked[name] = time.monotonic()
        self._wakes[name]()

    def _watch_clocks(self) -> None:
        while not self._stopping.is_set():
            sleep(CHECK_EVERY)
            try:
                self._check_clocks()
            except Exception:
                log.exception("ticks.watch-failed")

    def _check_clocks(self) -> None:
        jump = self._watch.detect_jump()
        if jump is not None:
            log.warning("clock.jumped seconds=%.0f", jump.seconds)
            self._on_jump(jump)
        now = time.monotonic()
        late = [
            name
            for name, at in self._ticked.items()
            if jump is not None or now - at > self._every[name] + LATE_BY
        ]
        if not late:
            return
        for name in late:
            try:
                self._tick(name)
            except Exception:
                log.exception("ticks.tick-failed worker=%s", name)
        self._reschedule(late)

    def _reschedule(self, names: Sequence[str]) -> None:
        """Reschedule jobs of APScheduler by the current wall clock."""
        if self._stopping.is_set():
            return
        now = datetime.now(UTC)
        for name in names:
            job: Any = self._scheduler.get_job(name)
            if job is not None:
                job.modify(next_run_time=now + timedelta(seconds=self._every[name]))
        self._scheduler.wakeup()

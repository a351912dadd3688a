"""Workers are woken whatever the wall clock does."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from supplierwatch.service.ticks import ClockWatch, EveryInterval, Jump, Ticks, wait_for
from tests.support.services import eventually

DAY = 86_400.0
JUMPS = [3600.0, -3600.0, DAY, -DAY, 3650 * DAY, -3650 * DAY]


class Wall:
    """A wall clock that can be set."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.mark.parametrize("jump", JUMPS)
def test_each_jump_is_seen_once_and_its_way_back_too(jump: float) -> None:
    wall = Wall()
    watch = ClockWatch(wall)
    assert watch.detect_jump() is None
    wall.ahead = jump
    seen = watch.detect_jump()
    assert seen is not None
    assert seen.seconds == pytest.approx(jump, abs=1.0)
    assert watch.detect_jump() is None
    wall.ahead = 0.0
    back = watch.detect_jump()
    assert back is not None
    assert back.seconds == pytest.approx(-jump, abs=1.0)


def test_a_clock_that_is_slewed_or_a_process_that_stood_still_is_no_jump() -> None:
    now = [1_000.0]
    wall_ahead = [0.0]
    watch = ClockWatch(lambda: now[0] + wall_ahead[0], lambda: now[0])
    for _ in range(100):
        now[0] += 0.25
        wall_ahead[0] += 0.0005  # as fast as the kernel slews
        assert watch.detect_jump() is None
    now[0] += 8 * 3600  # stopped: both clocks went on
    assert watch.detect_jump() is None


@pytest.mark.parametrize("jump", JUMPS)
def test_however_many_ticks_were_missed_one_comes(jump: float) -> None:
    trigger = EveryInterval(0.1)
    now = datetime.now(UTC)
    later = now + timedelta(seconds=jump)
    first = trigger.get_next_fire_time(None, now)
    assert first == now
    assert trigger.get_next_fire_time(first, later) == later + timedelta(seconds=0.1)


class Woken:
    """Counts how often each worker was woken."""

    def __init__(self) -> None:
        self.times: Counter[str] = Counter()
        self.jumps: list[Jump] = []

    def waker(self, name: str) -> object:
        def wake() -> None:
            self.times[name] += 1

        return wake

    def goes_on(self) -> bool:
        """Whether both workers are woken from now on, several times."""
        before = Counter(self.times)
        return eventually(
            lambda: all(self.times[name] >= before[name] + 3 for name in ("often", "seldom")),
            within=60,
        )


@pytest.fixture
def woken() -> Woken:
    return Woken()


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def ticks(woken: Woken, wall: Wall) -> Iterator[Ticks]:
    made = Ticks(
        {name: woken.waker(name) for name in ("often", "seldom")},  # type: ignore[misc]
        {"often": 0.1, "seldom": 0.5},
        on_jump=woken.jumps.append,
        watch=ClockWatch(wall),
    )
    made.start()
    yield made
    made.stop()


def test_workers_are_woken_at_their_intervals(ticks: Ticks, woken: Woken) -> None:
    assert woken.goes_on()


def test_workers_are_woken_although_the_scheduler_is_silent(ticks: Ticks, woken: Woken) -> None:
    ticks._scheduler.pause()
    assert woken.goes_on()


def test_jobs_whose_time_lies_in_the_future_are_set_anew(
    ticks: Ticks, woken: Woken, wall: Wall
) -> None:
    # as a clock that is set back by a day leaves them
    for name in ("often", "seldom"):
        job = ticks._scheduler.get_job(name)
        job.modify(next_run_time=datetime.now(UTC) + timedelta(days=1))
    wall.ahead = -DAY
    assert eventually(lambda: len(woken.jumps) == 1)

    def are_near() -> bool:
        jobs = [ticks._scheduler.get_job(name) for name in ("often", "seldom")]
        return all(job.next_run_time < datetime.now(UTC) + timedelta(minutes=1) for job in jobs)

    assert eventually(are_near)
    assert woken.goes_on()


def test_a_worker_that_cannot_be_woken_silences_no_other(wall: Wall) -> None:
    woken = threading.Event()

    def fail() -> None:
        raise OSError("no")

    ticks = Ticks({"a": fail, "b": woken.set}, {"a": 0.1, "b": 0.1}, watch=ClockWatch(wall))
    ticks.start()
    try:
        for ahead in (DAY, 0.0):
            woken.clear()
            wall.ahead = ahead
            assert woken.wait(30)
    finally:
        ticks.stop()


def test_a_wait_ends_with_its_event_or_its_time() -> None:
    event = threading.Event()
    assert wait_for(event, 0.01) is False
    event.set()
    assert wait_for(event, 3600.0) is True

"""Work that takes too long is ended, what it raises is raised, and nothing comes afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from alerts import time_limit
from alerts.time_limit import TimeLimit, TimeLimitExceeded, run_within
from tests.support.measuring.faketime import WrongClock, wrong_clock

pytestmark = pytest.mark.slow
SHORT = TimeLimit(processor=0.2, elapsed=300.0)
LONG = TimeLimit(processor=300.0, elapsed=300.0)


def loop_for_ever() -> None:
    while True:
        pass


def test_what_work_returns_is_returned() -> None:
    assert run_within(LONG, lambda: 42) == 42
    assert run_within(LONG, lambda: None) is None


def test_what_work_raises_is_raised() -> None:
    def fail() -> None:
        raise KeyError("its own")

    with pytest.raises(KeyError, match="its own"):
        run_within(LONG, fail)


def test_a_loop_without_end_is_ended_and_its_thread_is_over() -> None:
    before = threading.active_count()
    with pytest.raises(TimeLimitExceeded, match=r"longer than 0.2 s of processor time") as raised:
        run_within(SHORT, loop_for_ever)
    assert raised.value.processor
    assert threading.active_count() == before


def test_work_that_waits_is_ended_by_the_clock_and_that_is_not_its_own_fault() -> None:
    def wait() -> None:
        for _ in range(6000):
            time.sleep(0.05)

    with pytest.raises(TimeLimitExceeded) as raised:
        run_within(TimeLimit(processor=300.0, elapsed=0.2), wait)
    assert not raised.value.processor


def test_waiting_costs_no_processor_time() -> None:
    run_within(TimeLimit(processor=0.2, elapsed=300.0), lambda: time.sleep(0.5))


def test_work_that_catches_every_exception_is_ended() -> None:
    def stubborn() -> None:
        while True:
            try:
                loop_for_ever()
            except Exception:
                continue

    with pytest.raises(TimeLimitExceeded):
        run_within(SHORT, stubborn)


def test_work_that_swallows_its_end_once_is_ended_again() -> None:
    def swallow() -> None:
        try:
            loop_for_ever()
        except BaseException:
            loop_for_ever()

    with pytest.raises(TimeLimitExceeded):
        run_within(SHORT, swallow)


def test_what_is_open_is_closed_when_work_is_ended() -> None:
    closed = []

    def work() -> None:
        try:
            loop_for_ever()
        finally:
            closed.append(True)

    with pytest.raises(TimeLimitExceeded):
        run_within(SHORT, work)
    assert closed == [True]


def test_limits_nest_and_the_inner_one_ends_only_the_inner_work() -> None:
    def outer() -> str:
        with pytest.raises(TimeLimitExceeded):
            run_within(SHORT, loop_for_ever)
        return "went on"

    assert run_within(LONG, outer) == "went on"


def test_work_that_ends_as_its_time_does_never_hurts_its_caller() -> None:
    """The end may be told to work that has ended: the caller must never be hit by that."""
    ended = 0
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for number in range(60):
            spent = number * 0.002
            limit = TimeLimit(processor=0.04, elapsed=300.0)

            def work(spent: float = spent) -> int:
                until = time.thread_time() + spent
                while time.thread_time() < until:
                    pass
                return 1

            try:
                assert run_within(limit, work) == 1
            except TimeLimitExceeded:
                ended += 1
            sum(range(1000))  # bytecodes in which a late exception would arrive
    finally:
        sys.setswitchinterval(interval)
    assert ended < 60


def test_work_that_cannot_be_ended_is_left_and_its_caller_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A call into C ends first; the caller does not wait for it longer than its grace."""
    monkeypatch.setattr(time_limit, "GRACE", 0.2)
    released = threading.Event()

    def hold() -> None:
        released.wait(120)

    with pytest.raises(TimeLimitExceeded, match="has not ended yet"):
        run_within(TimeLimit(processor=300.0, elapsed=0.1), hold)
    released.set()


def test_a_library_that_moves_every_clock_ends_no_work(tmp_path: Path) -> None:
    clock = wrong_clock(tmp_path)
    clock.set_ahead(3600)
    assert within_a_minute("pause()", clock) == "done"


def test_a_clock_that_jumps_during_work_does_not_end_it(tmp_path: Path) -> None:
    clock = wrong_clock(tmp_path)
    jump = f"pathlib.Path({str(clock.setting)!r}).write_text('+3600\\n')"
    assert within_a_minute(f"(pause(), {jump}, pause())", clock) == "done"


def within_a_minute(work: str, clock: WrongClock) -> str:
    """Evaluate `work` in a process of its own, with a minute of processor time."""
    program = (
        "import pathlib, select; from alerts.time_limit import TimeLimit, run_within; "
        "pause = lambda: select.select((), (), (), 0.5); "
        "limit = TimeLimit(processor=60.0, elapsed=600.0); "
        f"run_within(limit, lambda: {work}); print('done')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | clock.environ,
        capture_output=True,
        text=True,
    )
    return ended.stdout.strip() or ended.stderr

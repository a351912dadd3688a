"""Far more than usual: found when it is there, and seldom when chance alone is at work."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.digest.anomaly import MIN_DAYS, Sensitivity, Usual, compute_usual, is_unusual

DAY = timedelta(days=1)
TODAY = date(2026, 11, 24)
LONG_AGO = TODAY - 200 * DAY
SENSITIVITIES: tuple[Sensitivity, ...] = ("low", "medium", "high")


def history(*values: int) -> dict[date, int]:
    """Stories on the days before today, the last one yesterday."""
    return {TODAY - (len(values) - at) * DAY: value for at, value in enumerate(values)}


def known(counts: dict[date, int]) -> Usual:
    found = compute_usual(counts, TODAY, LONG_AGO)
    assert found is not None
    return found


def test_the_usual_is_that_of_the_same_weekday() -> None:
    mondays = {TODAY - (7 * week + 1) * DAY: 20 for week in range(8)}
    tuesdays = {TODAY - 7 * week * DAY: 2 for week in range(1, 9)}
    found = known(mondays | tuesdays)
    assert (found.median, found.low, found.high, found.weekday) == (2, 2, 2, True)
    assert is_unusual(12, found, "medium")


def test_a_peak_that_comes_each_week_is_usual() -> None:
    tuesdays = {TODAY - 7 * week * DAY: 20 + week % 3 for week in range(1, 9)}
    assert not is_unusual(26, known(tuesdays), "high")


def test_one_loud_day_in_the_past_does_not_hide_the_next() -> None:
    quiet = {TODAY - 7 * week * DAY: 2 for week in range(1, 9)}
    loud = quiet | {TODAY - 7 * DAY: 90}
    for sensitivity in SENSITIVITIES:
        assert known(loud).threshold(sensitivity) == known(quiet).threshold(sensitivity)


def test_nothing_is_called_unusual_before_two_weeks_are_known() -> None:
    assert compute_usual({}, TODAY, TODAY - (MIN_DAYS - 1) * DAY) is None
    assert not is_unusual(1000, None, "high")
    early = compute_usual({}, TODAY, TODAY - MIN_DAYS * DAY)
    assert early is not None
    assert not early.weekday


@given(st.lists(st.integers(0, 200), min_size=56, max_size=56), st.integers(0, 500))
def test_the_more_sensitive_the_sooner(values: list[int], count: int) -> None:
    found = known(history(*values))
    low, medium, high = (is_unusual(count, found, each) for each in SENSITIVITIES)
    assert low <= medium <= high
    assert found.threshold("high") <= found.threshold("medium") <= found.threshold("low")


@given(st.lists(st.integers(0, 200), min_size=56, max_size=56), st.integers(0, 3))
def test_a_handful_is_never_unusual(values: list[int], count: int) -> None:
    for sensitivity in SENSITIVITIES:
        assert not is_unusual(count, known(history(*values)), sensitivity)


@pytest.mark.slow
@pytest.mark.parametrize("usually", [0.3, 1, 3, 10, 40])
def test_chance_alone_makes_few_alarms_and_five_times_the_usual_is_found(usually: float) -> None:
    random = np.random.default_rng(20261124)
    days = 4_000
    counts = random.poisson(usually, days)
    alarms = dict.fromkeys(SENSITIVITIES, 0)
    found = 0
    asked = range(60, days)
    for at in asked:
        past = {TODAY - (at - back) * DAY: int(counts[back]) for back in range(at - 56, at)}
        of = compute_usual(past, TODAY, LONG_AGO)
        for sensitivity in SENSITIVITIES:
            alarms[sensitivity] += is_unusual(int(counts[at]), of, sensitivity)
        found += is_unusual(max(8, round(5 * usually) + 3), of, "medium")
    assert alarms["high"] / len(asked) < 1 / 60
    assert alarms["medium"] / len(asked) < 1 / 150
    assert alarms["low"] / len(asked) < 1 / 1000
    assert found / len(asked) > 0.97

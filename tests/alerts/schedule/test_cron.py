"""Cron expressions."""

from __future__ import annotations

from datetime import date, time

import pytest

from alerts.schedule.cron import parse_cron


def test_lists_ranges_and_steps() -> None:
    cron = parse_cron("*/30 8-10 * * mon-fri")

    assert cron.times == tuple(time(h, m) for h in (8, 9, 10) for m in (0, 30))
    assert [cron.on(date(2026, 11, d)) for d in (23, 27, 28, 29)] == [True, True, False, False]


def test_sunday_is_nought_and_seven() -> None:
    assert parse_cron("0 0 * * 0") == parse_cron("0 0 * * 7")
    assert parse_cron("0 0 * * sun").on(date(2026, 11, 29))


def test_day_and_weekday_together_mean_either() -> None:
    cron = parse_cron("0 9 13 * fri")

    assert cron.on(date(2026, 11, 13))
    assert cron.on(date(2026, 11, 20))  # a Friday
    assert cron.on(date(2026, 10, 13))  # a Tuesday
    assert not cron.on(date(2026, 10, 14))


def test_months_have_names() -> None:
    assert parse_cron("0 9 1 jan,jul *").months == {1, 7}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0 9 * *", "4 fields"),
        ("60 9 * * *", "minute '60'"),
        ("0 24 * * *", "hour '24'"),
        ("0 9 * * funday", "weekday 'funday'"),
        ("0 9 0 * *", "day '0'"),
        ("0 9 * * 5-1", "runs backwards"),
        ("*/0 9 * * *", "minute '0'"),
        ("0 9 ² * *", "day '²'"),
    ],
)
def test_what_is_wrong_is_named(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_cron(text)

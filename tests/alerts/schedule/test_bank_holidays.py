"""Digests wait for the day after a bank holiday, where that is wanted.

Dates as published on GOV.UK for these years.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.schedule.bank_holidays import is_bank_holiday
from alerts.schedule.cadence import next_due, slot_day
from config.model import Cadence, Region

HOLIDAYS: dict[Region, str] = {
    "england-and-wales": """
        2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28
        2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-27 2027-12-28""",
    "scotland": """
        2026-01-01 2026-01-02 2026-04-03 2026-05-04 2026-05-25 2026-06-15 2026-08-03 2026-11-30
        2026-12-25 2026-12-28 2027-01-01 2027-01-04 2027-03-26 2027-05-03 2027-05-31
        2027-08-02 2027-11-30 2027-12-27 2027-12-28""",
    "northern-ireland": """
        2026-01-01 2026-03-17 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-07-13 2026-08-31
        2026-12-25 2026-12-28 2027-01-01 2027-03-17 2027-03-26 2027-03-29 2027-05-03 2027-05-31
        2027-07-12 2027-08-30 2027-12-27 2027-12-28""",
}
REGION = "england-and-wales"


@pytest.mark.parametrize("region", HOLIDAYS)
def test_working_days_off_are_those_that_are_published(region: Region) -> None:
    first = date(2026, 1, 1)
    days = [first + timedelta(days=number) for number in range(2 * 365)]
    off = [day.isoformat() for day in days if day.weekday() < 5 and is_bank_holiday(region, day)]
    assert off == HOLIDAYS[region].split()


def test_a_new_year_on_a_weekend_is_made_good() -> None:
    assert is_bank_holiday("scotland", date(2022, 1, 3))
    assert is_bank_holiday("scotland", date(2022, 1, 4))
    assert is_bank_holiday("scotland", date(2023, 1, 3))
    assert is_bank_holiday("england-and-wales", date(2023, 1, 2))
    assert is_bank_holiday("england-and-wales", date(2022, 12, 27))


@pytest.mark.parametrize("day", ["2022-06-03", "2022-09-19", "2023-05-08"])
@pytest.mark.parametrize("region", HOLIDAYS)
def test_a_day_that_was_proclaimed_once_is_one(region: Region, day: str) -> None:
    assert is_bank_holiday(region, date.fromisoformat(day))


def test_a_holiday_that_was_moved_is_not_one_on_its_usual_day() -> None:
    assert not is_bank_holiday(REGION, date(2022, 5, 30))
    assert is_bank_holiday(REGION, date(2022, 6, 2))


def cadence(kind: str, **more: object) -> Cadence:
    return Cadence(kind=kind, not_on_bank_holidays_of=REGION, **more)  # type: ignore[arg-type]


def due(which: Cadence, after: str) -> str:
    at = next_due(which, "Europe/London", None, datetime.fromisoformat(after).replace(tzinfo=UTC))
    assert at is not None
    return f"{at:%Y-%m-%d %H:%M}"


DAILY = cadence("daily", at=time(7, 30))
WEEKLY = cadence("weekly", weekday="mon", at=time(8))
CRON = cadence("cron", cron="0 9 * * 1-5")


@pytest.mark.parametrize(
    ("which", "after", "at"),
    [
        (DAILY, "2026-12-24T09:00", "2026-12-27 07:30"),
        (DAILY, "2026-12-27T09:00", "2026-12-29 07:30"),
        (DAILY, "2026-12-29T09:00", "2026-12-30 07:30"),
        (WEEKLY, "2026-05-01T09:00", "2026-05-05 07:00"),
        (WEEKLY, "2026-05-05T09:00", "2026-05-11 07:00"),
        (WEEKLY, "2026-12-22T09:00", "2026-12-29 08:00"),
        (CRON, "2026-04-02T12:00", "2026-04-04 08:00"),
        (CRON, "2026-04-04T12:00", "2026-04-07 08:00"),
    ],
)
def test_what_falls_on_holidays_is_due_on_the_first_day_after_them(
    which: Cadence, after: str, at: str
) -> None:
    assert due(which, after) == at


def test_without_a_region_every_day_counts() -> None:
    plain = Cadence(kind="daily", at=time(7, 30))
    assert due(plain, "2026-12-24T09:00") == "2026-12-25 07:30"


@given(hours=st.integers(0, 3 * 365 * 24))
def test_no_digest_is_due_on_a_holiday_and_each_counts_for_its_own_day(hours: int) -> None:
    after = datetime.fromtimestamp(1_767_225_600 + hours * 3600, tz=UTC)
    for which in (DAILY, WEEKLY, CRON):
        at = next_due(which, "Europe/London", None, after)
        assert at is not None
        assert not is_bank_holiday(REGION, at.date())
        if which is not CRON:
            assert slot_day(which, "Europe/London", at) == at.date()

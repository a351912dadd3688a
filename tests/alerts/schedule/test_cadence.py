"""When subscriptions are due, over clock changes and quiet hours in many zones."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.schedule.cadence import held_until, next_due, slot_day
from config.model import Cadence, QuietHours

LONDON, NEW_YORK, LORD_HOWE, APIA = (
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
)
NIGHT = QuietHours(start=time(21), end=time(7))


def daily(at: str) -> Cadence:
    return Cadence(kind="daily", at=time.fromisoformat(at))


def weekly(day: str, at: str) -> Cadence:
    return Cadence(kind="weekly", weekday=day, at=time.fromisoformat(at))  # type: ignore[arg-type]


HOURLY = Cadence(kind="hourly")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(moment: datetime | None, zone: str) -> str:
    assert moment is not None
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def due_times(
    cadence: Cadence,
    zone: str,
    start: datetime,
    end: datetime,
    quiet: QuietHours | None = None,
) -> list[datetime]:
    found, at = [], start
    while (due := next_due(cadence, zone, quiet, at)) is not None and due <= end:
        found.append(due)
        at = due
    return found


def test_a_daily_digest_comes_at_the_wall_clock_time_before_and_after_a_clock_change() -> None:
    days = due_times(daily("07:30"), LONDON, utc("2026-10-23T12:00"), utc("2026-10-27T12:00"))

    assert [local(d, LONDON)[-5:] for d in days] == ["07:30"] * 4
    assert [f"{d:%H:%M}" for d in days] == ["06:30", "07:30", "07:30", "07:30"]


@pytest.mark.parametrize(
    ("zone", "at", "start", "expected"),
    [
        # 01:30 comes twice on 25 October and does not come on 29 March
        (LONDON, "01:30", "2026-10-24T12:00", ["2026-10-25T00:30", "2026-10-26T01:30"]),
        (LONDON, "01:30", "2026-03-28T12:00", ["2026-03-29T01:30", "2026-03-30T00:30"]),
        (NEW_YORK, "01:30", "2026-10-31T16:00", ["2026-11-01T05:30", "2026-11-02T06:30"]),
        (NEW_YORK, "02:30", "2026-03-07T16:00", ["2026-03-08T07:30", "2026-03-09T06:30"]),
        # half an hour: 02:15 is skipped on 4 October, 01:45 comes twice on 5 April
        (LORD_HOWE, "02:15", "2026-10-03T10:00", ["2026-10-03T15:45", "2026-10-04T15:15"]),
        (LORD_HOWE, "01:45", "2026-04-04T10:00", ["2026-04-04T14:45", "2026-04-05T15:15"]),
        # Friday 30 December 2011 did not happen
        (APIA, "07:30", "2011-12-29T12:00", ["2011-12-29T17:30", "2011-12-30T17:30"]),
    ],
    ids=[
        "london-twice",
        "london-skipped",
        "new-york-twice",
        "new-york-skipped",
        "lord-howe-skipped",
        "lord-howe-twice",
        "apia-no-friday",
    ],
)
def test_a_clock_change_neither_doubles_nor_drops_a_daily_digest(
    zone: str, at: str, start: str, expected: list[str]
) -> None:
    begin = utc(start)

    days = due_times(daily(at), zone, begin, utc(expected[-1]))

    assert days == [utc(text) for text in expected]
    assert len({slot_day(daily(at), zone, day) for day in days}) == len(days)


def test_a_weekly_digest_keeps_its_day() -> None:
    weeks = due_times(
        weekly("mon", "08:00"), LONDON, utc("2026-10-20T00:00"), utc("2026-11-10T00:00")
    )

    assert [local(w, LONDON) for w in weeks] == [
        "2026-10-26 08:00",
        "2026-11-02 08:00",
        "2026-11-09 08:00",
    ]


def test_a_weekly_digest_for_a_day_that_was_skipped_comes_with_the_next() -> None:
    due = next_due(weekly("fri", "07:30"), APIA, None, utc("2011-12-29T20:00"))

    assert local(due, APIA) == "2011-12-31 07:30"


def test_hourly_counts_every_hour_that_passes_and_none_twice() -> None:
    night = due_times(HOURLY, LONDON, utc("2026-10-24T22:30"), utc("2026-10-25T03:00"))

    assert [f"{h:%H:%M}" for h in night] == ["23:00", "00:00", "01:00", "02:00", "03:00"]


def test_hourly_follows_a_wall_clock_that_moves_by_half_an_hour() -> None:
    hours = due_times(HOURLY, LORD_HOWE, utc("2026-10-03T14:00"), utc("2026-10-03T17:10"))

    assert [local(h, LORD_HOWE)[-5:] for h in hours] == ["01:00", "03:00", "04:00"]


def test_quiet_hours_hold_the_night_and_merge_it_into_one() -> None:
    hours = due_times(HOURLY, LONDON, utc("2026-11-24T18:30"), utc("2026-11-25T09:00"), NIGHT)

    assert [local(h, LONDON)[-5:] for h in hours] == ["19:00", "20:00", "07:00", "08:00", "09:00"]


def test_a_daily_digest_in_the_quiet_hours_comes_when_they_end_once_a_day() -> None:
    days = due_times(
        daily("23:00"), LONDON, utc("2026-11-24T12:00"), utc("2026-11-27T12:00"), NIGHT
    )

    assert [local(d, LONDON) for d in days] == [
        "2026-11-25 07:00",
        "2026-11-26 07:00",
        "2026-11-27 07:00",
    ]
    assert [slot_day(daily("23:00"), LONDON, d) for d in days] == [
        date(2026, 11, 24),
        date(2026, 11, 25),
        date(2026, 11, 26),
    ]


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-24T20:59", None),
        ("2026-11-24T21:00", "2026-11-25T07:00"),
        ("2026-11-25T06:59", "2026-11-25T07:00"),
        ("2026-11-25T07:00", None),
    ],
)
def test_quiet_hours_over_midnight_begin_and_end_on_the_minute(now: str, until: str | None) -> None:
    assert held_until(NIGHT, LONDON, utc(now)) == (utc(until) if until else None)


def test_quiet_hours_that_end_in_the_hour_that_comes_twice_do_end() -> None:
    # the second 01:10 of the night, with 01:30 still to come for the second time
    quiet = QuietHours(start=time(22), end=time(1, 30))

    assert held_until(quiet, LONDON, utc("2026-10-25T01:10")) == utc("2026-10-25T01:30")


def test_immediate_has_no_due_time_and_is_held_by_quiet_hours_alone() -> None:
    assert next_due(Cadence(kind="immediate"), LONDON, NIGHT, utc("2026-11-24T12:00")) is None


def test_cron_counts_weekdays_as_cron_does() -> None:
    # in APScheduler 1 is Tuesday
    due = next_due(Cadence(kind="cron", cron="0 9 * * 1"), LONDON, None, utc("2026-11-24T12:00"))

    assert local(due, LONDON) == "2026-11-30 09:00"
    assert datetime(2026, 11, 30, tzinfo=UTC).strftime("%A") == "Monday"


def test_a_cron_day_that_never_comes_is_never_due() -> None:
    never = Cadence(kind="cron", cron="0 9 30 2 *")
    leap = Cadence(kind="cron", cron="0 9 29 2 *")

    assert next_due(never, LONDON, None, utc("2026-11-24T12:00")) is None
    assert local(next_due(leap, LONDON, None, utc("2026-11-24T12:00")), LONDON) == (
        "2028-02-29 09:00"
    )


def test_a_digest_caught_up_after_midnight_counts_for_the_day_before() -> None:
    assert slot_day(daily("07:30"), LONDON, utc("2026-11-25T02:00")) == date(2026, 11, 24)
    assert slot_day(daily("07:30"), LONDON, utc("2026-11-25T07:30")) == date(2026, 11, 25)


@given(
    zone=st.sampled_from([LONDON, NEW_YORK, LORD_HOWE, APIA, "Asia/Kathmandu", "UTC"]),
    at=st.times().map(lambda t: t.replace(second=0, microsecond=0, tzinfo=None)),
    start=st.datetimes(datetime(2011, 12, 20), datetime(2030, 1, 1)).map(  # noqa: DTZ001
        lambda d: d.replace(tzinfo=UTC)
    ),
    quiet=st.sampled_from([None, NIGHT, QuietHours(start=time(6), end=time(9, 30))]),
)
def test_every_local_day_has_exactly_one_daily_digest(
    zone: str, at: time, start: datetime, quiet: QuietHours | None
) -> None:
    cadence = Cadence(kind="daily", at=at)
    days = [start]
    for _ in range(10):
        due = next_due(cadence, zone, quiet, days[-1])
        assert due is not None
        assert due > days[-1]
        assert held_until(quiet, zone, due) is None
        days.append(due)

    counted = [slot_day(cadence, zone, due) for due in days[1:]]
    assert len(set(counted)) == len(counted)
    # none is left out, but for the Friday that Samoa left out
    for one, next_one in itertools.pairwise(counted):
        gap = next_one - one
        assert gap == timedelta(days=1) or (
            zone == APIA and one < date(2011, 12, 30) < next_one and gap == timedelta(days=2)
        )

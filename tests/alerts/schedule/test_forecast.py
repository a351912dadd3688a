"""How many messages mentions at given times would have made."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from alerts.schedule.forecast import messages_of
from config.model import Subscription, Where
from config.values.cadence import read_cadence, read_quiet_hours

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
WEEK = MONDAY + timedelta(days=7)


def subscription(cadence: str, *, quiet: str | None = None, empty: bool = False) -> Subscription:
    return Subscription(
        key="s",
        to=("you@example.org",),
        watches=("w",),
        cadence=read_cadence(cadence),
        timezone="Europe/London",
        quiet_hours=None if quiet is None else read_quiet_hours(quiet),
        send_empty=empty,
        where=Where(file="subscriptions.toml", line=1),
    )


def at(day: int, clock: str) -> datetime:
    return datetime.combine(MONDAY.date() + timedelta(days=day), time.fromisoformat(clock), UTC)


@pytest.mark.parametrize(
    ("cadence", "times", "expected"),
    [
        ("daily at 07:30", [], 0),
        ("daily at 07:30", [at(0, "06:00"), at(0, "07:00"), at(2, "12:00")], 2),
        ("daily at 07:30", [at(6, "12:00")], 1),  # in the digest after the span
        ("weekly on mon at 07:30", [at(1, "12:00"), at(3, "12:00")], 1),
        ("hourly", [at(0, "09:10"), at(0, "09:50"), at(0, "10:10")], 2),
        ("immediate", [at(0, "09:00"), at(0, "11:00")], 2),
    ],
)
def test_mentions_become_messages_by_the_cadence(
    cadence: str, times: list[datetime], expected: int
) -> None:
    assert messages_of(subscription(cadence), times, since=MONDAY, until=WEEK) == expected


def test_empty_digests_count_where_they_are_wanted() -> None:
    assert (
        messages_of(subscription("daily at 07:30", empty=True), [], since=MONDAY, until=WEEK) == 7
    )


def test_a_flood_of_alerts_is_counted_under_its_ceiling() -> None:
    flood = [at(0, "09:00") + timedelta(minutes=2 * n) for n in range(30)]  # one hour

    assert messages_of(subscription("immediate"), flood, since=MONDAY, until=WEEK) <= 10


def test_quiet_hours_make_one_alert_of_a_night() -> None:
    night = [at(0, "22:00"), at(1, "01:00"), at(1, "05:00"), at(1, "09:00")]

    quiet = subscription("immediate", quiet="21:00-07:00")
    assert messages_of(quiet, night, since=MONDAY, until=WEEK) == 2


def test_what_one_poll_finds_is_one_alert() -> None:
    poll = [at(0, "09:00") + timedelta(seconds=n) for n in range(12)]

    assert messages_of(subscription("immediate"), poll, since=MONDAY, until=WEEK) == 1

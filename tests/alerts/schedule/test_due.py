"""Who is told now: cadence, quiet hours, and clocks that jump."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from alerts.schedule.due import agenda, alert_after
from config.model import Cadence, QuietHours, Subscription, Where
from storage.model import Subscriber

DAILY = Cadence(kind="daily", at=time(7, 30))
HOURLY = Cadence(kind="hourly")
AT_ONCE = Cadence(kind="immediate")
NIGHT = QuietHours(start=time(21), end=time(7))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def subscription(cadence: Cadence = DAILY, quiet: QuietHours | None = None) -> Subscription:
    return Subscription(
        key="sub",
        to=("a@b.example",),
        watches=("*",),
        cadence=cadence,
        timezone="Europe/London",
        quiet_hours=quiet,
        send_empty=False,
        where=Where(file="subscriptions.toml", line=1),
    )


def subscriber(next_at: str | None, last_cut: date | None = None) -> Subscriber:
    return Subscriber(
        subscriber_id=1,
        subscription_key="sub",
        recipient="a@b.example",
        activated_at=utc("2026-11-01T00:00"),
        next_at=utc(next_at) if next_at else None,
        last_cut_at=None,
        last_cut_date=last_cut,
    )


def decide(
    who: Subscriber,
    what: Subscription,
    now: str,
    waiting: int = 1,
    *,
    force: bool = False,
) -> tuple[bool, datetime | None]:
    """Whether the subscriber is due, and where its next time is moved to otherwise."""
    plan = agenda([who], {"sub": what}, {1: waiting}, utc(now), {1} if force else ())
    return bool(plan.due), plan.moves[0][1] if plan.moves else None


def test_a_new_subscriber_gets_its_first_time_and_nothing_yet() -> None:
    assert decide(subscriber(None), subscription(), "2026-11-24T06:00") == (
        False,
        utc("2026-11-24T07:30"),
    )


@pytest.mark.parametrize(("now", "due"), [("2026-11-24T07:29", False), ("2026-11-24T07:30", True)])
def test_a_digest_is_due_on_the_minute(now: str, due: bool) -> None:
    assert decide(subscriber("2026-11-24T07:30"), subscription(), now) == (due, None)


def test_days_of_downtime_are_one_digest() -> None:
    plan = agenda(
        [subscriber("2026-11-20T07:30")], {"sub": subscription()}, {}, utc("2026-11-24T12:00")
    )

    [due] = plan.due
    assert due.next_at == utc("2026-11-25T07:30")
    assert due.day == date(2026, 11, 24)


def test_the_same_local_day_is_not_cut_twice_when_the_clock_is_put_back() -> None:
    # cut at 07:30; the clock went back an hour, and somebody set the memory back with it
    who = subscriber("2026-11-24T07:30", last_cut=date(2026, 11, 24))

    assert decide(who, subscription(), "2026-11-24T07:30") == (False, utc("2026-11-25T07:30"))


def test_a_clock_that_ran_ten_years_ahead_freezes_nothing() -> None:
    who = subscriber("2036-11-25T07:30", last_cut=date(2036, 11, 24))

    assert decide(who, subscription(), "2026-11-24T07:00") == (False, utc("2026-11-24T07:30"))
    assert decide(
        replace(who, next_at=utc("2026-11-24T07:30")), subscription(), "2026-11-24T07:30"
    ) == (True, None)


def test_an_edited_cadence_is_followed_from_now_on() -> None:
    who = subscriber("2026-11-30T07:30")

    assert decide(who, subscription(), "2026-11-24T08:00") == (False, utc("2026-11-25T07:30"))


def test_what_fell_due_in_the_quiet_hours_waits_for_their_end() -> None:
    who = subscriber("2026-11-24T20:00")  # down from before 20:00 until 22:15

    assert decide(who, subscription(HOURLY, NIGHT), "2026-11-24T22:15") == (
        False,
        utc("2026-11-25T07:00"),
    )
    assert decide(replace(who, next_at=utc("2026-11-25T07:00")),
                  subscription(HOURLY, NIGHT), "2026-11-25T07:00") == (True, None)  # fmt: skip


@pytest.mark.parametrize(
    ("now", "waiting", "due"),
    [
        ("2026-11-24T12:00", 1, True),
        ("2026-11-24T12:00", 0, False),
        ("2026-11-24T23:00", 1, False),
        ("2026-11-25T07:00", 9, True),
    ],
    ids=["day", "nothing-waits", "night", "morning"],
)
def test_alerts_go_at_once_outside_of_quiet_hours(now: str, waiting: int, due: bool) -> None:
    assert decide(subscriber(None), subscription(AT_ONCE, NIGHT), now, waiting) == (due, None)


def test_force_overrides_cadence_and_quiet_hours() -> None:
    who = subscriber("2026-11-25T07:30", last_cut=date(2026, 11, 24))

    assert decide(who, subscription(DAILY, NIGHT), "2026-11-24T23:00", force=True) == (True, None)


def test_a_cadence_that_never_comes_is_left_alone() -> None:
    never = Cadence(kind="cron", cron="0 9 30 2 *")

    assert decide(subscriber(None), subscription(never), "2026-11-24T12:00") == (False, None)


def test_every_hour_of_a_year_of_ticks_makes_one_digest_a_day() -> None:
    who, cut = subscriber(None), []
    now = utc("2026-01-01T00:00")
    while now < utc("2027-01-01T00:00"):
        plan = agenda([who], {"sub": subscription()}, {}, now)
        for _, at in plan.moves:
            who = replace(who, next_at=at)
        for due in plan.due:
            cut.append(due.day)
            who = replace(who, next_at=due.next_at, last_cut_at=now, last_cut_date=due.day)
        now += timedelta(hours=1)

    assert cut == [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]


@pytest.mark.parametrize(
    ("next_at", "now", "expected"),
    [
        (None, "2026-11-24T09:00", None),
        ("2026-11-24T09:48", "2026-11-24T09:00", None),  # four of five alerts are spent
        ("2026-11-24T10:00", "2026-11-24T09:00", "2026-11-24T09:12"),
        ("2026-11-24T10:00", "2026-11-24T22:00", "2026-11-25T07:00"),  # quiet hours
        ("2027-11-24T10:00", "2026-11-24T09:00", None),  # a clock that ran ahead
    ],
)
def test_it_is_said_until_when_an_alert_is_held(
    next_at: str | None, now: str, expected: str | None
) -> None:
    what = subscription(AT_ONCE, NIGHT)

    held = alert_after(subscriber(next_at), what, utc(now))

    assert held == (utc(expected) if expected else None)
    # the same moment at which it is due
    for moment in [utc(now)] if held is None else [held]:
        assert decide(subscriber(next_at), what, f"{moment:%Y-%m-%dT%H:%M}")[0]

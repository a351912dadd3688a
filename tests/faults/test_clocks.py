"""Digests over clock changes, skipped days, moved zones and clocks that are wrong: one a day."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.model import Cadence
from storage.store import Store
from tests.support.clock import Clock
from tests.support.desk import Desk, a_subscription
from tests.support.outgoing import bodies, parsed
from tests.support.sizes import size

HALF_HOUR, HOUR, DAY = timedelta(minutes=30), timedelta(hours=1), timedelta(days=1)
JUMPS = [HOUR, -HOUR, DAY, -DAY, 3650 * DAY, -3650 * DAY]
# a week around each change; 01:30 and 02:15 are skipped or come twice
CHANGES = {
    "London, spring": ("Europe/London", datetime(2026, 3, 26, tzinfo=UTC)),
    "London, autumn": ("Europe/London", datetime(2026, 10, 22, tzinfo=UTC)),
    "New York, spring": ("America/New_York", datetime(2026, 3, 5, tzinfo=UTC)),
    "New York, autumn": ("America/New_York", datetime(2026, 10, 29, tzinfo=UTC)),
    "Lord Howe, spring": ("Australia/Lord_Howe", datetime(2026, 10, 1, tzinfo=UTC)),
    "Lord Howe, autumn": ("Australia/Lord_Howe", datetime(2026, 4, 2, tzinfo=UTC)),
    "Apia, a day that was not": ("Pacific/Apia", datetime(2011, 12, 27, tzinfo=UTC)),
}


def told_of(desk: Desk) -> Counter[str]:
    """How often each story was told."""
    links: list[str] = []
    for message in desk.inbox.messages:
        text = bodies(parsed(message.notification.raw))[0]
        links += re.findall(r"(?m)^   (https://ward-ledger\.example/\S+)", text)
    return Counter(links)


@pytest.mark.sized
@pytest.mark.parametrize("at", size([time(1, 30), time(2, 15), time(7, 30)], [time(1, 30)]))
@pytest.mark.parametrize("change", size([*CHANGES], ["London, spring", "London, autumn"]))
def test_over_a_clock_change_each_day_is_told_once_and_each_story_too(
    sqlite_store: Store, change: str, at: time
) -> None:
    zone, begin = CHANGES[change]
    clock = Clock(begin)
    cadence = Cadence(kind="daily", at=at, text="daily")
    desk = Desk(sqlite_store, clock, a_subscription("daily", cadence, timezone=zone))
    published = 0
    for step in range(7 * 48):
        if step % 16 == 0:
            desk.publish(f"Halcyon says {step}")
            published += 1
        desk.tick(HALF_HOUR)
    desk.tick(DAY)
    desk.tick(DAY)
    days = [m.created_at.astimezone(ZoneInfo(zone)).date().isoformat() for m in desk.inbox.messages]
    assert len(days) == len(set(days)), "a day is told once"
    assert len(days) >= 7
    assert set(told_of(desk).values()) == {1}
    assert len(told_of(desk)) == published


@pytest.mark.sized
@pytest.mark.parametrize(
    "jump", size([HOUR, -HOUR, DAY, -DAY, 3650 * DAY, -3650 * DAY], [HOUR, -DAY]), ids=str
)
def test_a_clock_that_jumps_and_comes_back_makes_no_storm_and_no_silence(
    sqlite_store: Store, jump: timedelta
) -> None:
    clock = Clock(datetime(2026, 11, 20, 6, 0, tzinfo=UTC))
    cadence = Cadence(kind="daily", at=time(7, 30), text="daily at 07:30")
    desk = Desk(sqlite_store, clock, a_subscription("daily", cadence), a_subscription("alerts"))
    for step in range(5 * 24):
        if step == 50:
            clock.advance(jump)
        if step == 52:
            clock.advance(-jump)
        if step % 10 == 0:
            desk.publish(f"Halcyon says {step}")
        desk.tick(timedelta(hours=1))
    # a digest that fell due in the wrong year tells what would have been an alert
    assert len(told_of(desk)) == 12
    assert set(told_of(desk).values()) == {1}
    assert len(desk.inbox.messages) == 12, "no storm"
    with sqlite_store.reading() as unit:
        assert set(unit.outbox.counts()) == {"sent"}


def test_a_subscription_that_moves_to_another_zone_tells_all_once(sqlite_store: Store) -> None:
    clock = Clock(datetime(2026, 11, 20, 0, 0, tzinfo=UTC))
    cadence = Cadence(kind="daily", at=time(7, 30), text="daily at 07:30")
    desk = Desk(sqlite_store, clock, a_subscription("daily", cadence, timezone="Europe/London"))
    watches = {"halcyon": "@halcyon"}
    for step in range(8 * 24):
        if step == 90:
            moved = a_subscription("daily", cadence, timezone="Pacific/Kiritimati")
            desk.declare(moved, watches=watches)
        if step % 6 == 0:
            desk.publish(f"Halcyon says {step}")
        desk.tick(timedelta(hours=1))
    desk.tick(DAY)
    assert set(told_of(desk).values()) == {1}
    assert len(told_of(desk)) == 32


def test_a_machine_that_slept_for_eight_hours_catches_up_once(sqlite_store: Store) -> None:
    clock = Clock(datetime(2026, 11, 20, 4, 0, tzinfo=UTC))
    cadence = Cadence(kind="hourly", text="hourly")
    desk = Desk(sqlite_store, clock, a_subscription("hourly", cadence))
    desk.tick()
    for number in range(8):
        desk.publish(f"Halcyon says {number}")
    messages = desk.tick(timedelta(hours=8))
    assert len(messages) == 1
    assert len(told_of(desk)) == 8
    assert desk.tick(timedelta(minutes=1)) == []

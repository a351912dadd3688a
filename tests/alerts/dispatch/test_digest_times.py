"""Digests over clock changes, by force and as a preview."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from alerts.dispatch.cut import previews
from alerts.errors import UnknownSubscriptionError
from config.model import Cadence
from storage.store import Store
from tests.alerts.dispatch.test_telling import DAILY, DAY, HOUR, MINUTE, TUESDAY, text_of
from tests.support.clock import Clock
from tests.support.desk import READER, Desk, a_subscription
from tests.support.sizes import size


@pytest.fixture
def clock() -> Clock:
    return Clock(TUESDAY)


@pytest.mark.slow
@pytest.mark.sized
@pytest.mark.parametrize("days", [size(5, 3)])  # the third has the change
@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("Europe/London", "2026-10-23T00:00"),
        ("Europe/London", "2026-03-27T00:00"),
        ("Australia/Lord_Howe", "2026-10-02T00:00"),
        ("America/New_York", "2026-10-30T00:00"),
    ],
)
def test_one_digest_a_local_day_over_clock_changes_and_every_story_in_one(
    sqlite_store: Store, zone: str, start: str, days: int
) -> None:
    clock = Clock(datetime.fromisoformat(start).replace(tzinfo=UTC))
    cadence = Cadence(kind="daily", at=time(1, 45), text="daily at 01:45")
    desk = Desk(sqlite_store, clock, a_subscription(cadence=cadence, timezone=zone))
    desk.tick()
    arrived = []
    hours = range(0, 24 * days, 3)
    for hour in hours:
        desk.publish(f"Story {hour} ends")
        for _ in range(6):
            arrived += desk.tick(HOUR / 2)

    assert len(arrived) == days
    urls = " ".join(text_of(message) for message in arrived)
    told = [hour for hour in hours if f"/story-{hour}-ends" in urls]
    waiting = len(hours) - len(told)
    with sqlite_store.reading() as unit:
        assert sum(unit.tellings.count_pending().values()) == waiting
    assert told == list(hours[: len(told)])


def test_the_same_day_is_not_cut_again_when_the_clock_goes_back(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription(cadence=DAILY))
    desk.tick()
    desk.publish("Halcyon one")
    assert len(desk.tick(30 * MINUTE)) == 1
    desk.publish("Halcyon two")
    clock.advance(-HOUR)
    for _ in range(4):
        assert desk.tick(30 * MINUTE) == []

    assert len(desk.tick(DAY)) == 1


def test_ten_years_ahead_and_back_freezes_no_digest(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription(cadence=DAILY, send_empty=True))
    desk.tick()
    clock.advance(3650 * DAY)
    desk.match()
    desk.tell()
    clock.advance(-3650 * DAY)
    desk.publish("Halcyon")
    desk.match()
    desk.tell()
    clock.advance(30 * MINUTE)

    assert desk.tell() == 1


def test_force_cuts_now_and_leaves_the_daily_time(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription(cadence=DAILY))
    desk.tick()
    desk.publish("Halcyon")
    desk.match()

    assert desk.tell(force=[desk.subscribers[0].subscriber_id]) == 1
    assert len(desk.deliver()) == 1
    desk.publish("Halcyon again")
    assert len(desk.tick(30 * MINUTE)) == 1


def test_a_preview_changes_nothing(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription(cadence=DAILY))
    desk.tick()
    desk.publish("Halcyon story")
    desk.match()

    [first] = previews(store, desk.context, "daily", now=clock())
    [second] = previews(store, desk.context, "daily", now=clock())

    assert first == second
    assert first.rendered.subject == "Halcyon Health: Halcyon story"
    [digest] = desk.tick(30 * MINUTE)
    assert digest.notification.subject == first.rendered.subject


def test_a_preview_shows_what_each_recipient_gets_and_alike_ones_once(
    store: Store, clock: Clock
) -> None:
    people = ("a@trust.example", "b@trust.example", READER)
    desk = Desk(
        store, clock, a_subscription("daily", DAILY, to=people), a_subscription("now", to=(READER,))
    )
    desk.tick()
    desk.publish("Halcyon story")
    desk.tick()  # one of them is alerted

    alike, other = previews(store, desk.context, "daily", now=clock())

    assert (alike.recipients, other.recipients) == (people[:2], (READER,))
    assert "Halcyon story" in alike.rendered.subject
    assert "Halcyon story" not in other.rendered.subject


def test_a_preview_of_what_is_not_there_names_what_is(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())

    with pytest.raises(UnknownSubscriptionError, match="there are: daily"):
        previews(store, desk.context, "weekly", now=clock())

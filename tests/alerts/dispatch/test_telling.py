"""From a stored article to a delivered message, over a real store: once, complete, explained."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from config.model import Cadence, QuietHours
from storage.model import OutboxMessage
from storage.store import Store
from tests.support.clock import Clock
from tests.support.desk import READER, Desk, a_subscription
from tests.support.outgoing import assert_mail_is_clean, bodies

DAILY = Cadence(kind="daily", at=time(7, 30), text="daily at 07:30")


WEEKLY = Cadence(kind="weekly", weekday="tue", at=time(8), text="weekly on tue at 08:00")


HOURLY = Cadence(kind="hourly", text="hourly")


TUESDAY = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(TUESDAY)


def text_of(message: OutboxMessage) -> str:
    """The text of a message that has passed the oracle, in one line."""
    return " ".join(bodies(assert_mail_is_clean(message.notification.raw))[0].split())


def test_an_alert_goes_at_once_and_only_once(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Millbrook pauses Halcyon")

    [alert] = desk.tick()

    assert alert.notification.kind == "alert"
    assert alert.notification.subject == "Halcyon Health: Millbrook pauses Halcyon"
    assert alert.notification.recipient == READER
    assert "*Halcyon Health* said that the roll-out goes on." in text_of(alert)
    assert desk.tick(MINUTE) == []


def test_what_matches_nothing_is_told_to_nobody(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Weather", "It rains.")

    assert desk.match() == 1
    assert desk.tick() == []


def test_what_was_there_before_is_never_told(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Old Halcyon story", baseline=True)

    assert desk.tick() == []
    assert desk.match() == 0


def test_a_digest_waits_for_its_time_and_tells_all_that_is_pending(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription(cadence=DAILY))
    desk.tick()
    for number in range(3):
        desk.publish(f"Halcyon story {number}")
    assert desk.tick(29 * MINUTE) == []

    [digest] = desk.tick(MINUTE)

    assert digest.notification.kind == "digest"
    assert digest.notification.subject.startswith("Halcyon Health 3: Halcyon story")
    assert desk.tick(MINUTE) == []
    assert desk.tick(DAY) == []  # nothing new, and an empty one was not asked for


def test_a_text_that_came_late_is_in_the_next_digest(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription(cadence=DAILY))
    desk.tick()
    desk.publish("Early")
    assert len(desk.tick(30 * MINUTE)) == 1
    desk.publish("Late")
    desk.match()

    [digest] = desk.tick(DAY)

    assert "Late" in text_of(digest)
    assert "Early" not in text_of(digest)


@pytest.mark.slow
def test_an_empty_digest_that_was_asked_for_proves_silence(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription(cadence=DAILY, send_empty=True))
    desk.poll("ward-ledger")
    desk.poll("trolley", error="HTTP 403")
    desk.tick()
    desk.publish("Weather", "It rains.")

    [digest] = desk.tick(30 * MINUTE)

    text = text_of(digest)
    assert "Nothing new" in digest.notification.subject
    assert "1 of 2 sources answered; 1 item read" in text
    assert "Trolley Times, never answered: HTTP 403" in text
    assert "Nothing new for Halcyon, Corvid and Epr." in text


def test_digests_of_one_reader_that_fall_due_together_are_one_message(
    store: Store, clock: Clock
) -> None:
    desk = Desk(
        store,
        clock,
        a_subscription("halcyon", DAILY, watches=("halcyon",)),
        a_subscription("all", DAILY),
    )
    desk.tick()
    desk.publish("Halcyon and Corvid", "Halcyon Health buys Corvid Data.")

    [digest] = desk.tick(30 * MINUTE)

    text = text_of(digest)
    assert text.count("https://ward-ledger.example/halcyon-and-corvid") == 1
    assert "subscriptions halcyon (daily at 07:30) and all (daily at 07:30)" in text
    assert desk.tick(DAY) == []


def test_each_recipient_gets_a_message_of_their_own(store: Store, clock: Clock) -> None:
    people = ("a@trust.example", "b@trust.example")
    desk = Desk(store, clock, a_subscription(to=people))
    desk.publish("Halcyon")

    messages = desk.tick()

    assert sorted(m.notification.recipient for m in messages) == list(people)
    for message in messages:
        others = [p for p in people if p != message.notification.recipient]
        assert others[0].encode() not in message.notification.raw
    assert len({m.notification.message_id for m in messages}) == 2


def test_what_was_alerted_is_marked_in_the_digest_and_never_alone(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription("now"), a_subscription("daily", DAILY))
    desk.publish("Alerted story")
    [alert] = desk.tick()
    assert alert.notification.kind == "alert"
    assert desk.tick(30 * MINUTE) == []  # the digest would say nothing else

    desk.clock.advance(DAY - 10 * MINUTE)
    desk.publish("Fresh story", "A Corvid Data story.")
    second = desk.tick()
    assert [m.notification.kind for m in second] == ["alert"]
    # told by the alert as well: still nothing but what is known
    assert desk.tick(10 * MINUTE) == []


def test_a_digest_with_news_repeats_what_was_alerted(store: Store, clock: Clock) -> None:
    desk = Desk(
        store,
        clock,
        a_subscription("now", watches=("halcyon",)),
        a_subscription("daily", DAILY),
    )
    desk.tick()
    desk.publish("Alerted story")
    desk.tick()
    desk.publish("Fresh story", "A patient record.")

    [digest] = desk.tick(30 * MINUTE)

    text = text_of(digest)
    assert digest.notification.subject == "Epr: Fresh story"
    assert "TOLD BEFORE (1)" in text
    assert "Alerted story" in text


def test_a_digest_of_the_same_minute_spares_the_alert(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription("now"), a_subscription("daily", DAILY))
    desk.tick()
    clock.advance(30 * MINUTE)
    desk.publish("Halcyon story")

    assert [m.notification.kind for m in desk.tick()] == ["digest"]
    assert desk.tick(MINUTE) == []
    with store.reading() as unit:
        assert unit.tellings.count_pending() == {}


def test_a_weekly_digest_tells_the_week_although_a_daily_one_did(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription("daily", DAILY), a_subscription("weekly", WEEKLY))
    desk.tick()
    desk.publish("Halcyon story")

    [daily] = desk.tick(30 * MINUTE)
    [weekly] = desk.tick(30 * MINUTE)

    assert "*Halcyon* story" in text_of(daily)
    assert weekly.notification.subject == "Halcyon Health: Halcyon story"


@pytest.mark.slow
def test_quiet_hours_hold_alerts_and_merge_them(store: Store, clock: Clock) -> None:
    night = QuietHours(start=time(21), end=time(7))
    desk = Desk(store, clock, a_subscription(quiet=night))
    desk.clock.at = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
    desk.publish("One", "Halcyon one.")
    assert desk.tick() == []
    desk.publish("Two", "Halcyon two.")
    assert desk.tick(3 * HOUR) == []

    [morning] = desk.tick(6 * HOUR)

    assert "One" in text_of(morning)
    assert "Two" in text_of(morning)


@pytest.mark.slow
def test_a_flood_is_ten_messages_in_an_hour_and_loses_nothing(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    arrived: list[OutboxMessage] = []
    for number in range(60):
        desk.publish(f"Story number {number} of many")
        arrived += desk.tick(MINUTE)

    assert len(arrived) <= 10
    arrived += desk.tick(HOUR)
    said = " ".join(text_of(message) for message in arrived)
    for number in range(60):
        assert f"story-number-{number}-of-many" in said
    assert desk.tick(HOUR) == []


def test_an_edit_of_what_was_told_is_told_as_one(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Halcyon wins", "Halcyon Health won. It is worth £2m.", name="win")
    assert len(desk.tick()) == 1
    desk.publish("Halcyon loses", "Halcyon Health lost. It is worth £2m.", name="win")

    [edit] = desk.tick(HOUR)

    assert edit.notification.subject == "Changed: Halcyon loses"
    text = text_of(edit)
    assert "Headline was: Halcyon wins" in text
    assert "What: a new headline" in text
    assert "Reads now: Halcyon Health [-won.-] {+lost.+}" in text
    assert desk.tick(HOUR) == []


def test_an_edit_before_the_digest_is_told_in_its_newest_text(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription(cadence=DAILY))
    desk.tick()
    desk.publish("First", "Some words first. Then Halcyon Health came.", name="x")
    desk.match()
    desk.publish("Second", "Then Halcyon Health left. Many words follow it here.", name="x")

    [digest] = desk.tick(30 * MINUTE)

    text = text_of(digest)
    assert "Then *Halcyon Health* left." in text
    assert "First" not in text

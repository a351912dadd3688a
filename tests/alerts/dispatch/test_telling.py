"""From a stored article to a delivered message, over a real store: once, complete, explained."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from alerts.dispatch.cut import operator_message, previews
from alerts.errors import UnknownSubscriptionError
from alerts.query import QueryHit, WatchIndex
from alerts.query.text.document import PreparedDocument
from config.model import Cadence, QuietHours
from storage.model import OutboxMessage
from storage.store import Store
from tests.support.clock import Clock
from tests.support.desk import READER, WATCHES, Desk, a_subscription
from tests.support.outgoing import assert_mail_is_clean, bodies, parsed
from tests.support.sizes import size

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
        assert unit.subscribers.waiting() == {}


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
        assert sum(unit.subscribers.waiting().values()) == waiting
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


def test_a_recipient_that_is_no_address_is_reported_and_holds_up_nobody(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription(to=("no address", READER)))
    desk.publish("Halcyon")

    [alert] = desk.tick()

    assert alert.notification.recipient == READER
    with store.reading() as unit:
        assert "no address" in unit.notices.open()[0].text
        assert sum(unit.subscribers.waiting().values()) == 1


def test_a_subscription_that_is_edited_keeps_what_waits(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription("daily", DAILY))
    desk.tick()
    desk.publish("Halcyon story")
    desk.match()
    desk.declare(a_subscription("hourly", HOURLY), watches=WATCHES)
    desk.tell()

    [digest] = desk.tick(HOUR)

    assert "*Halcyon* story" in text_of(digest)


def test_a_watch_taken_out_is_still_told_for_what_it_found(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription("daily", DAILY))
    desk.tick()
    desk.publish("Patient record story", "A patient record.")
    desk.match()
    desk.declare(
        a_subscription("daily", DAILY), watches={k: q for k, q in WATCHES.items() if k != "epr"}
    )

    [digest] = desk.tick(30 * MINUTE)

    assert digest.notification.subject == "epr: Patient record story"


def test_one_item_that_cannot_be_matched_holds_up_no_other(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Poison")
    desk.publish("Fine")
    real = type(desk.index).match_prepared

    def sick(self: WatchIndex, prepared: PreparedDocument) -> tuple[QueryHit, ...]:
        if prepared.document.title == "Poison":
            raise ZeroDivisionError
        return real(self, prepared)

    monkeypatch.setattr(type(desk.index), "match_prepared", sick)
    assert desk.match() == 1
    with store.reading() as unit:
        assert "cannot be matched" in unit.notices.open()[0].text
    monkeypatch.setattr(type(desk.index), "match_prepared", real)

    [alert] = desk.tick(MINUTE)
    assert "Poison" in text_of(alert)
    assert "Fine" in text_of(alert)


def test_a_crash_between_matching_and_telling_loses_nothing(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Halcyon")
    desk.match()
    again = Desk(store, clock, a_subscription())  # the service starts anew

    assert len(again.tick()) == 1
    assert again.tick(MINUTE) == []


def test_the_operator_is_written_to_once_for_each_trouble(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    lines = ("watches.toml, line 3", "", "    query = a AND (", "                  ^")

    assert operator_message(store, desk.context, "k", "An edit was refused", lines, clock())
    assert not operator_message(store, desk.context, "k", "An edit was refused", lines, clock())

    [message] = desk.deliver()
    assert message.notification.recipient == "it@trust.example"
    assert (
        "    query = a AND (\r\n                  ^\r\n"
        in bodies(parsed(message.notification.raw))[0]
    )
    assert_mail_is_clean(message.notification.raw)


def test_without_an_operator_nothing_is_written(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.without_contact()

    assert not operator_message(store, desk.context, "k", "FailedTask", ("x",), clock())


def test_without_a_contact_no_way_to_stop_is_promised(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.without_contact()
    desk.publish("Halcyon")

    [alert] = desk.tick()

    assert parsed(alert.notification.raw)["List-Unsubscribe"] is None
    assert "To stop" not in text_of(alert)


COPY = "Halcyon Health said that the roll-out goes on in all of its twelve trusts this winter."


def test_a_story_is_alerted_once_however_many_outlets_carry_it(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription("now"))
    desk.publish("Halcyon goes on", COPY, name="agency")
    assert len(desk.tick()) == 1
    desk.publish("Roll-out goes on, says firm", COPY, name="agency", source="trolley")

    assert desk.tick(HOUR) == []
    assert desk.tick(DAY) == []  # nothing of it is left to be told

    desk.publish("Halcyon stops", "Halcyon Health stops.", name="stops")
    [other] = desk.tick(HOUR)
    assert "Halcyon stops" in other.notification.subject
    assert "says firm" not in text_of(other)


def test_copies_that_come_together_are_one_entry_with_all_outlets(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription("now"))
    desk.publish("Halcyon goes on", COPY, name="agency")
    desk.publish("Roll-out goes on, says firm", COPY, name="agency", source="trolley")

    [alert] = desk.tick()

    assert alert.notification.subject == "Halcyon Health: Halcyon goes on"
    assert "Also in: - Trolley Times" in text_of(alert)


def test_a_later_copy_is_named_in_the_next_digest_as_a_story_that_was_told(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription("daily", DAILY))
    desk.tick()
    desk.publish("Halcyon goes on", COPY, name="agency")
    assert len(desk.tick(30 * MINUTE)) == 1
    desk.publish("Roll-out goes on, says firm", COPY, name="agency", source="trolley")
    assert desk.tick(DAY) == []  # never alone
    desk.publish("Halcyon stops", "Halcyon Health stops.", name="stops")

    [second] = desk.tick(DAY)

    assert second.notification.subject.startswith("Halcyon Health: Halcyon stops")
    assert "you were told of this story Tue 24 Nov, 07:30" in text_of(second)
    assert "Roll-out goes on, says firm" in text_of(second)


def test_what_another_watch_finds_in_a_copy_is_another_reason_to_be_told(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription("now"))
    desk.publish("Halcyon goes on", COPY, name="agency")
    desk.tick()
    desk.publish("Corvid Data is out", COPY, name="agency", source="trolley")

    [alert] = desk.tick(HOUR)

    assert "Corvid Data is out" in alert.notification.subject


@pytest.mark.slow
def test_all_that_waits_is_matched_in_one_pass_chunk_after_chunk(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription("daily", DAILY))
    for number in range(60):
        desk.publish(f"Halcyon report {number}")

    assert desk.match() == 60
    with store.reading() as unit:
        assert unit.items.pending(now=clock(), limit=9) == ()

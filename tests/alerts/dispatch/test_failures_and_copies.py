"""Recipients, watches and items that are wrong hold up nobody; copies are alerted once."""

from __future__ import annotations

import pytest

from alerts.dispatch.cut import operator_message
from alerts.query import QueryHit, WatchIndex
from alerts.query.text.document import PreparedDocument
from storage.store import Store
from tests.alerts.dispatch.test_telling import DAILY, DAY, HOUR, HOURLY, MINUTE, TUESDAY, text_of
from tests.support.clock import Clock
from tests.support.desk import READER, WATCHES, Desk, a_subscription
from tests.support.outgoing import assert_mail_is_clean, bodies, parsed


@pytest.fixture
def clock() -> Clock:
    return Clock(TUESDAY)


def test_a_recipient_that_is_no_address_is_reported_and_holds_up_nobody(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription(to=("no address", READER)))
    desk.publish("Halcyon")

    [alert] = desk.tick()

    assert alert.notification.recipient == READER
    with store.reading() as unit:
        assert "no address" in unit.notices.open()[0].text
        assert sum(unit.tellings.count_pending().values()) == 1


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


def test_the_operator_is_written_to_once_for_each_failure(store: Store, clock: Clock) -> None:
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

"""The one welcome message."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.model import Cadence
from storage.store import Store
from tests.alerts.dispatch.test_telling import DAILY, TUESDAY, text_of
from tests.support.clock import Clock
from tests.support.desk import READER, WATCHES, Desk, a_subscription


@pytest.fixture
def clock() -> Clock:
    return Clock(TUESDAY)


def test_after_the_first_poll_each_reader_is_welcomed_once(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription("now"), a_subscription("daily", DAILY))
    desk.publish("Old Halcyon story", baseline=True)
    assert desk.welcome() == 0, "not before the sources were polled"
    desk.poll()
    desk.match()

    assert desk.welcome() == 1
    [message] = desk.deliver()

    text = text_of(message)
    assert message.notification.kind == "welcome"
    assert message.notification.recipient == READER
    assert "2 of 2 sources answered, with 1 item stored so far" in text
    assert "Old Halcyon story" in text
    assert "daily (daily at 07:30): next Tue 24 Nov, 07:30" in text
    assert "now (immediate): as soon as something is found" in text
    assert desk.welcome() == 0
    assert desk.tick() == [], "what was there is never told as new"


def test_the_welcome_waits_until_what_was_found_is_matched(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Old Halcyon story", baseline=True)
    desk.poll()
    assert desk.welcome() == 0

    desk.match()

    assert desk.welcome() == 1


def test_what_came_since_the_first_poll_is_an_alert_and_not_in_the_welcome(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Old Halcyon story", baseline=True)
    desk.poll()
    clock.advance(timedelta(minutes=1))
    desk.publish("Halcyon news")
    desk.match()

    desk.welcome()
    texts = [text_of(message) for message in desk.tick()]

    assert ["example/halcyon-news" in text for text in texts].count(True) == 1
    assert ["example/old-halcyon-story" in text for text in texts].count(True) == 1


def test_one_source_that_hangs_does_not_keep_the_welcome_for_ever(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.poll("ward-ledger")
    assert desk.welcome() == 0

    clock.advance(timedelta(minutes=31))

    assert desk.welcome() == 1
    [message] = desk.deliver()
    text = text_of(message)
    assert "1 of 2 sources answered" in text
    assert "SOURCES THAT HAVE NOT ANSWERED YET" in text
    assert "Trolley Times" in text


def test_a_source_that_refuses_is_named_with_its_cause(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.poll("ward-ledger")
    desk.poll("trolley", error="HTTP 403")

    desk.welcome()

    assert "Trolley Times: HTTP 403" in text_of(desk.deliver()[0])


@pytest.mark.slow
def test_ten_of_the_newest_are_shown(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    for number in range(14):
        clock.advance(timedelta(minutes=1))
        desk.publish(f"Halcyon story number {number} ends", baseline=True)
    desk.poll()
    desk.match()
    desk.welcome()

    text = text_of(desk.deliver()[0])

    shown = [number for number in range(14) if f"number {number} ends" in text]
    assert shown == list(range(4, 14))


def test_a_reader_who_comes_later_is_welcomed_then(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.poll()
    assert desk.welcome() == 1
    desk.deliver()
    desk.declare(
        a_subscription(),
        a_subscription("other", Cadence(kind="hourly"), to=("new@trust.example",)),
        watches=WATCHES,
    )

    assert desk.welcome() == 1
    assert desk.deliver()[0].notification.recipient == "new@trust.example"

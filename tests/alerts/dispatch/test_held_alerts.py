"""Alerts of what is found within seconds, or while nothing can be delivered, are one message."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from alerts.dispatch.cut import cut_due, previews
from alerts.dispatch.held_alerts import held_alerts
from config.model import QuietHours
from storage.model import OutboxMessage, Receipt
from storage.store import Store
from tests.support.clock import Clock
from tests.support.desk import READER, Desk, a_subscription
from tests.support.outgoing import assert_mail_is_clean, bodies

TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
SETTLING = 5 * SECOND


@pytest.fixture
def clock() -> Clock:
    return Clock(TUESDAY)


class Failing:
    """A mail server that is busy for everyone, or for one recipient."""

    name = "email"

    def __init__(self, *, refuses: str = "") -> None:
        self.refuses = refuses
        self.tried = 0

    def send(self, message: OutboxMessage) -> Receipt:
        self.tried += 1
        if self.refuses in message.notification.recipient:
            return Receipt(outcome="deferred", code=451, detail="try later")
        return Receipt(outcome="delivered", code=250)

    def close(self) -> None:
        """Nothing is kept open."""


def settle(desk: Desk, after: timedelta) -> list[OutboxMessage]:
    """What arrives of what was found, where alerts wait for more."""
    desk.clock.advance(after)
    desk.match()
    cut_due(desk.store, desk.context, now=desk.clock(), settling=SETTLING)
    return desk.deliver()


def test_what_is_found_within_seconds_is_one_alert(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    for number in range(4):
        desk.publish(f"Halcyon story {number}")
        assert settle(desk, 2 * SECOND) == []

    [alert] = settle(desk, SETTLING)

    text = bodies(assert_mail_is_clean(alert.notification.raw))[0]
    assert all(f"Halcyon story {number}" in text for number in range(4))
    assert settle(desk, MINUTE) == []


@pytest.mark.slow
def test_a_stream_that_does_not_end_is_told_after_half_a_minute(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    arrived = []
    for number in range(12):
        desk.publish(f"Halcyon story {number}")
        arrived += settle(desk, 3 * SECOND)
    assert len(arrived) == 1


def test_a_stream_of_one_source_holds_up_what_another_one_found_for_ten_seconds(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Halcyon story of its own", source="trolley")
    arrived, seconds = [], 0
    while not arrived and seconds < 40:
        desk.publish(f"Halcyon flood {seconds}")
        arrived = settle(desk, SECOND)
        seconds += 1

    assert seconds == 2 * SETTLING // SECOND + 1  # it was matched after a second
    text = bodies(assert_mail_is_clean(arrived[0].notification.raw))[0]
    assert "Halcyon* story of its own" in text
    assert "Halcyon* flood 0" in text


@pytest.mark.parametrize("back", [-HOUR, -30 * 24 * HOUR], ids=["an hour", "a month"])
def test_a_clock_that_is_set_back_holds_no_alert(
    store: Store, clock: Clock, back: timedelta
) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Halcyon story")
    desk.match()
    assert len(settle(desk, back)) == 1


@pytest.mark.slow
def test_what_waited_out_a_mail_outage_arrives_folded(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    away = Failing()
    for number in range(90):
        desk.publish(f"Halcyon story {number}")
        desk.match()
        desk.tell()
        desk.deliver_by(away)
        clock.advance(6 * MINUTE)
    with store.reading() as unit:
        assert sum(unit.outbox.counts().values()) == 1
        [held] = held_alerts(unit, desk.context, clock())
    assert (held.mentions, held.cause) == (89, "undelivered")

    first = desk.tick(24 * HOUR)
    rest = desk.tick(MINUTE)

    assert (len(first), len(rest)) == (1, 1)
    assert "88 more" in rest[0].notification.subject


def test_one_message_that_fails_holds_up_no_other(store: Store, clock: Clock) -> None:
    """Others get through by the same server: the fault is not of the server."""
    desk = Desk(store, clock, a_subscription(to=(READER, "ig@trust.example")))
    picky = Failing(refuses="ig@")
    for number in range(2):
        desk.publish(f"Halcyon story {number}")
        desk.match()
        desk.tell()
        desk.deliver_by(picky)
        clock.advance(MINUTE)
    with store.reading() as unit:
        assert unit.outbox.counts() == {"sent": 2, "retry": 2}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("quiet", "at", "cause"),
    [
        (None, TUESDAY + 12 * MINUTE, "rate limit"),
        (QuietHours(start=time(8), end=time(11)), TUESDAY + 2 * HOUR, "quiet hours"),
    ],
)
def test_a_held_alert_says_when_it_goes(
    store: Store, clock: Clock, quiet: QuietHours | None, at: datetime, cause: str
) -> None:
    desk = Desk(store, clock, a_subscription(quiet=quiet))
    for number in range(6):
        desk.publish(f"Halcyon story {number}")
        desk.tick()
    with store.reading() as unit:
        [held] = held_alerts(unit, desk.context, clock())
    [preview] = previews(store, desk.context, "daily", now=clock())

    assert (held.goes_at, held.cause, held.recipient) == (at, cause, READER)
    assert (preview.goes_at, preview.cause) == (at, cause)

"""Rows that are damaged, outcomes that cannot be written down, and deferrals by a wrong clock."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from alerts.dispatch.delivery import GIVE_UP_AFTER, MIN_ATTEMPTS, Outcome, deliver_due
from storage.errors import DatabaseUnusable
from storage.model import OutboxMessage, Receipt
from storage.store import Store
from tests.support.clock import Clock
from tests.support.outgoing import a_notification

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DELIVERED = Receipt(outcome="delivered", code=250)
UNREACHABLE = Receipt(outcome="deferred", detail="no route")
GREYLISTED = Receipt(outcome="deferred", code=451, detail="greylisted")
UNKNOWN = Receipt(outcome="unknown", detail="no reply")


class Says:
    """A channel that answers what it is told to; the last answer is repeated."""

    name = "email"

    def __init__(self, *answers: Receipt) -> None:
        self.answers = list(answers)
        self.sent: list[str] = []

    def send(self, message: OutboxMessage) -> Receipt:
        self.sent.append(message.notification.delivery_key)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def close(self) -> None:
        """Nothing is kept open."""


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 24, 7, 0, tzinfo=UTC))


def enqueue(store: Store, clock: Clock, *keys: str) -> None:
    with store.transaction() as unit:
        for key in keys:
            assert unit.outbox.enqueue(a_notification(key=key), clock())


def deliver(
    store: Store, clock: Clock, channel: Says, unwritten: list[Outcome] | None = None
) -> int:
    return deliver_due(store, {"email": channel}, now=clock, owner="test", unwritten=unwritten)


def rows(store: Store) -> dict[str, OutboxMessage]:
    with store.reading() as unit:
        return {m.notification.delivery_key: m for m in unit.outbox.list()}


@pytest.mark.parametrize(
    "damage",
    [
        "created_at = 'rubbish'",
        "next_at = ''",
        "raw = 'text and no bytes'",
        "recipient = CAST(x'ff' AS TEXT)",
        "subject = CAST(x'c328' AS TEXT), next_at = 'x', raw = 'y'",
    ],
)
def test_a_row_that_cannot_be_read_is_dead_and_shown_and_holds_up_no_other(
    sqlite_store: Store, clock: Clock, damage: str
) -> None:
    enqueue(sqlite_store, clock, "broken", "good")
    with closing(sqlite3.connect(str(sqlite_store._engine.url.database))) as other, other:
        other.execute(f"UPDATE outbox SET {damage} WHERE delivery_key = 'broken'")
    channel = Says(DELIVERED)
    deliver(sqlite_store, clock, channel)

    assert channel.sent == ["good"]
    dead = rows(sqlite_store)["broken"]
    assert dead.state == "dead"
    assert "the row in the database was damaged" in str(dead.last_error)
    assert rows(sqlite_store)["good"].state == "sent"


@pytest.mark.parametrize(
    "damage",
    ["attempts = 'many'", "due_at = 'rubbish'", "state = CAST(x'ff' AS TEXT)", "state = 'rubbish'"],
)
def test_a_row_whose_counts_are_damaged_is_sent_all_the_same(
    sqlite_store: Store, clock: Clock, damage: str
) -> None:
    enqueue(sqlite_store, clock, "broken", "good")
    with closing(sqlite3.connect(str(sqlite_store._engine.url.database))) as other, other:
        other.execute(f"UPDATE outbox SET {damage} WHERE delivery_key = 'broken'")
    channel = Says(DELIVERED)
    deliver(sqlite_store, clock, channel)

    assert sorted(channel.sent) == ["broken", "good"]
    assert {m.state for m in rows(sqlite_store).values()} == {"sent"}


@pytest.mark.parametrize("answer", [DELIVERED, GREYLISTED, UNKNOWN], ids=lambda r: r.outcome)
def test_what_became_of_a_message_is_kept_until_it_can_be_written_down(
    store: Store, clock: Clock, answer: Receipt
) -> None:
    """The process lives, so that nothing goes twice, however long the disk is full."""
    enqueue(store, clock, "a", "b")
    unwritten: list[Outcome] = []
    channel = Says(answer)
    full: list[bool] = []

    def refuse(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if channel.sent and full and not statement.lstrip().startswith(("SELECT", "PRAGMA")):
            raise sqlite3.OperationalError("database or disk is full")

    event.listen(store._engine, "before_cursor_execute", refuse)
    full.append(True)
    for _ in range(6):
        with pytest.raises((DatabaseUnusable, sqlite3.OperationalError), match="full"):
            deliver(store, clock, channel, unwritten)
        clock.advance(HOUR)
    assert channel.sent == ["a"], "nothing more is sent than what was in flight"
    assert [outcome.receipt for outcome in unwritten] == [answer]

    full.clear()
    channel.answers = [DELIVERED]
    deliver(store, clock, channel, unwritten)
    event.remove(store._engine, "before_cursor_execute", refuse)
    assert unwritten == []
    # what was put off at 07:00 is due again by now; what was delivered is not
    expected = ["a", "b"] if answer is DELIVERED else ["a", "a", "b"]
    assert sorted(channel.sent) == expected
    assert {m.state for m in rows(store).values()} == {"sent"}
    assert rows(store)["a"].unknown_outcomes == (answer is UNKNOWN)


@pytest.mark.parametrize("answer", [UNREACHABLE, GREYLISTED], ids=["unreachable", "greylisted"])
@pytest.mark.parametrize(
    "jump", [HOUR, -HOUR, 4 * DAY, -4 * DAY, 3650 * DAY, -3650 * DAY], ids=lambda j: str(j.days)
)
def test_what_was_put_off_by_a_wrong_clock_goes_out_when_the_clock_is_right(
    store: Store, clock: Clock, jump: timedelta, answer: Receipt
) -> None:
    enqueue(store, clock, "a")
    clock.advance(jump)
    enqueue(store, clock, "b")
    for _ in range(3):
        deliver(store, clock, Says(answer))
        clock.advance(timedelta(minutes=7))
    clock.advance(-jump)
    channel = Says(DELIVERED)
    for _ in range(6):
        deliver(store, clock, channel)
        clock.advance(HOUR)

    assert sorted(channel.sent) == ["a", "b"]


def test_a_lease_that_was_taken_by_a_wrong_clock_ends(store: Store, clock: Clock) -> None:
    enqueue(store, clock, "a")
    clock.advance(3650 * DAY)
    with store.transaction() as unit:
        assert unit.outbox.claim(clock(), owner="dies", lease=timedelta(minutes=20))
    clock.advance(-3650 * DAY)
    channel = Says(DELIVERED)
    deliver(store, clock, channel)

    assert channel.sent == ["a"]


def test_days_with_the_machine_off_are_no_attempts(store: Store, clock: Clock) -> None:
    enqueue(store, clock, "a")
    deliver(store, clock, Says(UNREACHABLE))
    clock.advance(7 * DAY)
    deliver(store, clock, Says(GREYLISTED))
    assert rows(store)["a"].state == "retry"
    clock.advance(HOUR)
    deliver(store, clock, Says(DELIVERED))
    assert rows(store)["a"].state == "sent"


def test_what_the_operator_sends_again_is_tried_again_too(store: Store, clock: Clock) -> None:
    enqueue(store, clock, "a")
    while rows(store)["a"].state != "dead":
        deliver(store, clock, Says(UNREACHABLE))
        clock.advance(HOUR)
    assert clock() - rows(store)["a"].created_at >= GIVE_UP_AFTER
    assert rows(store)["a"].attempts >= MIN_ATTEMPTS
    with store.transaction() as unit:
        assert unit.outbox.resend(rows(store)["a"].row_id, clock(), by="ruth")
    deliver(store, clock, Says(GREYLISTED))
    assert rows(store)["a"].state == "retry"
    clock.advance(HOUR)
    deliver(store, clock, Says(DELIVERED))
    assert rows(store)["a"].state == "sent"

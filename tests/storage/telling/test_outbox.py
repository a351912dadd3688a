"""The outbox: written once, claimed by one, and what became of each message."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from storage.model import OutboxMessage, Receipt
from storage.store import Store
from tests.support.builders import NOW, a_message_to_send

MINUTE = timedelta(minutes=1)
LEASE = 20 * MINUTE
DELIVERED = Receipt(outcome="delivered", code=250)
GREY = Receipt(outcome="deferred", code=451, detail="try later")


def enqueue(store: Store, *keys: str, channel: str = "email") -> None:
    with store.transaction() as unit:
        for key in keys:
            assert unit.outbox.enqueue(a_message_to_send(key, channel=channel), NOW)


def claim(store: Store, at: timedelta = timedelta(), owner: str = "w1") -> OutboxMessage | None:
    with store.transaction() as unit:
        return unit.outbox.claim(NOW + at, owner=owner, lease=LEASE)


def claimed(store: Store, at: timedelta = timedelta(), owner: str = "w1") -> OutboxMessage:
    message = claim(store, at, owner)
    assert message is not None
    return message


def record(store: Store, row_id: int, receipt: Receipt, retry: timedelta | None = None) -> None:
    with store.transaction() as unit:
        unit.outbox.record(row_id, receipt, now=NOW, next_at=None if retry is None else NOW + retry)


def get(store: Store, row_id: int) -> OutboxMessage:
    with store.reading() as unit:
        found = unit.outbox.get(row_id)
    assert found is not None
    return found


def test_a_delivery_key_is_written_once(store: Store) -> None:
    enqueue(store, "a")

    with store.transaction() as unit:
        assert not unit.outbox.enqueue(a_message_to_send("a", subject="Other"), NOW + MINUTE)
        [message] = unit.outbox.list()

    assert message.notification == a_message_to_send("a")
    assert (message.state, message.attempts, message.created_at) == ("queued", 0, NOW)


def test_the_one_that_waited_longest_is_claimed_first_and_by_one(store: Store) -> None:
    enqueue(store, "a", "b")

    first, second = claimed(store), claimed(store, owner="w2")

    assert [m.notification.delivery_key for m in (first, second)] == ["a", "b"]
    assert (first.state, first.attempts) == ("leased", 1)
    assert claim(store) is None


def test_a_delivered_message_is_sent_and_never_claimed_again(store: Store) -> None:
    enqueue(store, "a")
    row = claimed(store).row_id

    record(store, row, DELIVERED)

    done = get(store, row)
    assert (done.state, done.sent_at, done.last_code, done.last_error) == ("sent", NOW, 250, None)
    assert claim(store, timedelta(days=30)) is None


@pytest.mark.parametrize(
    ("receipt", "retry", "state"),
    [
        pytest.param(GREY, 5 * MINUTE, "retry", id="deferred"),
        pytest.param(GREY, None, "dead", id="deferred for too long"),
        pytest.param(Receipt(outcome="refused", code=550), None, "dead", id="refused"),
        pytest.param(Receipt(outcome="unknown"), 5 * MINUTE, "uncertain", id="no reply"),
        pytest.param(Receipt(outcome="unknown"), None, "dead", id="no reply too often"),
        pytest.param(Receipt(outcome="paused", code=535), timedelta(), "retry", id="login refused"),
    ],
)
def test_outcomes(store: Store, receipt: Receipt, retry: timedelta | None, state: str) -> None:
    enqueue(store, "a")
    row = claimed(store).row_id

    record(store, row, receipt, retry)

    after = get(store, row)
    assert after.state == state
    assert after.last_code == receipt.code
    assert after.attempts == (0 if receipt.outcome == "paused" else 1)
    assert after.unknown_outcomes == (1 if receipt.outcome == "unknown" else 0)
    assert (claim(store, retry or timedelta(days=9)) is None) == (state == "dead")


def test_a_message_is_not_claimed_before_its_time(store: Store) -> None:
    enqueue(store, "a")
    record(store, claimed(store).row_id, GREY, 5 * MINUTE)

    assert claim(store, 4 * MINUTE) is None
    assert claimed(store, 5 * MINUTE).attempts == 2


def test_a_sender_that_died_leaves_its_message_in_doubt_until_the_lease_ends(store: Store) -> None:
    enqueue(store, "a")
    claimed(store)

    assert claim(store, LEASE - MINUTE, "w2") is None
    again = claimed(store, LEASE, "w2")

    assert (again.attempts, again.unknown_outcomes) == (2, 1)
    assert again.notification == a_message_to_send("a")


def test_a_late_word_of_a_lost_sender_does_not_unsend_a_message(store: Store) -> None:
    enqueue(store, "a")
    row = claimed(store).row_id
    claimed(store, LEASE, "w2")
    record(store, row, DELIVERED)

    record(store, row, GREY, 5 * MINUTE)

    assert get(store, row).state == "sent"


def test_a_paused_channel_is_left_alone_and_others_go_on(store: Store) -> None:
    enqueue(store, "a")
    enqueue(store, "b", channel="files")
    with store.transaction() as unit:
        assert unit.outbox.pause("email", "login refused", NOW)
        assert not unit.outbox.pause("email", "another reason", NOW + MINUTE)
        assert unit.outbox.paused() == {"email": ("login refused", NOW)}

    assert claimed(store).notification.delivery_key == "b"
    assert claim(store) is None
    with store.transaction() as unit:
        assert unit.outbox.resume("email")
        assert not unit.outbox.resume("email")
    assert claimed(store).notification.delivery_key == "a"


def test_an_operator_can_hold_release_and_send_again(store: Store) -> None:
    enqueue(store, "a", "b")
    with store.transaction() as unit:
        first = min(m.row_id for m in unit.outbox.list())
        assert unit.outbox.hold(first)
        assert not unit.outbox.hold(first)
    row = claimed(store).row_id
    assert row != first
    with store.transaction() as unit:
        assert not unit.outbox.hold(row)
        assert not unit.outbox.resend(row, NOW, by="ruth")  # it is being sent
    record(store, row, DELIVERED)
    assert claim(store) is None

    with store.transaction() as unit:
        assert unit.outbox.release(first, NOW)
        assert not unit.outbox.release(first, NOW)
        assert unit.outbox.resend(row, NOW, by="ruth")
        assert not unit.outbox.resend(4711, NOW, by="ruth")

    assert {claimed(store).row_id, claimed(store).row_id} == {first, row}


def test_what_is_in_the_outbox_can_be_listed_and_counted(store: Store) -> None:
    enqueue(store, "a", "b", "c")
    record(store, claimed(store).row_id, DELIVERED)
    record(store, claimed(store).row_id, Receipt(outcome="refused", code=550), None)

    with store.reading() as unit:
        assert unit.outbox.counts() == {"sent": 1, "dead": 1, "queued": 1}
        keys = [m.notification.delivery_key for m in unit.outbox.list()]
        assert keys == ["c", "b", "a"]
        assert [m.state for m in unit.outbox.list(states=("dead", "sent"), limit=1)] == ["dead"]


@pytest.mark.parametrize("state", ["'rubbish'", "CAST(x'ff' AS TEXT)", "x'ff00'"])
def test_a_state_that_cannot_be_decoded_is_left_out_of_the_counts(
    sqlite_store: Store, state: str
) -> None:
    enqueue(sqlite_store, "a", "b")
    with sqlite_store.transaction() as unit:
        unit.items._db.execute(text(f"UPDATE outbox SET state = {state} WHERE id = 1"))
        assert unit.outbox.counts() == {"queued": 1}


def test_the_next_to_be_claimed_is_known_beforehand(store: Store) -> None:
    with store.reading() as unit:
        assert unit.outbox.next_due() is None
    enqueue(store, "a")
    record(store, claimed(store).row_id, GREY, 5 * MINUTE)
    with store.reading() as unit:
        assert unit.outbox.next_due() == NOW + 5 * MINUTE
    claimed(store, 5 * MINUTE)
    with store.reading() as unit:
        assert unit.outbox.next_due() == NOW + 5 * MINUTE + LEASE
    with store.transaction() as unit:
        unit.outbox.pause("email", "login refused", NOW)
        assert unit.outbox.next_due() is None


def test_the_leases_of_a_dead_sender_are_given_up_and_those_of_others_are_not(store: Store) -> None:
    with store.transaction() as unit:
        for number in (1, 2):
            assert unit.outbox.enqueue(a_message_to_send(f"k{number}"), NOW)
        unit.outbox.claim(NOW, owner="service-a-1", lease=timedelta(minutes=9))
        unit.outbox.claim(NOW, owner="service-b-1", lease=timedelta(minutes=9))
    with store.transaction() as unit:
        assert unit.outbox.expire_leases("service-a-", NOW) == 1
        again = unit.outbox.claim(NOW, owner="service-a-2", lease=timedelta(minutes=9))
        assert again is not None
        assert (again.notification.delivery_key, again.unknown_outcomes) == ("k1", 1)
        assert unit.outbox.claim(NOW, owner="service-a-2", lease=timedelta(minutes=9)) is None

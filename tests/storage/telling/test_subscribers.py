"""Telling: exactly once to each subscriber, all of a message or nothing of it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from config.model import Subscription
from storage.errors import StorageError
from storage.model import Notification, PendingTelling, Subscriber
from storage.store import Store
from tests.support.builders import (
    NOW,
    a_match,
    a_message_to_send,
    a_subscription,
    a_watch_text,
    an_article,
)

DAY = timedelta(days=1)
TODAY = date(2026, 11, 24)


def declare(store: Store, *subscriptions: Subscription) -> dict[tuple[str, str], Subscriber]:
    with store.transaction() as unit:
        found = unit.subscribers.declare(subscriptions, NOW)
    return {(s.subscription_key, s.recipient): s for s in found}


def mention(store: Store, *subscriber_ids: int, watch: str = "halcyon") -> int:
    """Store an item that a watch mentions; these wait to be told."""
    with store.transaction() as unit:
        unit.watches.declare([a_watch_text("halcyon"), a_watch_text("corvid")], NOW - DAY)
        item_id = unit.items.put(an_article(), now=NOW, baseline=False).item_id
        [made] = unit.mentions.record(
            item_id,
            [a_match(item_id, watch)],
            matched_revision=1,
            audience={watch: subscriber_ids},
            now=NOW,
        )
    return made.mention_id


def pending(store: Store, *subscriber_ids: int) -> tuple[PendingTelling, ...]:
    with store.reading() as unit:
        return unit.tellings.pending(subscriber_ids)


def cut(
    store: Store,
    ids: Sequence[int],
    tellings: Sequence[PendingTelling],
    notification: Notification | None,
) -> bool:
    with store.transaction() as unit:
        return unit.tellings.cut(
            ids,
            notification=notification,
            tellings=tellings,
            next_at=dict.fromkeys(ids, NOW + DAY),
            local_date=dict.fromkeys(ids, TODAY),
            now=NOW,
        )


def one(store: Store) -> int:
    [subscriber] = declare(store, a_subscription()).values()
    return subscriber.subscriber_id


def test_each_recipient_of_a_subscription_is_a_subscriber(store: Store) -> None:
    found = declare(
        store, a_subscription("daily", "a@x.example", "b@x.example"), a_subscription("weekly")
    )

    assert list(found) == [
        ("daily", "a@x.example"),
        ("daily", "b@x.example"),
        ("weekly", "comms@trust.example"),
    ]
    assert {(s.activated_at, s.next_at, s.last_cut_at) for s in found.values()} == {
        (NOW, None, None)
    }
    assert declare(store, a_subscription("daily", "a@x.example")) == {
        ("daily", "a@x.example"): found["daily", "a@x.example"]
    }


def test_a_cut_tells_exactly_what_the_message_says(store: Store) -> None:
    me = one(store)
    first, second = mention(store, me), mention(store, me)
    told = [t for t in pending(store, me) if t.mention.mention_id == first]

    assert cut(store, [me], told, a_message_to_send())

    assert [t.mention.mention_id for t in pending(store, me)] == [second]
    with store.reading() as unit:
        [message] = unit.outbox.list()
        assert unit.tellings.told_to(first) == (
            ("comms@trust.example", "daily", message.row_id, NOW),
        )
        assert unit.tellings.told_to(second) == ()
        assert unit.tellings.count_pending() == {me: 1}
        [subscriber] = unit.subscribers.all()
    assert (subscriber.next_at, subscriber.last_cut_at) == (NOW + DAY, NOW)
    assert subscriber.last_cut_date == TODAY


def test_nothing_to_send_moves_the_time_and_tells_what_it_is_given(store: Store) -> None:
    me = one(store)
    made = mention(store, me)

    assert not cut(store, [me], pending(store, me), None)

    assert pending(store, me) == ()
    with store.reading() as unit:
        assert unit.outbox.list() == ()
        assert unit.tellings.told_to(made)[0][2] is None
        assert unit.subscribers.all()[0].next_at == NOW + DAY


def test_a_message_that_was_written_before_changes_nothing(store: Store) -> None:
    me = one(store)
    cut(store, [me], (), a_message_to_send("today"))
    with store.transaction() as unit:
        unit.subscribers.set_next(me, NOW)
    mention(store, me)

    assert not cut(store, [me], pending(store, me), a_message_to_send("today"))

    assert len(pending(store, me)) == 1
    with store.reading() as unit:
        assert unit.subscribers.all()[0].next_at == NOW
        assert len(unit.outbox.list()) == 1


def test_what_somebody_else_has_told_meanwhile_is_not_told_again(store: Store) -> None:
    me = one(store)
    mention(store, me)
    seen = pending(store, me)
    assert cut(store, [me], seen, a_message_to_send("first"))
    mention(store, me)

    assert not cut(store, [me], (*seen, *pending(store, me)), a_message_to_send("second"))

    assert len(pending(store, me)) == 1
    with store.reading() as unit:
        assert [m.notification.delivery_key for m in unit.outbox.list()] == ["first"]


def test_a_cut_that_fails_tells_nothing(store: Store) -> None:
    me = one(store)
    mention(store, me)
    told = pending(store, me)

    with pytest.raises(StorageError):
        # the same telling twice breaks the rule that told is unique
        cut(store, [me], (*told, *told), a_message_to_send())

    assert pending(store, me) == told
    with store.reading() as unit:
        assert unit.outbox.list() == ()
        assert unit.subscribers.all()[0].last_cut_at is None


def test_an_alert_that_told_it_shows_in_the_digest(store: Store) -> None:
    found = declare(store, a_subscription("daily"), a_subscription("alerts"))
    daily, alerts = (found[key, "comms@trust.example"].subscriber_id for key in ("daily", "alerts"))
    mention(store, daily, alerts)

    cut(store, [alerts], pending(store, alerts), a_message_to_send("alert"))

    [telling] = pending(store, daily)
    assert telling.told_before == NOW


def test_what_another_recipient_was_told_does_not_count(store: Store) -> None:
    found = declare(store, a_subscription("daily", "a@x.example", "b@x.example"))
    a, b = (s.subscriber_id for s in found.values())
    mention(store, a, b)

    cut(store, [a], pending(store, a), a_message_to_send())

    assert [t.told_before for t in pending(store, b)] == [None]


def test_one_message_may_tell_two_subscriptions_of_a_recipient(store: Store) -> None:
    found = declare(store, a_subscription("daily"), a_subscription("weekly"))
    ids = [s.subscriber_id for s in found.values()]
    made = mention(store, *ids)

    assert cut(store, ids, pending(store, *ids), a_message_to_send())

    assert pending(store, *ids) == ()
    with store.reading() as unit:
        assert {row[2] for row in unit.tellings.told_to(made)} == {unit.outbox.list()[0].row_id}


def test_what_waits_for_a_vanished_subscription_moves_to_another_that_has_the_watch(
    store: Store,
) -> None:
    daily, other = a_subscription("daily"), a_subscription("other", watches=("corvid",))
    me = declare(store, daily, other)["daily", "comms@trust.example"].subscriber_id
    made = mention(store, me)

    found = declare(store, other, a_subscription("weekly", watches=("*",)))

    heir = found["weekly", "comms@trust.example"].subscriber_id
    assert [t.mention.mention_id for t in pending(store, heir)] == [made]
    assert pending(store, me) == ()


def test_an_heir_is_not_told_again(store: Store) -> None:
    found = declare(store, a_subscription("daily"), a_subscription("weekly"))
    daily, weekly = (s.subscriber_id for s in found.values())
    mention(store, daily, weekly)
    cut(store, [weekly], pending(store, weekly), a_message_to_send())

    declare(store, a_subscription("weekly"))

    assert pending(store, daily, weekly) == ()


def test_what_nobody_asks_for_any_more_is_dropped_and_said(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    me = one(store)
    mention(store, me)
    mention(store, me, watch="corvid")

    with caplog.at_level(logging.WARNING):
        declare(store, a_subscription("other", watches=("corvid",)))

    assert "telling.deleted count=1 subscription=daily" in caplog.text
    with store.reading() as unit:
        assert list(unit.tellings.count_pending().values()) == [1]


def test_who_comes_back_begins_anew_and_is_told_nothing_twice(store: Store) -> None:
    me = one(store)
    mention(store, me)
    cut(store, [me], pending(store, me), a_message_to_send())
    declare(store)

    back = declare(store, a_subscription())["daily", "comms@trust.example"]

    assert back.subscriber_id == me
    assert (back.next_at, back.last_cut_date) == (None, TODAY)
    assert pending(store, me) == ()


def test_a_recipient_is_welcomed_when_the_welcome_is_in_the_outbox(store: Store) -> None:
    with store.transaction() as unit:
        assert not unit.tellings.has_welcome("a@x.example")
        unit.outbox.enqueue(a_message_to_send("welcome:a@x.example", kind="welcome"), NOW)
        assert unit.tellings.has_welcome("a@x.example")
        assert not unit.tellings.has_welcome("b@x.example")

"""Watches: every edit is a version, a rename keeps history."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.model import StoredItem
from storage.store import Store
from storage.telling.watches import WatchText
from tests.support.builders import (
    NOW,
    a_match,
    a_message_to_send,
    a_subscription,
    a_watch_text,
    an_article,
)

LATER = NOW + timedelta(hours=1)


def declare(store: Store, *watches: WatchText, at: timedelta = timedelta()) -> dict[str, int]:
    with store.transaction() as unit:
        found = unit.watches.declare(watches, NOW + at)
    return {key: version.version for key, version in found.items()}


def an_item(store: Store) -> StoredItem:
    with store.transaction() as unit:
        item_id = unit.items.put(an_article(), now=LATER, baseline=False).item_id
        found = unit.items.get(item_id)
    assert found is not None
    return found


def mentioned(store: Store, item: StoredItem, *keys: str) -> None:
    with store.transaction() as unit:
        unit.mentions.record(
            item.item_id,
            [a_match(item.item_id, key) for key in keys],
            matched_revision=1,
            audience={key: [s.subscriber_id for s in unit.subscribers.all()] for key in keys},
            now=LATER,
        )


def mentions(store: Store, item: StoredItem) -> list[tuple[str, int]]:
    with store.reading() as unit:
        found = unit.mentions.of_item(item.item_id)
    return [(m.match.watch_key, m.match.watch_version) for m in found]


def test_a_new_watch_is_version_one_from_now_on(store: Store) -> None:
    assert declare(store, a_watch_text("halcyon"), a_watch_text("corvid")) == {
        "halcyon": 1,
        "corvid": 1,
    }
    with store.reading() as unit:
        assert unit.watches.current()["halcyon"].active_since == NOW
        assert unit.watches.current()["halcyon"].query == "halcyon"


def test_the_same_meaning_is_no_new_version(store: Store) -> None:
    declare(store, a_watch_text())

    assert declare(store, a_watch_text(), at=timedelta(hours=1)) == {"halcyon": 1}


def test_an_edit_is_a_new_version_from_now_on(store: Store) -> None:
    declare(store, a_watch_text(query="halcyon"))

    assert declare(store, a_watch_text(query="halcyon OR corvid"), at=timedelta(hours=1)) == {
        "halcyon": 2
    }
    with store.reading() as unit:
        first, second = unit.watches.versions("halcyon")
    assert (first.query, first.active_since) == ("halcyon", NOW)
    assert (second.query, second.active_since) == ("halcyon OR corvid", LATER)


def test_a_watch_that_comes_back_is_a_new_version(store: Store) -> None:
    declare(store, a_watch_text())
    assert declare(store) == {}

    assert declare(store, a_watch_text(), at=timedelta(hours=1)) == {"halcyon": 2}


def test_a_rename_keeps_versions_and_mentions(store: Store) -> None:
    declare(store, a_watch_text("old"))
    item = an_item(store)
    mentioned(store, item, "old")

    assert declare(store, a_watch_text("new", was="old")) == {"new": 1}

    assert mentions(store, item) == [("new", 1)]
    with store.reading() as unit:
        assert unit.watches.versions("old") == ()
        assert unit.watches.current()["new"].active_since == NOW


def test_a_rename_that_stays_in_the_file_is_done_once(store: Store) -> None:
    declare(store, a_watch_text("old"))
    renamed = a_watch_text("new", was="old")
    declare(store, renamed)

    assert declare(store, renamed, a_watch_text("old", "another")) == {"new": 1, "old": 1}
    assert declare(store, renamed, a_watch_text("old", "another")) == {"new": 1, "old": 1}


@pytest.mark.parametrize("order", [1, -1], ids=["as written", "the other way round"])
def test_names_may_move_on_by_one(store: Store, order: int) -> None:
    declare(store, a_watch_text("a", "first"), a_watch_text("b", "second"))
    item = an_item(store)
    mentioned(store, item, "a")

    moved = [a_watch_text("b", "first", was="a"), a_watch_text("c", "second", was="b")]
    assert declare(store, *moved[::order]) == {"b": 1, "c": 1}

    assert mentions(store, item) == [("b", 1)]


def test_a_rename_onto_an_earlier_watch_of_that_name_merges_what_was_told(store: Store) -> None:
    declare(store, a_watch_text("b", "short-lived"))
    item = an_item(store)
    mentioned(store, item, "b")
    declare(store, a_watch_text("a"))
    with store.transaction() as unit:
        [subscriber] = unit.subscribers.declare([a_subscription(watches=("a",))], NOW)
    mentioned(store, item, "a")
    with store.transaction() as unit:
        unit.tellings.cut(
            [subscriber.subscriber_id],
            notification=a_message_to_send(),
            tellings=unit.tellings.pending([subscriber.subscriber_id]),
            next_at={},
            local_date={},
            now=LATER,
        )

    assert declare(store, a_watch_text("b", "halcyon", was="a")) == {"b": 2}

    with store.reading() as unit:
        [mention] = unit.mentions.of_item(item.item_id)
        assert mention.match.watch_key == "b"
        [(recipient, *_)] = unit.tellings.told_to(mention.mention_id)
    assert recipient == "comms@trust.example"

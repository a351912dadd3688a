"""What the database keeps of hosts, and of items whose text was none of theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.crawling import sites
from storage.model import StoredItem, TextState
from storage.store import Store
from tests.support.builders import NOW, OUTLET, a_match, a_watch_text, an_article


def put(store: Store, host: str, memory: bytes, *, hours: int = 0) -> None:
    with store.transaction() as unit:
        unit.sites.put({host: memory}, NOW + timedelta(hours=hours))


def get(store: Store, host: str) -> bytes | None:
    with store.reading() as unit:
        memory: bytes | None = unit.sites.get(host)
    return memory


def test_a_memory_is_kept_by_its_host_and_replaced(store: Store) -> None:
    put(store, "ledger.example", b"\x00one")
    put(store, "bulletin.example", b"other")
    put(store, "ledger.example", b"\x00two")
    assert get(store, "ledger.example") == b"\x00two"
    assert get(store, "bulletin.example") == b"other"
    assert get(store, "courier.example") is None


def test_the_longest_unused_memories_go_when_there_are_too_many(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sites, "MAX_SITES", 3)
    for hours, host in enumerate(("a", "b", "c")):
        put(store, host, b"m", hours=hours)
    put(store, "a", b"again", hours=5)
    put(store, "d", b"m", hours=6)
    assert [host for host in "abcd" if get(store, host) is not None] == ["a", "c", "d"]


WALL = (
    "Our partners look at what you like, so that what you see here is of use to you. You can say "
    "which of them may do so, and change your mind whenever it suits you. Some need it to count "
    "how many people have read a page, others choose what is printed beside it by the pages that "
    "you opened before. Whoever pays for the paper sees none of this: with a subscription nobody "
    "follows you from one article to the next, and the crossword is free on Sundays. A list of all "
    "six hundred companies, with their addresses and what each of them keeps for how many months, "
    "stands behind the second button. The first one lets them all in, and takes you to the news."
)


def put_in(store: Store, title: str, *, matched: bool = False) -> StoredItem:
    """An item with the wall for its text, in the story that this puts it in."""
    with store.transaction() as unit:
        article = an_article(title=title, summary=f"What is known of {title}", body=WALL)
        item_id = unit.items.put(article, now=NOW, baseline=False).item_id
        item = unit.items.get(item_id)
        assert item is not None
        unit.stories.assign(item)
        if matched:
            unit.mentions.record(
                item_id, [a_match(item_id)], matched_revision=1, audience={}, now=NOW
            )
    return read(store, item_id)


def read(store: Store, item_id: int) -> StoredItem:
    with store.reading() as unit:
        found = unit.items.get(item_id)
    assert found is not None
    return found


def same(store: Store, *, source: str = OUTLET, since: timedelta = timedelta(0)) -> list[int]:
    with store.reading() as unit:
        return [one for one, *_ in unit.pages.find_same_text(source, WALL, since=NOW + since)]


def test_items_with_the_same_text_are_found_but_for_those_with_mentions(store: Store) -> None:
    with store.transaction() as unit:
        unit.watches.declare([a_watch_text()], now=NOW)
    first, second = put_in(store, "Trust pauses move"), put_in(store, "Board resigns")
    put_in(store, "Halcyon wins", matched=True)
    assert same(store) == [first.item_id, second.item_id]
    assert same(store, source="another") == []
    assert same(store, since=timedelta(days=1)) == []


def test_an_item_whose_text_is_taken_away_is_thin_alone_and_asked_for_again(store: Store) -> None:
    first, second = put_in(store, "Trust pauses move"), put_in(store, "Board resigns")
    assert second.story_id == first.item_id  # the wall made them one
    with store.transaction() as unit:
        unit.pages.take_text_away([first.item_id, second.item_id], reason="a wall", now=NOW)
    after = read(store, second.item_id)
    assert (after.body, after.text_state, after.thin_reason) == ("", TextState.THIN, "a wall")
    assert after.story_id == second.item_id
    with store.reading() as unit:
        due = unit.pages.due(OUTLET, now=NOW, limit=9)
        waiting = unit.items.get_many(unit.items.pending(now=NOW, limit=9))
    assert {one.item_id for one in due} == {first.item_id, second.item_id}
    assert {one.item_id for one in waiting} == {first.item_id, second.item_id}
    with store.transaction() as unit:
        assert [unit.stories.assign(one) for one in waiting] == [first.item_id, second.item_id]

"""Items that tell the same story are known as one, on both databases."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from storage.archive.stories import SPAN
from storage.model import StoredItem
from storage.store import Store
from tests.storage.rules.test_shingles import prose, syndicated
from tests.support.builders import NOW, an_article

TEXT = prose(Random(5), 300)


def stored(store: Store, name: str, body: str, **changes: object) -> StoredItem:
    """An item that was put in and placed, with the story that it is in now."""
    with store.transaction() as unit:
        where = {"url": f"https://{name}.example/1", "guid": name, "source_key": name}
        article = an_article(**(where | {"body": body} | changes))
        item_id = unit.items.put(article, now=NOW, baseline=False).item_id
        item = unit.items.get(item_id)
        assert item is not None
        unit.stories.assign(item)
        return item


def story_of(store: Store, item: StoredItem) -> int:
    with store.reading() as unit:
        found = unit.items.get(item.item_id)
    assert found is not None
    return found.story_id


def test_a_copy_in_another_outlet_is_the_same_story(store: Store) -> None:
    first = stored(store, "agency", TEXT)
    copy = stored(store, "gazette", syndicated(Random(6), TEXT, replaced=0.1, kept=0.8))
    other = stored(store, "ledger", prose(Random(7), 300))

    assert story_of(store, copy) == story_of(store, first) == first.item_id
    assert story_of(store, other) == other.item_id


def test_a_text_that_connects_two_stories_makes_them_one(store: Store) -> None:
    words = TEXT.split()
    head = stored(store, "head", " ".join(words[:150]))
    tail = stored(store, "tail", " ".join(words[150:]))
    assert story_of(store, tail) == tail.item_id

    whole = stored(store, "whole", TEXT)

    assert {story_of(store, one) for one in (head, tail, whole)} == {head.item_id}


def test_notes_of_one_source_by_one_template_are_no_copies(store: Store) -> None:
    note = "The next meeting of the board is on {} at ten in the Green Room of the Marlow clinic."

    def told(name: str, number: int, day: str) -> int:
        url = f"https://{name}.example/{number}"
        changes = {"url": url, "guid": url, "title": "Board meeting date", "summary": ""}
        return story_of(store, stored(store, name, note.format(day), **changes))

    first = told("clinic", 1, "12 March")
    assert told("clinic", 2, "9 April") != first
    assert told("gazette", 3, "12 March") == first


def test_kinds_are_kept_apart(store: Store) -> None:
    news = stored(store, "agency", TEXT)
    notice = stored(store, "tenders", TEXT, kind="tender")
    release = stored(store, "supplier", TEXT, kind="release")

    assert story_of(store, notice) == notice.item_id
    assert story_of(store, release) == news.item_id


def test_placing_an_item_again_changes_nothing(store: Store) -> None:
    first = stored(store, "agency", TEXT)
    copy = stored(store, "gazette", TEXT)
    with store.transaction() as unit:
        assert unit.stories.assign(copy) == first.item_id

    assert story_of(store, copy) == first.item_id


def test_old_sketches_are_let_go_and_what_comes_then_is_a_story_of_its_own(store: Store) -> None:
    first = stored(store, "agency", TEXT)
    with store.transaction() as unit:
        assert unit.stories.delete_sketches(NOW - SPAN) == 0
        assert unit.stories.delete_sketches(NOW + timedelta(seconds=1)) > 0

    copy = stored(store, "gazette", TEXT)

    assert (story_of(store, first), story_of(store, copy)) == (first.item_id, copy.item_id)


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_arrival_makes_no_difference_in_the_database(store: Store, seed: int) -> None:
    random = Random(20)
    texts = {}
    for number in range(3):
        text = prose(random, 250)
        texts[f"own-{number}"] = text
        texts[f"cut-{number}"] = syndicated(random, text, replaced=0.1)
        texts[f"long-{number}"] = f"{prose(random, 30)} {text}"
    names = sorted(texts)
    Random(seed).shuffle(names)

    items = {name: stored(store, name, texts[name]) for name in names}

    stories: dict[int, set[str]] = {}
    for name, item in items.items():
        stories.setdefault(story_of(store, item), set()).add(name)
    assert sorted(map(sorted, stories.values())) == [
        [f"cut-{number}", f"long-{number}", f"own-{number}"] for number in range(3)
    ]
    assert all(
        story == min(items[name].item_id for name in named) for story, named in stories.items()
    )


def test_all_items_of_a_story_are_known_by_it(store: Store) -> None:
    first = stored(store, "agency", TEXT)
    copy = stored(store, "gazette", TEXT)
    other = stored(store, "ledger", prose(Random(7), 300))

    with store.reading() as unit:
        members = unit.stories.members({first.item_id, other.item_id, 999})

    assert members == {
        first.item_id: (first.item_id, copy.item_id),
        other.item_id: (other.item_id,),
    }

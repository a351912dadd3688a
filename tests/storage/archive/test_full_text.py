"""The full-text index: asked for candidates, it leaves out nothing that may be meant."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest

from storage.model import TextState
from storage.store import Store, Unit
from storage.text_index import full_text as fulltext
from storage.text_index.full_text import CandidatePage
from storage.text_index.full_text_query import (
    ANYTHING,
    NOTHING,
    FullTextQuery,
    Word,
    WordPrefix,
    WordSequence,
    all_of,
    any_of,
)
from tests.support.builders import NOW, a_listed_article, an_article


def put(store: Store, *words: str) -> list[int]:
    """Store an article for each string of words and index it under these."""
    made = []
    for said in words:
        with store.transaction() as unit:
            made.append(unit.items.put(an_article(), now=NOW, baseline=False).item_id)
            index(unit, {made[-1]: said})
    return made


def index(unit: Unit, words: dict[int, str]) -> None:
    batch = unit.fulltext.next_batch(100)
    unit.fulltext.put(batch, [(number, words[number]) for number in batch.items])


def asked(store: Store, text_query: FullTextQuery) -> tuple[int, ...]:
    with store.reading() as unit:
        return unit.fulltext.candidates(text_query, limit=100).items


@pytest.mark.parametrize(
    ("text_query", "found"),
    [
        (Word("nhs"), {1, 2}),
        (Word("nh"), set()),
        (WordPrefix("pal"), {0, 1}),
        (all_of([Word("palantir"), Word("nhs")]), {1}),
        (any_of([Word("halcyon"), Word("trust")]), {0, 2}),
        (all_of([any_of([Word("halcyon"), Word("palantir")]), WordPrefix("nh")]), {1, 2}),
        (Word("_site:nhs.example"), {2}),
        (Word("-i-c-e"), {0}),
        (ANYTHING, {0, 1, 2}),
        (NOTHING, set()),
        (all_of([Word("nhs"), NOTHING]), set()),
    ],
    ids=str,
)
def test_a_sieve_names_what_passes_it(
    store: Store, text_query: FullTextQuery, found: set[int]
) -> None:
    made = put(
        store, "palantir trust -i-c-e", "palantir and the nhs", "halcyon nhs _site:nhs.example"
    )

    assert set(asked(store, text_query)) == {made[at] for at in found}


def test_words_in_a_row_are_found(store: Store) -> None:
    row, _, _ = put(store, "the data platform", "platform of data", "the data")

    assert asked(store, WordSequence(("data", "platform"))) == (row,)


@pytest.mark.parametrize(
    "words",
    [
        " ".join(f"word{n % 1000}" for n in range(17_000)) + " data platform",
        "data the " * 300 + "data platform",
    ],
    ids=["a long text", "a frequent word"],
)
def test_words_in_a_row_are_found_however_far_behind(store: Store, words: str) -> None:
    [number] = put(store, words)

    assert asked(store, WordSequence(("data", "platform"))) == (number,)


def test_what_is_not_indexed_yet_is_always_named(store: Store) -> None:
    [indexed] = put(store, "halcyon")
    with store.transaction() as unit:
        waiting = unit.items.put(an_article(), now=NOW, baseline=False).item_id

    assert asked(store, Word("palantir")) == (waiting,)
    assert asked(store, Word("halcyon")) == (waiting, indexed)


def test_an_item_that_changes_is_named_until_it_is_indexed_again(store: Store) -> None:
    listed = a_listed_article()
    with store.transaction() as unit:
        number = unit.items.put(listed, now=NOW, baseline=False).item_id
        index(unit, {number: "teaser"})
    full = an_article(guid=listed.guid, url=listed.url, title=listed.title)
    assert full.text_state is TextState.FULL
    with store.transaction() as unit:
        assert unit.items.put(full, now=NOW, baseline=False, expected=number).item_id == number

    assert asked(store, Word("palantir")) == (number,)
    with store.transaction() as unit:
        index(unit, {number: "palantir"})
    assert asked(store, Word("palantir")) == (number,)
    assert asked(store, Word("halcyon")) == ()


def test_a_text_that_changes_while_it_is_indexed_is_indexed_again(store: Store) -> None:
    listed = a_listed_article()
    with store.transaction() as unit:
        number = unit.items.put(listed, now=NOW, baseline=False).item_id
    full = an_article(guid=listed.guid, url=listed.url, title=listed.title)

    def change() -> None:
        with store.transaction() as unit:
            unit.items.put(full, now=NOW, baseline=False, expected=number)

    changing = Thread(target=change)
    with store.transaction() as unit:
        batch = unit.fulltext.next_batch(100)
        assert unit.items.get(number) is not None
        changing.start()
        changing.join(0.5)
        assert changing.is_alive(), "the change must wait for the transaction that indexes"
        unit.fulltext.put(batch, [(number, "teaser")])
    changing.join(30)

    with store.reading() as unit:
        assert unit.fulltext.coverage().waiting == 1
    assert asked(store, Word("palantir")) == (number,)


def test_an_item_that_changes_without_end_has_all_indexed_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fulltext, "_ROWS_PER_ITEM", 4)
    with store.transaction() as unit:
        unit.fulltext.reset_spelling(7)
        number = unit.items.put(an_article(), now=NOW, baseline=False).item_id
        for turn in range(9):
            index(unit, {number: f"palantir turn{turn}"})
            fulltext.mark_for_indexing(unit.fulltext._db, number)
            if unit.fulltext.reset_spelling(7):
                index(unit, {number: f"palantir turn{turn}"})
                fulltext.mark_for_indexing(unit.fulltext._db, number)
        index(unit, {number: "palantir last"})

    assert asked(store, Word("last")) == (number,)
    assert asked(store, Word("palantir")) == (number,)


def test_an_archive_from_before_is_indexed_backwards_and_searched_meanwhile(store: Store) -> None:
    old = put(store, *["halcyon"] * 5)
    with store.transaction() as unit:
        assert unit.fulltext.reset_spelling(7)
        assert not unit.fulltext.reset_spelling(7)
    assert asked(store, Word("halcyon")) == tuple(reversed(old))
    assert asked(store, Word("palantir")) == tuple(reversed(old))

    with store.transaction() as unit:
        batch = unit.fulltext.next_batch(2)
        assert batch.items == tuple(old[3:])
        unit.fulltext.put(batch, [(number, "halcyon") for number in batch.items])
        assert not unit.fulltext.coverage().is_complete
    assert asked(store, Word("palantir")) == (old[2], old[1], old[0])
    assert asked(store, Word("halcyon")) == tuple(reversed(old))

    with store.transaction() as unit:
        batch = unit.fulltext.next_batch(100)
        unit.fulltext.put(batch, [(number, "halcyon") for number in batch.items])
        assert unit.fulltext.coverage().is_complete
        assert unit.fulltext.next_batch(100).items == ()
    assert asked(store, Word("palantir")) == ()


def test_pages_go_back_through_all_candidates(store: Store) -> None:
    old = put(store, *["halcyon"] * 7)
    with store.transaction() as unit:
        new = [unit.items.put(an_article(), now=NOW, baseline=False).item_id for _ in range(3)]
    found: list[int] = []
    before = None
    with store.reading() as unit:
        while True:
            page: CandidatePage = unit.fulltext.candidates(Word("halcyon"), limit=2, before=before)
            found += page.items
            before = page.before
            if before is None:
                break

    assert found == sorted([*old, *new], reverse=True)


def test_the_most_telling_come_first(store: Store) -> None:
    _, both, _ = put(store, "halcyon x y", "halcyon palantir", "trust x y")

    with store.reading() as unit:
        best = unit.fulltext.rank(any_of([Word("halcyon"), Word("palantir")]), limit=10)
    assert best[0] == both
    assert len(best) == 2


def test_a_text_that_no_index_can_hold_is_named_for_every_word(store: Store) -> None:
    [number] = put(store, " ".join(f"word{n:010}" for n in range(60_000)))

    assert asked(store, Word("word0000000007")) == (number,)


def test_an_empty_archive_has_nothing_to_index(store: Store) -> None:
    with store.transaction() as unit:
        assert unit.fulltext.next_batch(10).items == ()
        unit.fulltext.put(unit.fulltext.next_batch(10), [])
    assert asked(store, ANYTHING) == ()


def test_since_and_sources_come_from_the_archive(store: Store) -> None:
    with store.transaction() as unit:
        first = unit.items.put(an_article(), now=NOW - timedelta(days=9), baseline=False).item_id
        second = unit.items.put(an_article(source_key="other"), now=NOW, baseline=False).item_id
    with store.reading() as unit:
        assert unit.fulltext.lowest_since(NOW - timedelta(days=10)) == first
        assert unit.fulltext.lowest_since(NOW - timedelta(days=1)) == second
        assert unit.fulltext.lowest_since(NOW + timedelta(days=1)) > second
        assert unit.fulltext.source_keys() == {"ward-ledger", "other"}

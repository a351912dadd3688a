"""Searching the archive: the same answers with a full index, half of one, and none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from alerts.query import Document, compile_query
from alerts.search.archive_search import (
    SearchRequest,
    SearchResult,
    locate_hits,
    search_archive,
)
from alerts.search.index_filing import index_pending
from storage.store import Store
from tests.alerts.query.seeded import a_document
from tests.support.builders import NOW, a_listed_article, an_article


def search(store: Store, text: str, **wish: object) -> SearchResult:
    query = compile_query(text, allow_filters_only=True)
    wished = SearchRequest(**({"limit": 20, "seconds": 600.0} | wish))  # type: ignore[arg-type]
    return search_archive(store, query, {"ward-ledger": "The Ward Ledger"}, wished)


def found(looked: SearchResult) -> list[int]:
    return [hit.item.item_id for hit in looked.hits]


def stored(store: Store, *bodies: str) -> list[int]:
    with store.transaction() as unit:
        return [
            unit.items.put(an_article(body=body), now=NOW, baseline=False).item_id
            for body in bodies
        ]


def file_all(store: Store) -> None:
    while index_pending(store):
        pass


@pytest.mark.slow
@pytest.mark.parametrize("filed", ["nothing", "half", "all"])
def test_the_index_changes_nothing_but_the_time(store: Store, filed: str) -> None:
    random = Random(5)
    texts = ["nhs", '"health care"', "palantir NOT nhs", "e-prescribing OR ice", 'cs("ICE")',
             "title:nhs", "comments:ice", "nhs NEAR/3 ice", "source:ledger", "palant* contract",
             "NOT nhs", "health NOT NEAR/2 care", "date>2020-01", "author:brien"]  # fmt: skip
    made = [a_document(random, random.choice(texts)) for _ in range(60)]
    with store.transaction() as unit:
        for one in made:
            article = an_article(
                title=one.title, summary=one.summary, body=one.body, comments=one.comments,
                authors=one.authors, pages=one.pages,
            )  # fmt: skip
            unit.items.put(article, now=NOW, baseline=False)
    if filed == "half":
        assert index_pending(store, limit=30) == 30
    elif filed == "all":
        file_all(store)
    with store.reading() as unit:
        items = unit.items.newest(limit=100)

    for text in texts:
        query = compile_query(text, allow_filters_only=True)
        expected = {
            item.item_id
            for item in items
            if query.matches(Document.of(item, source_name="The Ward Ledger"))
        }
        for order in ("date", "relevance"):
            looked = search(store, text, limit=100, order=order)
            assert set(found(looked)) == expected, text
            assert looked.complete
            assert len(found(looked)) == len(expected)


def test_the_newest_come_first_and_the_limit_says_at_least(store: Store) -> None:
    made = stored(store, *["halcyon"] * 5)
    file_all(store)

    looked = search(store, "halcyon", limit=3)

    assert found(looked) == made[:-4:-1]
    assert looked.stopped == "limit"


def test_only_candidates_are_looked_at(store: Store) -> None:
    made = stored(store, "zorbiq", *["corvid"] * 30)
    file_all(store)

    looked = search(store, "zorbiq")

    assert (found(looked), looked.looked_at) == ([made[0]], 1)
    assert not search(store, "orbital").nothing_stored


def test_an_archive_with_nothing_in_it_is_told_from_one_without_an_answer(store: Store) -> None:
    assert search(store, "halcyon").nothing_stored


def test_since_leaves_out_what_was_seen_earlier(store: Store) -> None:
    with store.transaction() as unit:
        for days in (9, 3, 1):
            seen = NOW - timedelta(days=days)
            unit.items.put(an_article(body="halcyon"), now=seen, baseline=False)
    file_all(store)

    assert len(search(store, "halcyon", since=NOW - timedelta(days=5)).hits) == 2
    by_words = search(store, "halcyon", since=NOW - timedelta(days=5), order="relevance")
    assert len(by_words.hits) == 2


def test_the_most_telling_come_first(store: Store) -> None:
    body = "the trust said that it would look into what had happened " * 6
    both, *_ = stored(store, f"halcyon palantir {body}", *[f"halcyon {body}"] * 9)
    file_all(store)

    assert found(search(store, "halcyon OR palantir", order="relevance"))[0] == both
    assert found(search(store, "halcyon OR palantir"))[-1] == both


def ticking(step: float) -> Callable[[], float]:
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += step
        return now

    return clock


def test_a_search_that_takes_too_long_says_how_far_back_it_looked(store: Store) -> None:
    with store.transaction() as unit:
        for days in range(60, 0, -1):
            seen = NOW - timedelta(days=days)
            unit.items.put(an_article(body="halcyon"), now=seen, baseline=False)

    looked = search_archive(
        store,
        compile_query("halcyon"),
        {},
        SearchRequest(limit=100, seconds=9.5),
        clock=ticking(1.0),
    )

    assert looked.stopped == "time"
    assert looked.looked_at == len(looked.hits) == 10
    assert looked.oldest == NOW - timedelta(days=10)


def test_a_text_that_comes_later_is_found_before_and_after_it_is_filed(store: Store) -> None:
    listed = a_listed_article()
    with store.transaction() as unit:
        number = unit.items.put(listed, now=NOW, baseline=False).item_id
    file_all(store)
    full = an_article(guid=listed.guid, url=listed.url, title=listed.title, body="zorbiq " * 40)
    with store.transaction() as unit:
        unit.items.put(full, now=NOW, baseline=False, expected=number)

    assert found(search(store, "zorbiq")) == [number]
    file_all(store)
    assert found(search(store, "zorbiq")) == [number]


def test_an_address_that_comes_later_is_found(store: Store) -> None:
    bare = an_article(url=None)
    with store.transaction() as unit:
        number = unit.items.put(bare, now=NOW, baseline=False).item_id
    file_all(store)
    assert found(search(store, "site:zorbiq.example")) == []
    again = an_article(
        url="https://zorbiq.example/1", guid=bare.guid, title=bare.title, summary=bare.summary,
        body=bare.body, published_at=bare.published_at, published_raw=bare.published_raw,
    )  # fmt: skip
    with store.transaction() as unit:
        assert unit.items.put(again, now=NOW, baseline=False).item_id == number

    assert found(search(store, "site:zorbiq.example")) == [number]
    file_all(store)
    assert found(search(store, "site:zorbiq.example")) == [number]


def test_an_item_that_was_absorbed_is_no_candidate(store: Store) -> None:
    article = an_article(body="zorbiq " * 40)
    with store.transaction() as unit:
        kept = unit.items.put(article, now=NOW, baseline=False).item_id
        listed = unit.items.put(
            a_listed_article(title="Zorbiq opens"), now=NOW, baseline=False
        ).item_id
    file_all(store)
    with store.transaction() as unit:
        # the page of what was listed turns out to be the article that is known
        again = an_article(body=article.body, title=article.title)
        assert unit.items.put(again, now=NOW, baseline=False, expected=listed).item_id == kept

    assert found(search(store, "zorbiq")) == [kept]


@pytest.mark.one_database
def test_hits_without_spans_are_the_same_and_are_located_later(store: Store) -> None:
    stored(store, "Halcyon told Corvid.", "Nobody told Corvid.", "Halcyon told nobody.")
    text = "halcyon NOT (nobody AND corvid)"
    whole, bare = search(store, text), search(store, text, spans=False)

    assert found(bare) == found(whole) != []
    assert all(hit.spans == () for hit in bare.hits)
    query = compile_query(text)
    assert locate_hits(query, {"ward-ledger": "The Ward Ledger"}, bare.hits) == whole.hits

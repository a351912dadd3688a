"""The archive over both databases: what is put in is there once, whole, and waits to be matched."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from storage.model import (
    Article,
    Completion,
    Duplicate,
    New,
    Revision,
    Stored,
    StoredItem,
    TextState,
)
from storage.store import Store
from tests.support.builders import (
    NOW,
    a_listed_article,
    a_match,
    a_text,
    a_watch_text,
    an_article,
)

MINUTE = timedelta(minutes=1)


TOLD_BY_THE_ARTICLE = (
    *("source_key", "kind", "url", "title", "authors", "published_at", "published_raw"),
    *("language", "summary", "body", "comments", "pages", "text_state", "thin_reason"),
    "content_hash",
)


def put(store: Store, article: Article, **how: Any) -> Stored:
    with store.transaction() as unit:
        return unit.items.put(article, **({"now": NOW, "baseline": False} | how))


def items(store: Store) -> tuple[StoredItem, ...]:
    with store.reading() as unit:
        return tuple(reversed(unit.items.newest(limit=1000)))


def waiting(store: Store, at: Any = NOW) -> list[int]:
    with store.reading() as unit:
        return list(unit.items.pending(now=at, limit=1000))


def match(store: Store, item_id: int, *watches: str, revision: int = 1) -> None:
    with store.transaction() as unit:
        matches = [a_match(item_id, key, revision=revision) for key in watches]
        unit.mentions.record(item_id, matches, matched_revision=revision, audience={}, now=NOW)


def test_what_was_put_in_comes_out(store: Store) -> None:
    article = an_article(
        authors=("Ruth Amery", "Ó Dálaigh"), pages=("one", "two"), comments="Karp says no"
    )

    stored = put(store, article, baseline=True)

    [item] = items(store)
    assert stored == Stored(decision=New(), item_id=item.item_id)
    for name in TOLD_BY_THE_ARTICLE:
        assert getattr(item, name) == getattr(article, name), name
    assert (item.first_seen_at, item.revised_at, item.revision) == (NOW, None, 1)
    assert item.baseline
    assert item.story_id == item.item_id
    [carrier] = item.carriers
    assert (carrier.source_key, carrier.url, carrier.guid) == (
        article.source_key,
        article.url,
        article.guid,
    )


def test_the_same_article_twice_is_one_item(store: Store) -> None:
    article = an_article()
    first = put(store, article)

    second = put(store, article, now=NOW + MINUTE)

    assert second == Stored(
        decision=Duplicate(item_id=first.item_id, by="url"), item_id=first.item_id
    )
    assert len(items(store)) == 1
    assert len(items(store)[0].carriers) == 1


def test_another_source_with_the_same_link_is_one_item_with_two_carriers(store: Store) -> None:
    article = an_article()
    put(store, article)

    put(store, replace(article, source_key="trolley-times", guid="tt-1"), now=NOW + MINUTE)

    [item] = items(store)
    assert [(c.source_key, c.guid) for c in item.carriers] == [
        (article.source_key, article.guid),
        ("trolley-times", "tt-1"),
    ]
    assert item.source_key == article.source_key


def test_the_same_text_in_another_source_is_another_item(store: Store) -> None:
    article = an_article()
    put(store, article)

    copy = replace(article, source_key="trolley-times", url="https://tt.example/1", guid="tt-1")
    assert put(store, copy).decision == New()

    assert len(items(store)) == 2


def test_a_page_completes_what_its_listing_made_and_is_matched_at_once(store: Store) -> None:
    listed = a_listed_article()
    in_ten = NOW + 10 * MINUTE
    item_id = put(store, listed, ready_at=in_ten, page_due_at=NOW).item_id
    assert waiting(store) == []
    assert waiting(store, in_ten) == [item_id]

    page = replace(an_article(), url=listed.url, guid=listed.guid, title=listed.title)
    stored = put(store, page, expected=item_id, now=NOW + MINUTE)

    assert stored == Stored(decision=Completion(item_id=item_id), item_id=item_id)
    [item] = items(store)
    assert (item.text_state, item.body, item.revision) == (TextState.FULL, page.body, 1)
    assert item.revised_at is None
    assert waiting(store, NOW + MINUTE) == [item_id]
    with store.reading() as unit:
        assert unit.pages.due(page.source_key, now=in_ten, limit=9) == ()


def test_a_changed_text_is_a_revision_with_the_old_text_kept(store: Store) -> None:
    article = an_article()
    item_id = put(store, article).item_id
    match(store, item_id)
    changed = replace(
        an_article(body=a_text(number=900)), url=article.url, guid=article.guid, title="Corrected"
    )

    stored = put(store, changed, now=NOW + MINUTE)

    assert stored.decision == Revision(item_id=item_id, number=2)
    [item] = items(store)
    assert (item.title, item.body, item.revision) == ("Corrected", changed.body, 2)
    assert (item.first_seen_at, item.revised_at) == (NOW, NOW + MINUTE)
    with store.reading() as unit:
        [old] = unit.items.revisions(item_id)
    assert (old.number, old.title, old.body) == (1, article.title, article.body)
    assert old.content_hash == article.content_hash
    assert waiting(store, NOW + MINUTE) == [item_id]


def test_a_page_that_is_another_item_is_absorbed(store: Store) -> None:
    known = an_article()
    first = put(store, known).item_id
    listed = a_listed_article(title=known.title)
    second = put(store, listed, ready_at=NOW + MINUTE, page_due_at=NOW).item_id
    assert second != first

    page = replace(known, url=listed.url, guid=listed.guid)
    stored = put(store, page, expected=second)

    assert stored == Stored(
        decision=Duplicate(item_id=first, by="text", absorb=second), item_id=first
    )
    [item] = items(store)
    assert {c.url for c in item.carriers} == {known.url, listed.url}
    with store.reading() as unit:
        found = unit.items.find_url(str(listed.url))
        assert found is not None
        assert found.item_id == first
        assert unit.items.pending(now=NOW + MINUTE, limit=9)[0] == first


def test_a_row_that_was_matched_already_is_not_absorbed(store: Store) -> None:
    known = an_article()
    put(store, known)
    listed = a_listed_article()
    second = put(store, listed).item_id
    with store.transaction() as unit:
        unit.watches.declare([a_watch_text()], NOW)
    match(store, second, "halcyon")

    put(store, replace(known, url=listed.url, guid=listed.guid), expected=second)

    assert len(items(store)) == 2


def test_a_repeat_by_a_page_that_was_due_is_not_due_again(store: Store) -> None:
    article = an_article()
    item_id = put(store, article).item_id
    put(store, replace(article, title=article.title), page_due_at=NOW)

    put(store, replace(article, etag='"2"'), expected=item_id)

    with store.reading() as unit:
        assert unit.pages.due(article.source_key, now=NOW + MINUTE, limit=9) == ()


@pytest.mark.parametrize("how", ["put", "page_failed"])
def test_a_thin_item_is_matched_and_completed_when_its_text_comes(store: Store, how: str) -> None:
    listed = a_listed_article()
    item_id = put(store, listed, ready_at=NOW + 10 * MINUTE, page_due_at=NOW).item_id
    if how == "put":
        thin = replace(listed, text_state=TextState.THIN, thin_reason="paywall")
        put(store, thin, expected=item_id)
    else:
        with store.transaction() as unit:
            unit.pages.record_failure(item_id, reason="paywall", now=NOW, retry_at=None)

    [item] = items(store)
    assert (item.text_state, item.thin_reason) == (TextState.THIN, "paywall")
    assert waiting(store) == [item_id]
    match(store, item_id)

    page = replace(an_article(), url=listed.url, guid=listed.guid)
    put(store, page, expected=item_id, now=NOW + MINUTE)

    [item] = items(store)
    assert (item.text_state, item.thin_reason, item.revision) == (TextState.FULL, None, 1)
    assert waiting(store, NOW + MINUTE) == [item_id]


def test_a_page_that_fails_again_is_not_matched_again(store: Store) -> None:
    item_id = put(store, a_listed_article(), page_due_at=NOW).item_id
    with store.transaction() as unit:
        unit.pages.record_failure(item_id, reason="http-503", now=NOW, retry_at=NOW + MINUTE)
    match(store, item_id)

    with store.transaction() as unit:
        unit.pages.record_failure(item_id, reason="http-503", now=NOW, retry_at=NOW + 2 * MINUTE)
        [due] = unit.pages.due("ward-ledger", now=NOW + 2 * MINUTE, limit=9)
        assert due.attempts == 2
        assert unit.pages.due("ward-ledger", now=NOW + MINUTE, limit=9) == ()

    assert waiting(store, NOW + 9 * MINUTE) == []


def test_a_full_text_survives_a_page_that_fails(store: Store) -> None:
    article = an_article()
    item_id = put(store, article, page_due_at=NOW).item_id

    with store.transaction() as unit:
        unit.pages.record_failure(item_id, reason="http-403", now=NOW, retry_at=None)

    [item] = items(store)
    assert (item.text_state, item.body, item.thin_reason) == (TextState.FULL, article.body, None)

"""What waits to be matched or fetched, and how items are found again, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from storage.model import (
    Duplicate,
    New,
)
from storage.store import Store
from tests.storage.archive.test_items import MINUTE, items, match, put, waiting
from tests.support.builders import (
    NOW,
    a_listed_article,
    a_text,
    an_article,
)


def test_items_wait_for_their_matching_oldest_mark_first(store: Store) -> None:
    first = put(store, an_article(), ready_at=NOW + 2 * MINUTE).item_id
    second = put(store, an_article(), ready_at=NOW + MINUTE).item_id
    third = put(store, an_article(), ready_at=NOW + 3 * MINUTE).item_id

    assert waiting(store, NOW + 2 * MINUTE) == [second, first]
    match(store, second)
    assert waiting(store, NOW + 5 * MINUTE) == [first, third]


def test_what_changed_while_it_was_matched_is_matched_again(store: Store) -> None:
    article = an_article()
    item_id = put(store, article).item_id
    put(store, replace(article, body=a_text(number=901), content_hash="new"), now=NOW + MINUTE)

    match(store, item_id, revision=1)

    assert waiting(store, NOW + MINUTE) == [item_id]
    match(store, item_id, revision=2)
    assert waiting(store, NOW + MINUTE) == []


def test_pages_of_the_newest_are_due_first(store: Store) -> None:
    old = put(store, a_listed_article(published_at=NOW - 9 * MINUTE), page_due_at=NOW).item_id
    new = put(store, a_listed_article(published_at=NOW - MINUTE), page_due_at=NOW).item_id
    later = put(store, a_listed_article(), page_due_at=NOW + MINUTE).item_id
    put(store, a_listed_article(source_key="trolley-times"), page_due_at=NOW)

    with store.reading() as unit:
        assert [d.item_id for d in unit.pages.due("ward-ledger", now=NOW, limit=9)] == [
            new,
            old,
        ]
        ids = [d.item_id for d in unit.pages.due("ward-ledger", now=NOW + MINUTE, limit=9)]
    assert sorted(ids) == sorted([old, new, later])


def test_a_due_page_brings_what_its_listing_said(store: Store) -> None:
    listed = a_listed_article()
    put(store, listed, page_due_at=NOW)

    with store.reading() as unit:
        [due] = unit.pages.due("ward-ledger", now=NOW, limit=9)

    assert (due.entry.url, due.entry.guid, due.entry.title) == (
        listed.url,
        listed.guid,
        listed.title,
    )
    assert due.attempts == 0


def test_an_unchanged_page_is_no_longer_due_and_keeps_its_validators(store: Store) -> None:
    item_id = put(store, an_article(etag='"1"', last_modified="x"), page_due_at=NOW).item_id
    with store.transaction() as unit:
        [due] = unit.pages.due("ward-ledger", now=NOW, limit=9)
        assert (due.etag, due.last_modified) == ('"1"', "x")
        unit.pages.record_unchanged(item_id, NOW + MINUTE)

    with store.reading() as unit:
        assert unit.pages.due("ward-ledger", now=NOW + MINUTE, limit=9) == ()


def test_paging_passes_each_item_once_whatever_the_times(store: Store) -> None:
    with store.transaction() as unit:
        for number in range(23):
            unit.items.put(an_article(), now=NOW + (number // 5) * MINUTE, baseline=False)
    seen: list[int] = []
    before = None
    with store.reading() as unit:
        while page := unit.items.newest(limit=4, before=before):
            seen += [item.item_id for item in page]
            before = (page[-1].first_seen_at, page[-1].item_id)

    assert len(seen) == len(set(seen)) == 23
    assert seen == sorted(seen, reverse=True)
    with store.reading() as unit:
        since = unit.items.newest(limit=99, since=NOW + 4 * MINUTE)
        assert len(since) == 3
        assert unit.items.count() == 23
        assert unit.items.count(since=NOW + MINUTE, until=NOW + 2 * MINUTE) == 5


def test_an_item_is_found_by_any_of_its_addresses_and_by_its_guid(store: Store) -> None:
    article = an_article(alias_urls=("https://feed.example/redirect/5",))
    item_id = put(store, article).item_id

    with store.reading() as unit:
        for url in (f"{article.url}/?utm_source=x", "http://www.feed.example/redirect/5"):
            found = unit.items.find_url(url)
            assert found is not None
            assert found.item_id == item_id
        by_guid = unit.items.find_guid(article.source_key, str(article.guid))
        assert by_guid is not None
        assert by_guid.item_id == item_id
        assert unit.items.find_guid("trolley-times", str(article.guid)) is None
        assert unit.items.find_url("https://nowhere.example/") is None
        assert unit.items.get(item_id + 1000) is None


def test_a_guid_used_again_leads_to_the_newest_item(store: Store) -> None:
    first = an_article(guid="1")
    put(store, first)
    second = put(store, an_article(guid="1", title="Quite another story", published_at=NOW))

    assert second.decision == New()
    with store.reading() as unit:
        found = unit.items.find_guid("ward-ledger", "1")
        assert found is not None
        assert found.item_id == second.item_id


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Halcyon\x00 Health", id="NUL"),
        pytest.param("Halcyon \ud83d Health", id="lone surrogate"),
        pytest.param("Halcyon \U0010ffff \ufffe \u202e Health", id="noncharacters and bidi"),
    ],
)
def test_no_character_that_a_source_may_send_is_refused(store: Store, text: str) -> None:
    article = an_article(
        title=text,
        authors=(text,),
        summary=text,
        body=f"{text} {a_text()}",
        comments=text,
        guid=text,
        language=text * 9,
        published_raw=text,
        etag=text,
        url=f"https://ward-ledger.example/{text}",
        pages=(text,),
    )

    first = put(store, article)
    second = put(store, article)

    assert isinstance(second.decision, Duplicate)
    [item] = items(store)
    assert item.item_id == first.item_id
    assert item.title.startswith("Halcyon ")
    assert item.title.endswith(" Health")
    assert item.title.encode() == item.authors[0].encode() == item.pages[0].encode()


def test_dates_beyond_the_calendar_are_kept_within_it(store: Store) -> None:
    west = timezone(-timedelta(hours=5))
    put(store, an_article(published_at=datetime(9999, 12, 31, 23, 59, tzinfo=west)))
    east = timezone(timedelta(hours=5))
    put(store, an_article(published_at=datetime(1, 1, 1, tzinfo=east)))

    assert [item.published_at.year for item in items(store) if item.published_at] == [9999, 1]


def test_a_failing_unit_leaves_nothing(store: Store) -> None:
    def fails() -> None:
        with store.transaction() as unit:
            unit.items.put(an_article(), now=NOW, baseline=False)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()

    assert items(store) == ()
    assert waiting(store) == []

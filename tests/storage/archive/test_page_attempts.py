"""Attempts at pages are counted before they begin, on every database."""

from __future__ import annotations

from datetime import timedelta

from storage.archive.item_pages import NEVER_ENDED
from storage.model import PageDue, TextState
from storage.store import Store
from tests.support.builders import NOW, a_listed_article

WAITS = (timedelta(0), timedelta(0), timedelta(hours=1))


def put(store: Store, count: int) -> list[int]:
    ids = []
    with store.transaction() as unit:
        for number in range(count):
            article = a_listed_article(
                url=f"https://ledger.example/{number}", guid=str(number), title=f"Title {number}"
            )
            stored = unit.items.put(article, now=NOW, baseline=False, page_due_at=NOW)
            ids.append(stored.item_id)
    return ids


def due(store: Store, after: timedelta = timedelta(0)) -> dict[int, PageDue]:
    with store.reading() as unit:
        source_key = a_listed_article().source_key
        pages = unit.pages.due(source_key, now=NOW + after, limit=9)
        return {page.item_id: page for page in pages}


def begin(store: Store, ids: list[int]) -> None:
    with store.transaction() as unit:
        unit.pages.count_attempts(ids, now=NOW, waits=WAITS)


def test_what_is_never_heard_of_again_is_due_at_once_then_later_then_thin(store: Store) -> None:
    [one] = put(store, 1)
    for attempts in (1, 2):
        begin(store, [one])
        assert due(store)[one].attempts == attempts
    begin(store, [one])
    assert due(store) == {}
    assert due(store, timedelta(hours=1))[one].attempts == 3
    begin(store, [one])
    assert due(store, timedelta(days=900)) == {}
    with store.reading() as unit:
        item = unit.items.get(one)
    assert item is not None
    assert (item.text_state, item.thin_reason) == (TextState.THIN, NEVER_ENDED)


def test_an_attempt_that_was_not_made_is_taken_back(store: Store) -> None:
    first, second = put(store, 2)
    begin(store, [first, second])
    with store.transaction() as unit:
        unit.pages.undo_attempts([second], NOW)
        unit.pages.undo_attempts([second], NOW)
    assert {key: page.attempts for key, page in due(store).items()} == {first: 1, second: 0}


def test_an_attempt_that_failed_is_not_counted_twice(store: Store) -> None:
    [one] = put(store, 1)
    begin(store, [one])
    with store.transaction() as unit:
        unit.pages.record_failure(one, reason="http-500", now=NOW, retry_at=NOW, counted=True)
    assert due(store)[one].attempts == 1

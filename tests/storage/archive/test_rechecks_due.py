"""Pages that may have changed although their listing has not are made due, each once a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.model import TextState
from storage.store import Store
from tests.support.builders import NOW, a_listed_article, an_article, an_entry_of

DAY = timedelta(days=1)


def look(store: Store, item_ids: list[int], *, now: datetime, lately: timedelta = DAY) -> list[int]:
    """Ask for pages again; the items that are due after it."""
    with store.transaction() as unit:
        unit.pages.refetch(item_ids, now=now, unless_since=now - lately)
    with store.reading() as unit:
        return [due.item_id for due in unit.pages.due("ward-ledger", now=now, limit=9)]


def test_a_page_that_was_read_yesterday_is_due_and_keeps_its_validators(store: Store) -> None:
    with store.transaction() as unit:
        article = an_article(etag='"1"')
        item_id = unit.items.put(article, now=NOW, baseline=False).item_id
    assert look(store, [item_id], now=NOW + DAY) == [item_id]
    with store.reading() as unit:
        [due] = unit.pages.due("ward-ledger", now=NOW + DAY, limit=9)
    assert due.etag == '"1"'


def test_a_page_that_was_read_today_is_not(store: Store) -> None:
    with store.transaction() as unit:
        item_id = unit.items.put(an_article(), now=NOW, baseline=False).item_id
    assert look(store, [item_id], now=NOW + DAY / 2) == []


def test_a_page_that_cannot_be_read_is_asked_for_once_a_day(store: Store) -> None:
    with store.transaction() as unit:
        item_id = unit.items.put(a_listed_article(), now=NOW, baseline=False).item_id
        unit.pages.record_failure(item_id, reason="scanned", now=NOW, retry_at=None)
    tomorrow = NOW + DAY
    assert look(store, [item_id], now=tomorrow) == [item_id]
    with store.transaction() as unit:
        unit.pages.record_failure(item_id, reason="scanned", now=tomorrow, retry_at=None)
    assert look(store, [item_id], now=tomorrow + DAY / 2) == []


def test_a_full_text_stays_while_its_page_is_due(store: Store) -> None:
    with store.transaction() as unit:
        item_id = unit.items.put(an_article(), now=NOW, baseline=False).item_id
    look(store, [item_id], now=NOW + DAY)
    with store.transaction() as unit:
        unit.pages.record_failure(item_id, reason="http-404", now=NOW + DAY, retry_at=None)
        item = unit.items.get(item_id)
    assert item is not None
    assert item.text_state is TextState.FULL


def test_an_entry_known_by_its_identifier_alone_has_moved(store: Store) -> None:
    article = an_article()
    with store.transaction() as unit:
        unit.items.put(article, now=NOW, baseline=False)
    with store.reading() as unit:
        same, moved = unit.items.known_entries(
            "ward-ledger",
            [an_entry_of(article), an_entry_of(article, url="https://ward-ledger.example/new")],
        )
    assert (same.moved, moved.moved, moved.changed) == (False, True, False)

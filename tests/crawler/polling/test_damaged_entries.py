"""A stored row that cannot be decoded costs its own entry, and no other one of the listing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from crawler.polling import crawl_storage
from crawler.polling.crawl_storage import ENTRIES_AT_ONCE, CrawlStorage
from storage.model import New, Revision
from storage.store import Store
from tests.support.builders import NOW, a_source, an_article
from tests.support.crawls import Crawls
from tests.support.crawls import a_source as a_polled_source
from tests.support.site import FEED_TYPE, Entry, FakeSite, article_page, feed, long_text

ODD = ("title = x'ff00'", "title = CAST(x'ff' AS TEXT)", "text_state = 'odd'")


def damage(store: Store, change: str, guid: str) -> None:
    which = f"id = (SELECT item_id FROM carrier WHERE guid = '{guid}')"
    with store.transaction() as unit:
        changed = unit.items._db.exec_driver_sql(f"UPDATE item SET {change} WHERE {which}")
        assert changed.rowcount == 1


@pytest.mark.parametrize("change", ODD)
def test_a_damaged_row_keeps_no_other_entry_from_being_stored(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(crawl_storage, "PAUSE_FOR_WRITERS", 0.0)
    with sqlite_store.transaction() as unit:
        unit.sources.declare([a_source()], NOW)
    storage = CrawlStorage(sqlite_store, lambda: NOW)
    numbers = range(2 * ENTRIES_AT_ONCE)

    def put(said: str, among: Sequence[int]) -> list[object]:
        articles = [
            an_article(
                guid=f"g{n}",
                url=f"https://ward-ledger.example/{n}",
                title=f"Notice {n} {said}",
                body=f"Notice {n} {said}: " + "the board of this trust met. " * 20,
            )
            for n in among
        ]
        stored = asyncio.run(storage.put_entries(articles, baseline=False, pages="known"))
        return [None if one is None else type(one.decision) for one in stored]

    assert put("at first", numbers[::2]) == [New] * ENTRIES_AT_ONCE
    damage(sqlite_store, change, "g20")
    expected: list[object] = [Revision if n % 2 == 0 else New for n in numbers]
    expected[20] = None
    assert put("as changed", numbers) == expected


def test_a_poll_stores_what_is_new_beside_an_item_whose_row_is_damaged(
    crawls: Crawls, site: FakeSite
) -> None:
    def publish(said: str, count: int) -> None:
        entries = []
        for number in range(count):
            title = f"Wards of number {number} {said}"
            link = site.page(f"/{number}", article_page(title, long_text(title)))
            entries.append(Entry(title=title, link=link, guid=f"g{number}"))
        site.page("/feed.xml", feed(entries), content_type=FEED_TYPE)

    publish("at first", 3)
    source = a_polled_source("trolley", site.url("/feed.xml"))
    crawls.run(source)
    damage(crawls.store, "title = x'ff00'", "g1")
    publish("as changed", 5)
    crawls.run(source)

    with crawls.store.reading() as unit:
        titles = {item.title for item in unit.items.newest(limit=9)}
        [state] = unit.sources.all()
    assert {f"Wards of number {n} as changed" for n in (0, 2, 3, 4)} <= titles
    assert state.failures == 0

"""A long listing is stored in short transactions, between which others can write."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime

import pytest

from crawler.polling import crawl_storage
from crawler.polling.crawl_storage import ENTRIES_AT_ONCE, CrawlStorage
from storage.store import Store
from tests.support.builders import NOW, a_source, an_article

MANY = 12 * ENTRIES_AT_ONCE


@pytest.mark.slow
def test_others_write_while_a_long_listing_is_stored(sqlite_store: Store) -> None:
    path = sqlite_store.url.removeprefix("sqlite:///")
    with sqlite_store.transaction() as unit:
        unit.sources.declare([a_source()], NOW)
    seen: list[int] = []
    begun = threading.Event()

    def write() -> None:
        begun.wait()
        with closing(sqlite3.connect(path, timeout=300, isolation_level=None)) as database:
            for _ in range(3):
                database.execute("BEGIN IMMEDIATE")
                seen.extend(database.execute("SELECT count(*) FROM item").fetchone())
                database.execute("COMMIT")

    def clock() -> datetime:
        begun.set()  # the first entry is being stored
        return datetime.now(UTC)

    articles = [
        an_article(guid=f"g{number}", title=f"Notice number {number} of many")
        for number in range(MANY)
    ]
    other = threading.Thread(target=write)
    other.start()
    pipeline = CrawlStorage(sqlite_store, clock)
    stored = asyncio.run(pipeline.put_entries(articles, baseline=False, pages="known"))
    other.join()
    assert len(stored) == MANY
    assert seen[-1] < MANY


def test_a_transaction_that_takes_long_ends_before_its_entries_do(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawl_storage, "MAX_WRITE_SECONDS", 0.0)  # so each entry takes too long
    monkeypatch.setattr(crawl_storage, "PAUSE_FOR_WRITERS", 0.0)
    with sqlite_store.transaction() as unit:
        unit.sources.declare([a_source()], NOW)
    storage = CrawlStorage(sqlite_store, lambda: NOW)
    articles = [an_article(guid=f"g{n}", title=f"Notice number {n} of many") for n in range(6)]
    stored_by_then: list[int] = []

    async def count() -> None:
        while len(stored_by_then) < len(articles):
            with sqlite_store.reading() as unit:
                stored_by_then.append(len(unit.items.newest(limit=99)))
            await asyncio.sleep(0)

    async def store_and_count() -> None:
        counting = asyncio.ensure_future(count())
        await storage.put_entries(articles, baseline=False, pages="known")
        await counting

    asyncio.run(store_and_count())
    assert stored_by_then[:6] == [1, 2, 3, 4, 5, 6]

"""A long listing is stored in short transactions, between which others can write."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime

import pytest

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

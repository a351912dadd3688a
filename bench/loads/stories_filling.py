"""Fills databases with many fingerprints, and adds further items to them."""

from __future__ import annotations

import sqlite3
import time
from datetime import UTC, datetime

import numpy as np
import psycopg

from bench.loads.stories_load import Ids, Newsroom, sketches
from storage.model import Article, TextState
from storage.rules.identity import content_hash, entry_hash
from storage.rules.shingles import MAX_CARRIERS
from storage.store import Store, open_store

NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
CHUNK = 25  # items in one transaction, as in alerts.matching
COPIES = 0.2
AT_ONCE = 500_000

# all items but the first are its copies by name: they need be there, and have no texts
_CLONE = """
    INSERT INTO item ({columns})
    WITH RECURSIVE number(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM number WHERE n < {count})
    SELECT {values} FROM number, item WHERE item.id = 1
"""


class Archive:
    """A filled database, and a newsroom that generates further items."""

    def __init__(self, store: Store, count: int, seed: int) -> None:
        self.store, self.count = store, count
        self._random, self._newsroom = np.random.default_rng(seed), Newsroom(seed)
        self._written: list[Ids] = []

    def place_some(self) -> float:
        """Place one transaction's items; return the seconds for each, including the commit."""
        with self.store.transaction() as unit:
            ids = [
                unit.items.put(self._article(), now=NOW, baseline=False).item_id
                for _ in range(CHUNK)
            ]
        with self.store.transaction() as unit:
            items = unit.items.get_many(ids)
            began = time.perf_counter()
            for one in items:
                unit.stories.assign(one)
        return (time.perf_counter() - began) / CHUNK

    def _article(self) -> Article:
        if self._written and self._random.random() < COPIES:
            old = self._written[int(self._random.integers(len(self._written)))]
            words = self._newsroom.copy(old, replaced=0.1, kept=0.7)
        else:
            words = self._newsroom.article()
            self._written.append(words)
        text = self._newsroom.text(words)
        name = f"{len(self._written)}-{self._random.integers(1 << 60)}"
        return an_article(name, text)

    def close(self) -> None:
        """Close the database."""
        self.store.close()


def fill(url: str, count: int, seed: int) -> Archive:
    """Fill an empty database at `url` with this number of items and their fingerprints."""
    store = open_store(url)
    with store.transaction() as unit:
        unit.items.put(an_article("first", ""), now=NOW, baseline=True)
    shingle, item = sketches(count, seed, MAX_CARRIERS)
    if url.startswith("sqlite"):
        _fill_sqlite(url.removeprefix("sqlite:///"), count, shingle, item)
    else:
        _fill_postgresql(url, count, shingle, item)
    return Archive(store, count, seed + 1_000)


def an_article(name: str, text: str) -> Article:
    """Return a full article of an outlet; the name tells it from others."""
    return Article(
        source_key="outlet",
        kind="news",
        url=f"https://outlet.example/{name}",
        alias_urls=(),
        guid=name,
        title=text[:60],
        authors=(),
        published_at=NOW,
        published_raw=None,
        language="en",
        summary="",
        body=text,
        comments="",
        text_state=TextState.FULL,
        thin_reason=None,
        content_hash=content_hash(name, text),
        entry_hash=entry_hash(name, "", None),
        fetched_at=NOW,
    )


def _clone(columns: list[str], count: int) -> str:
    own = {"id": "n", "story_id": "n", "url": "NULL", "content_hash": "NULL"}
    values = ", ".join(own.get(name, f"item.{name}") for name in columns)
    return _CLONE.format(columns=", ".join(columns), values=values, count=count)


def _fill_sqlite(path: str, count: int, shingle: Ids, item: Ids) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    columns = [row[1] for row in connection.execute("PRAGMA table_info(item)")]
    connection.execute(_clone(columns, count))
    index = connection.execute("SELECT sql FROM sqlite_master WHERE name='ix_story_sketch_item_id'")
    [again] = index.fetchone()
    connection.execute("DROP INDEX ix_story_sketch_item_id")
    connection.execute("BEGIN")
    # in order every page would be full to the brim, and each row to come would split one: an index
    # that grew has room in its pages, as it has after every other row was put between the others
    for first in (0, 1):
        shingles, items = shingle[first::2], item[first::2]
        for at in range(0, len(items), AT_ONCE):
            some = slice(at, at + AT_ONCE)
            rows = zip(shingles[some].tolist(), items[some].tolist(), strict=True)
            connection.executemany(
                "INSERT INTO story_sketch (shingle, item_id) VALUES (?, ?)", rows
            )
    connection.execute("COMMIT")
    connection.execute(again)
    connection.execute("ANALYZE")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _fill_postgresql(url: str, count: int, shingle: Ids, item: Ids) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # no look-up for each row
        named = "SELECT column_name FROM information_schema.columns WHERE table_name = 'item'"
        columns = [row[0] for row in connection.execute(named)]
        connection.execute(_clone(columns, count))
        connection.execute(
            "SELECT setval(pg_get_serial_sequence('item', 'id'), (SELECT max(id) FROM item))"
        )
        connection.execute("DROP INDEX ix_story_sketch_item_id")
        with connection.cursor().copy("COPY story_sketch (shingle, item_id) FROM STDIN") as copy:
            for at in range(0, len(item), AT_ONCE):
                some = np.column_stack((shingle[at : at + AT_ONCE], item[at : at + AT_ONCE]))
                copy.write("".join(f"{one}\t{of}\n" for one, of in some.tolist()))
        connection.execute("CREATE INDEX ix_story_sketch_item_id ON story_sketch (item_id)")
        connection.execute("VACUUM ANALYZE")

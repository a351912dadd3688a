"""The full-text index of the archive, and which items are not in it yet.

SQLite's FTS5 or a PostgreSQL tsvector. It holds words, normalised by its callers
(`storage.text_index.full_text_query`), and returns candidates only: an indexed item may have
changed since, and items that are not indexed yet are always candidates: no match is missed,
whether the index is complete, partial or empty.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, text, update

from storage.engine.dialect import lock_task, upsert
from storage.jobs.step_jobs import ServiceStep, queue_step
from storage.tables import index_state, item, pending_index
from storage.text_index.full_text_query import (
    ANYTHING,
    EVERYTHING,
    NOTHING,
    FullTextQuery,
    Word,
    any_of,
    as_fts5,
    as_tsquery,
    bound_query,
)
from storage.text_index.tsvector import as_tsvector

# A contentless FTS5 table cannot delete rows. The rowid is the item id times this number, plus how
# often the item was indexed: a changed item gets another row, beside its earlier ones.
_ROWS_PER_ITEM = 1024


@dataclass(frozen=True, slots=True)
class IndexBatch:
    """Ids of items to be indexed, ascending.

    `down_to`: after them every item from this id on is indexed; None for new or changed items.
    """

    items: tuple[int, ...]
    down_to: int | None


@dataclass(frozen=True, slots=True)
class CandidatePage:
    """Candidate ids, newest first. `before` is the cursor of the next page; None on the last."""

    items: tuple[int, ...]
    before: int | None


@dataclass(frozen=True, slots=True)
class IndexCoverage:
    """What is indexed: items from id `unread_below` on, except `waiting` new or changed ones."""

    spelling: int
    unread_below: int
    waiting: int

    @property
    def is_complete(self) -> bool:
        """Whether the whole archive is indexed."""
        return self.waiting == 0 and self.unread_below <= 1


class FullText:
    """Fills and queries the index, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._is_sqlite = connection.dialect.name == "sqlite"

    def coverage(self) -> IndexCoverage:
        """Return what is indexed."""
        row = self._db.execute(select(index_state)).one()
        waiting = self._db.scalar(select(func.count()).select_from(pending_index)) or 0
        lowest = self._db.scalar(select(func.min(item.c.id)))
        unread = 0 if lowest is None or lowest >= row.unread_below else row.unread_below
        return IndexCoverage(row.spelling, unread, waiting)

    def reset_spelling(self, spelling: int) -> bool:
        """Empty the index unless it has this spelling version; return whether it was emptied.

        After that all items are indexed again.
        """
        lock_task(self._db, "index")
        if self._db.scalar(select(index_state.c.spelling)) == spelling:
            return False
        self._db.execute(
            text("INSERT INTO item_words (item_words) VALUES ('delete-all')")
            if self._is_sqlite
            else text("TRUNCATE item_words")
        )
        self._db.execute(delete(pending_index))
        highest = self._db.scalar(select(func.max(item.c.id))) or 0
        self._db.execute(
            update(index_state).values(spelling=spelling, unread_below=int(highest) + 1)
        )
        return True

    def next_batch(self, limit: int) -> IndexBatch:
        """Return the next items to index: new and changed ones, then the archive backwards.

        They are locked until this transaction ends.
        """
        lock_task(self._db, "index")
        waiting = select(pending_index.c.item_id).order_by(pending_index.c.item_id.desc())
        # an update of one of these items waits, and marks it again after this commit
        found = list(self._db.scalars(waiting.limit(limit).with_for_update(skip_locked=True)))
        if found:
            return IndexBatch(tuple(sorted(found)), None)
        below = int(self._db.scalar(select(index_state.c.unread_below)) or 0)
        earlier = select(item.c.id).where(item.c.id < below).order_by(item.c.id.desc())
        found = list(self._db.scalars(earlier.limit(limit)))
        return IndexBatch(tuple(sorted(found)), min(found) if len(found) == limit else 0)

    def put(self, batch: IndexBatch, words: Sequence[tuple[int, str]]) -> None:
        """Index a batch. `words`: (item id, words separated by blanks) of each existing item."""
        if words and self._is_sqlite:
            # FTS5 writes rows in ascending order in one pass, in any other order one by one
            rows = [{"row": self._choose_rowid(number), "words": row} for number, row in words]
            self._db.execute(
                text("INSERT INTO item_words (rowid, words) VALUES (:row, :words)"), rows
            )
        elif words:
            self._db.execute(
                text(
                    "INSERT INTO item_words VALUES (:item, CAST(:words AS tsvector))"
                    " ON CONFLICT (item_id) DO UPDATE SET words = excluded.words"
                ),
                [{"item": number, "words": as_tsvector(row)} for number, row in words],
            )
        if batch.down_to is None:
            done = pending_index.c.item_id.in_(batch.items)
            self._db.execute(delete(pending_index).where(done))
            return
        self._db.execute(update(index_state).values(unread_below=batch.down_to))
        if not self._is_sqlite and not self._select_item_ids(batch.down_to, 0, 1):
            # word frequencies decide the query plan of PostgreSQL
            self._db.execute(text("ANALYZE item_words"))

    def _choose_rowid(self, number: int) -> int:
        first = number * _ROWS_PER_ITEM
        last = self._db.scalar(
            text(
                "SELECT rowid FROM item_words WHERE rowid BETWEEN :first AND :last"
                " ORDER BY rowid DESC LIMIT 1"
            ),
            {"first": first, "last": first + _ROWS_PER_ITEM - 1},
        )
        if last is None:
            return first
        if last == first + _ROWS_PER_ITEM - 1:
            # no rowid is left for this item: all items are indexed again
            self._db.execute(update(index_state).values(spelling=0))
            return int(last)
        return int(last) + 1

    def mark(self, item_id: int) -> None:
        """Mark an item to be indexed again."""
        mark_for_indexing(self._db, item_id)

    def candidates(
        self, text_query: FullTextQuery, *, limit: int, before: int | None = None, lowest: int = 0
    ) -> CandidatePage:
        """Return a page of candidates of a query, newest first.

        Args:
            text_query: the condition on indexed items.
            limit: approximate length of the page.
            before: `before` of the previous page.
            lowest: leave out items with lower ids.
        """
        top = 2**52 if before is None else before
        text_query = bound_query(text_query)
        if text_query == ANYTHING:
            return _merge_runs([self._select_item_ids(top, lowest, limit)], limit)
        waiting = select(pending_index.c.item_id).order_by(pending_index.c.item_id.desc())
        waiting = waiting.where(pending_index.c.item_id < top, pending_index.c.item_id >= lowest)
        below = int(self._db.scalar(select(index_state.c.unread_below)) or 0)
        runs = [
            self._search(text_query, "newest", top, lowest, limit),
            list(self._db.scalars(waiting.limit(limit))),
            self._select_item_ids(min(top, below), lowest, limit),
        ]
        return _merge_runs(runs, limit)

    def rank(self, text_query: FullTextQuery, *, limit: int, lowest: int = 0) -> tuple[int, ...]:
        """Return indexed candidates, best rank first; an item may occur several times."""
        return tuple(self._search(bound_query(text_query), "best", 2**52, lowest, limit))

    def count(self, text_query: FullTextQuery, *, newest: int) -> int:
        """Count the indexed candidates among the `newest` items of the archive."""
        highest = int(self._db.scalar(select(func.max(item.c.id))) or 0)
        lowest = max(0, highest + 1 - newest)
        return len(set(self._search(bound_query(text_query), "newest", 2**52, lowest, newest)))

    def lowest_since(self, moment: datetime) -> int:
        """Return the lowest id of the items first seen since then."""
        lowest = self._db.scalar(select(func.min(item.c.id)).where(item.c.first_seen_at >= moment))
        return 2**52 if lowest is None else int(lowest)

    def source_keys(self) -> frozenset[str]:
        """Return the keys of sources that have stored items."""
        found: set[str] = set()
        key = self._db.scalar(select(func.min(item.c.source_key)))
        while key is not None:
            found.add(key)
            # skip scan from key to key: DISTINCT would read a million items for fifty sources
            key = self._db.scalar(
                select(func.min(item.c.source_key)).where(item.c.source_key > key)
            )
        return frozenset(found)

    def _select_item_ids(self, top: int, lowest: int, limit: int) -> list[int]:
        numbers = select(item.c.id).where(item.c.id < top, item.c.id >= lowest)
        return list(self._db.scalars(numbers.order_by(item.c.id.desc()).limit(limit)))

    def _search(
        self, text_query: FullTextQuery, order: str, top: int, lowest: int, limit: int
    ) -> list[int]:
        if text_query == NOTHING:
            return []
        text_query = any_of([text_query, Word(EVERYTHING)])
        if self._is_sqlite:
            rows = {"top": top * _ROWS_PER_ITEM, "lowest": lowest * _ROWS_PER_ITEM, "limit": limit}
            found = self._db.scalars(_FTS5[order], {"text_query": as_fts5(text_query), **rows})
            return [number // _ROWS_PER_ITEM for number in found]
        query = {"text_query": as_tsquery(text_query)}
        [plan] = self._db.execute(_EXPLAIN, query).scalar_one()
        self._db.execute(_SET_PLAN, {"found": plan["Plan"]["Plan Rows"], "limit": limit})
        numbers = {"top": top, "lowest": lowest, "limit": limit}
        return list(self._db.scalars(_TSQUERY[order], query | numbers))


_FTS5 = {
    "newest": text(
        "SELECT rowid FROM item_words WHERE item_words MATCH :text_query"
        " AND rowid >= :lowest AND rowid < :top ORDER BY rowid DESC LIMIT :limit"
    ),
    "best": text(
        "SELECT rowid FROM item_words WHERE item_words MATCH :text_query"
        " AND rowid >= :lowest AND rowid < :top ORDER BY rank LIMIT :limit"
    ),
}
_TSQUERY = {
    "newest": text(
        "SELECT item_id FROM item_words WHERE words @@ CAST(:text_query AS tsquery)"
        " AND item_id >= :lowest AND item_id < :top ORDER BY item_id DESC LIMIT :limit"
    ),
    "best": text(
        "SELECT item_id FROM item_words WHERE words @@ CAST(:text_query AS tsquery)"
        " AND item_id >= :lowest AND item_id < :top"
        " ORDER BY ts_rank(words, CAST(:text_query AS tsquery)) DESC, item_id DESC LIMIT :limit"
    ),
}


# For the newest rows with rare words PostgreSQL scans the whole table backwards: it estimates
# that testing a tsvector costs as little as comparing two numbers, while it takes 2 us. This forces
# the GIN index, up to four times as many rows as cost the same either way.
_SET_PLAN = text(
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true),"
    " set_config('jit', 'off', true),"
    " set_config('enable_indexscan', CASE WHEN :found < 4 * sqrt(:limit * greatest(reltuples, 1))"
    " THEN 'off' ELSE 'on' END, true)"
    " FROM pg_class WHERE oid = CAST('item_words' AS regclass)"
)
_EXPLAIN = text(
    "EXPLAIN (FORMAT JSON) SELECT 1 FROM item_words WHERE words @@ CAST(:text_query AS tsquery)"
)


def mark_for_indexing(connection: Connection, item_id: int) -> None:
    """Mark an item to be indexed (again)."""
    mark_all_for_indexing(connection, (item_id,))


def mark_all_for_indexing(connection: Connection, item_ids: Collection[int]) -> None:
    """Mark items to be indexed (again)."""
    if item_ids:
        # in the same order always, so that two transactions cannot deadlock
        rows = [{"item_id": each} for each in sorted(item_ids)]
        # waits for a transaction that is indexing one of them
        upsert(connection, pending_index, rows, [pending_index.c.item_id])
        queue_step(connection, ServiceStep.INDEX)


def _merge_runs(runs: list[list[int]], limit: int) -> CandidatePage:
    """Merge runs of ids, each descending and cut at `limit`, down to the highest cut."""
    cut = [run[-1] for run in runs if len(run) >= limit]
    floor = max(cut, default=None)
    numbers = {number for run in runs for number in run if floor is None or number >= floor}
    return CandidatePage(tuple(sorted(numbers, reverse=True)), floor)

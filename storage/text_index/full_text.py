"""The full-text index of the archive, and which items are not in it yet.

SQLite's FTS5 or a tsvector of PostgreSQL. It holds words that its users spell
(`storage.text_index.full_text_query`), never text, and is asked for candidates only: what it names
may have changed, what it does not name is either not meant or still to be indexed, and then named
with the rest. So nothing is missed, whether the index is full, half filled or empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.engine.dialect import alone
from storage.tables import index_state, item, pending_index
from storage.text_index.full_text_query import (
    ANYTHING,
    EVERYTHING,
    NOTHING,
    Sieve,
    Word,
    any_of,
    as_fts5,
    as_tsquery,
    bounded,
)
from storage.text_index.tsvector import as_tsvector

# An index without texts cannot take a row out in FTS5. A row's number is the item's with the number
# of its indexing behind it, so that an item that changed gets a further row, beside those before.
_TURNS = 1024


@dataclass(frozen=True, slots=True)
class IndexBatch:
    """Items to be indexed, in ascending order.

    `down_to`: with them the index goes down to that item; None where they wait for another reason.
    """

    items: tuple[int, ...]
    down_to: int | None


@dataclass(frozen=True, slots=True)
class CandidatePage:
    """Candidates, newest first. `before` asks for those that follow; None: there are none."""

    items: tuple[int, ...]
    before: int | None


@dataclass(frozen=True, slots=True)
class IndexCoverage:
    """How far the index goes: every item from `unread_below` on, without those that wait."""

    spelling: int
    unread_below: int
    waiting: int

    @property
    def whole(self) -> bool:
        """Whether nothing of the archive is left to be indexed."""
        return self.waiting == 0 and self.unread_below <= 1


class FullText:
    """The index, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._lite = connection.dialect.name == "sqlite"

    # filling

    def coverage(self) -> IndexCoverage:
        """How far the index goes."""
        row = self._db.execute(select(index_state)).one()
        waiting = self._db.scalar(select(func.count()).select_from(pending_index)) or 0
        lowest = self._db.scalar(select(func.min(item.c.id)))
        unread = 0 if lowest is None or lowest >= row.unread_below else row.unread_below
        return IndexCoverage(row.spelling, unread, waiting)

    def spell_anew(self, spelling: int) -> bool:
        """Empty the index unless its words are of this spelling; whether it was emptied.

        Every item is to be indexed again then.
        """
        alone(self._db, "index")
        if self._db.scalar(select(index_state.c.spelling)) == spelling:
            return False
        self._db.execute(
            text("INSERT INTO item_words (item_words) VALUES ('delete-all')")
            if self._lite
            else text("TRUNCATE item_words")
        )
        self._db.execute(delete(pending_index))
        highest = self._db.scalar(select(func.max(item.c.id))) or 0
        self._db.execute(
            update(index_state).values(spelling=spelling, unread_below=int(highest) + 1)
        )
        return True

    def to_index(self, limit: int) -> IndexBatch:
        """What is to be indexed next: what is new or changed, then the archive backwards.

        Its items are this transaction's until it ends.
        """
        alone(self._db, "index")
        waiting = select(pending_index.c.item_id).order_by(pending_index.c.item_id.desc())
        # a text that changes meanwhile waits, and sets its mark anew after this commit
        found = list(self._db.scalars(waiting.limit(limit).with_for_update(skip_locked=True)))
        if found:
            return IndexBatch(tuple(sorted(found)), None)
        below = int(self._db.scalar(select(index_state.c.unread_below)) or 0)
        earlier = select(item.c.id).where(item.c.id < below).order_by(item.c.id.desc())
        found = list(self._db.scalars(earlier.limit(limit)))
        return IndexBatch(tuple(sorted(found)), min(found) if len(found) == limit else 0)

    def put(self, batch: IndexBatch, words: Sequence[tuple[int, str]]) -> None:
        """Index a batch: each item that is still there, with its words, blanks between them."""
        if words and self._lite:
            # in ascending order FTS5 writes rows at once, in any other one by one
            rows = [{"row": self._next_row(number), "words": said} for number, said in words]
            self._db.execute(
                text("INSERT INTO item_words (rowid, words) VALUES (:row, :words)"), rows
            )
        elif words:
            self._db.execute(
                text(
                    "INSERT INTO item_words VALUES (:item, CAST(:words AS tsvector))"
                    " ON CONFLICT (item_id) DO UPDATE SET words = excluded.words"
                ),
                [{"item": number, "words": as_tsvector(said)} for number, said in words],
            )
        if batch.down_to is None:
            done = pending_index.c.item_id.in_(batch.items)
            self._db.execute(delete(pending_index).where(done))
            return
        self._db.execute(update(index_state).values(unread_below=batch.down_to))
        if not self._lite and not self._numbers(batch.down_to, 0, 1):
            # how frequent each word is decides how PostgreSQL looks for it
            self._db.execute(text("ANALYZE item_words"))

    def _next_row(self, number: int) -> int:
        first = number * _TURNS
        last = self._db.scalar(
            text(
                "SELECT rowid FROM item_words WHERE rowid BETWEEN :first AND :last"
                " ORDER BY rowid DESC LIMIT 1"
            ),
            {"first": first, "last": first + _TURNS - 1},
        )
        if last is None:
            return first
        if last == first + _TURNS - 1:
            # there is no number left for it: all is to be indexed anew
            self._db.execute(update(index_state).values(spelling=0))
            return int(last)
        return int(last) + 1

    def mark(self, item_id: int) -> None:
        """Have an item indexed again."""
        mark(self._db, item_id)

    # asking

    def candidates(
        self, sieve: Sieve, *, limit: int, before: int | None = None, lowest: int = 0
    ) -> CandidatePage:
        """Items that may be meant, newest first.

        Args:
            sieve: what they have to pass, as far as they are indexed.
            limit: about how many.
            before: the `before` of the page that came earlier.
            lowest: leave out items with lower numbers.
        """
        top = 2**52 if before is None else before
        sieve = bounded(sieve)
        if sieve == ANYTHING:
            return _merged([self._numbers(top, lowest, limit)], limit)
        waiting = select(pending_index.c.item_id).order_by(pending_index.c.item_id.desc())
        waiting = waiting.where(pending_index.c.item_id < top, pending_index.c.item_id >= lowest)
        below = int(self._db.scalar(select(index_state.c.unread_below)) or 0)
        runs = [
            self._indexed(sieve, "newest", top, lowest, limit),
            list(self._db.scalars(waiting.limit(limit))),
            self._numbers(min(top, below), lowest, limit),
        ]
        return _merged(runs, limit)

    def best(self, sieve: Sieve, *, limit: int, lowest: int = 0) -> tuple[int, ...]:
        """Indexed items that may be meant, the most telling first; one may come several times."""
        return tuple(self._indexed(bounded(sieve), "best", 2**52, lowest, limit))

    def lowest_since(self, moment: datetime) -> int:
        """The lowest number of an item that was first seen since then."""
        lowest = self._db.scalar(select(func.min(item.c.id)).where(item.c.first_seen_at >= moment))
        return 2**52 if lowest is None else int(lowest)

    def source_keys(self) -> frozenset[str]:
        """The sources that stored items come from."""
        found: set[str] = set()
        key = self._db.scalar(select(func.min(item.c.source_key)))
        while key is not None:
            found.add(key)
            # from key to key along the index: a million items are not looked at for fifty sources
            key = self._db.scalar(
                select(func.min(item.c.source_key)).where(item.c.source_key > key)
            )
        return frozenset(found)

    def _numbers(self, top: int, lowest: int, limit: int) -> list[int]:
        numbers = select(item.c.id).where(item.c.id < top, item.c.id >= lowest)
        return list(self._db.scalars(numbers.order_by(item.c.id.desc()).limit(limit)))

    def _indexed(self, sieve: Sieve, order: str, top: int, lowest: int, limit: int) -> list[int]:
        if sieve == NOTHING:
            return []
        sieve = any_of([sieve, Word(EVERYTHING)])
        if self._lite:
            rows = {"top": top * _TURNS, "lowest": lowest * _TURNS, "limit": limit}
            found = self._db.scalars(_FTS5[order], {"sieve": as_fts5(sieve), **rows})
            return [number // _TURNS for number in found]
        asked = {"sieve": as_tsquery(sieve)}
        [plan] = self._db.execute(_EXPECTED, asked).scalar_one()
        self._db.execute(_TO_PLAN, {"found": plan["Plan"]["Plan Rows"], "limit": limit})
        numbers = {"top": top, "lowest": lowest, "limit": limit}
        return list(self._db.scalars(_TSQUERY[order], asked | numbers))


_FTS5 = {
    "newest": text(
        "SELECT rowid FROM item_words WHERE item_words MATCH :sieve"
        " AND rowid >= :lowest AND rowid < :top ORDER BY rowid DESC LIMIT :limit"
    ),
    "best": text(
        "SELECT rowid FROM item_words WHERE item_words MATCH :sieve"
        " AND rowid >= :lowest AND rowid < :top ORDER BY rank LIMIT :limit"
    ),
}
_TSQUERY = {
    "newest": text(
        "SELECT item_id FROM item_words WHERE words @@ CAST(:sieve AS tsquery)"
        " AND item_id >= :lowest AND item_id < :top ORDER BY item_id DESC LIMIT :limit"
    ),
    "best": text(
        "SELECT item_id FROM item_words WHERE words @@ CAST(:sieve AS tsquery)"
        " AND item_id >= :lowest AND item_id < :top"
        " ORDER BY ts_rank(words, CAST(:sieve AS tsquery)) DESC, item_id DESC LIMIT :limit"
    ),
}


# For the newest of rare words PostgreSQL reads the whole table backwards: it takes a look into a
# row's words for as cheap as comparing two numbers, and that takes 2 us. So it is told to ask the
# index, up to four times as many rows as cost the same either way.
_TO_PLAN = text(
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true),"
    " set_config('jit', 'off', true),"
    " set_config('enable_indexscan', CASE WHEN :found < 4 * sqrt(:limit * greatest(reltuples, 1))"
    " THEN 'off' ELSE 'on' END, true)"
    " FROM pg_class WHERE oid = CAST('item_words' AS regclass)"
)
_EXPECTED = text(
    "EXPLAIN (FORMAT JSON) SELECT 1 FROM item_words WHERE words @@ CAST(:sieve AS tsquery)"
)


def mark(connection: Connection, item_id: int) -> None:
    """Have an item indexed (again)."""
    kind = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = kind.insert(pending_index)
    # an update where nothing changes: it waits for who is indexing the item by an earlier mark
    same = statement.on_conflict_do_update(
        index_elements=[pending_index.c.item_id], set_={"item_id": statement.excluded.item_id}
    )
    connection.execute(same, {"item_id": item_id})


def _merged(runs: list[list[int]], limit: int) -> CandidatePage:
    """Runs of numbers, each descending and cut at `limit`, as one that leaves out none."""
    cut = [run[-1] for run in runs if len(run) >= limit]
    floor = max(cut, default=None)
    numbers = {number for run in runs for number in run if floor is None or number >= floor}
    return CandidatePage(tuple(sorted(numbers, reverse=True)), floor)

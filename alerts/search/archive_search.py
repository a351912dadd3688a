"""Searches the archive: the index names candidates, the matcher decides on each.

The query means exactly what it means as a watch. What the index does not hold yet is looked at too,
so an archive that is still being indexed, or changes meanwhile, is searched slower, never less.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from alerts.query import Document, Query
from alerts.query.index.archive_filter import sieve_of
from alerts.query.model.nodes import Field, walk
from storage.model import Span, StoredItem
from storage.store import Store
from storage.text_index.full_text_query import ANYTHING, NOTHING, Sieve, bounded

Order = Literal["date", "relevance"]
# candidates asked for at once: few at first, so that an answer comes soon, then more and more:
# each question to the index costs anew what its words cost
FIRST_PAGE = 50
LARGEST_PAGE = 20_000
GROWTH = 8
READ_AT_ONCE = 400  # items in one read: a long search must not hold the database's log back
MOST_TELLING = 500  # candidates by relevance that are tried before more are asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """An item that a query found, with the text that says why."""

    item: StoredItem
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """What a search came to.

    `stopped`: it ended before it was through: it had found as many as it was to, or had taken as
    long as it might. `oldest`: when the last item that was looked at was first seen.
    """

    hits: tuple[SearchHit, ...]
    looked_at: int
    stopped: Literal["limit", "time"] | None
    since: datetime | None
    oldest: datetime | None
    order: Order
    nothing_stored: bool = False  # in the time that was asked for

    @property
    def complete(self) -> bool:
        """Whether there is nothing more to be found."""
        return self.stopped is None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """How a search is to be made.

    Args:
        limit: stop at that many hits.
        since: leave out what was first seen earlier.
        order: newest first (as items were stored), or the most telling first.
        seconds: stop after that long.
    """

    limit: int
    since: datetime | None = None
    order: Order = "date"
    seconds: float = 5.0


def search_archive(
    store: Store,
    query: Query,
    names: Mapping[str, str],
    wish: SearchRequest,
    *,
    progress: Callable[[int, int], None] = lambda looked, found: None,
    clock: Callable[[], float] = time.monotonic,
) -> SearchResult:
    """The items that satisfy `query`.

    Args:
        store: the archive.
        query: compiled; may consist of filters only.
        names: source key -> its name, for `source:`.
        wish: how many, since when, in which order, for how long.
        progress: called with the numbers of items looked at and found, now and then.
        clock: seconds that pass.
    """
    end = clock() + wish.seconds
    hits: list[SearchHit] = []
    looked = 0
    oldest: datetime | None = None
    stopped: Literal["limit", "time"] | None = None
    for items in _candidates(store, query, names, wish):
        for item in items:
            if wish.since is not None and item.first_seen_at < wish.since:
                continue
            looked += 1
            oldest = item.first_seen_at
            name = names.get(item.source_key, item.source_key)
            hit = query.matches(Document.of(item, source_name=name))
            if hit is not None:
                hits.append(SearchHit(item=item, spans=tuple(hit.spans)))
                if len(hits) == wish.limit:
                    stopped = "limit"
                    break
            if clock() > end:
                stopped = "time"
                break
        progress(looked, len(hits))
        if stopped is None and clock() > end:
            stopped = "time"
        if stopped is not None:
            break
    return SearchResult(
        hits=tuple(hits),
        looked_at=looked,
        stopped=stopped,
        since=wish.since,
        oldest=oldest,
        order=wish.order,
        nothing_stored=looked == 0 and _nothing_stored(store, wish),
    )


def _nothing_stored(store: Store, wish: SearchRequest) -> bool:
    with store.reading() as unit:
        return not unit.items.newest(limit=1, since=wish.since)


def _candidates(
    store: Store, query: Query, names: Mapping[str, str], wish: SearchRequest
) -> Iterator[Sequence[StoredItem]]:
    with store.reading() as unit:
        asks = any(isinstance(one, Field) and one.name == "source" for one in walk(query.node))
        keys = unit.fulltext.source_keys() if asks else ()
        sources = {key: names.get(key, key) for key in keys}
        lowest = 0 if wish.since is None else unit.fulltext.lowest_since(wish.since)
    sieve = bounded(sieve_of(query.node, sources))
    if wish.order == "date" or sieve == ANYTHING:
        yield from _newest(store, sieve, lowest)
    else:
        yield from _most_telling(store, sieve, lowest)
        # what is not indexed has no rank
        yield from _newest(store, NOTHING, lowest)


def _newest(store: Store, sieve: Sieve, lowest: int) -> Iterator[Sequence[StoredItem]]:
    size, before = FIRST_PAGE, None
    while True:
        with store.reading() as unit:
            page = unit.fulltext.candidates(sieve, limit=size, before=before, lowest=lowest)
        yield from _read(store, page.items)
        if page.before is None:
            return
        size, before = min(GROWTH * size, LARGEST_PAGE), page.before


def _most_telling(store: Store, sieve: Sieve, lowest: int) -> Iterator[Sequence[StoredItem]]:
    most, done = MOST_TELLING, 0
    while True:
        with store.reading() as unit:
            best = unit.fulltext.best(sieve, limit=most, lowest=lowest)
        numbers = list(dict.fromkeys(best))
        yield from _read(store, numbers[done:])
        if len(best) < most:
            return
        most, done = 4 * most, len(numbers)


def _read(store: Store, numbers: Sequence[int]) -> Iterator[Sequence[StoredItem]]:
    """The items with these numbers, the first few sooner."""
    at, size = 0, FIRST_PAGE
    while at < len(numbers):
        with store.reading() as unit:
            items = unit.items.get_many(numbers[at : at + size])
        yield items
        at, size = at + size, READ_AT_ONCE

"""Searches the archive: the full-text index selects candidates, the matcher decides on each.

A query means exactly what it means as a watch. Items that are not indexed yet are matched too, so
a search during indexing is slower but complete.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from alerts.query import Document, Query
from alerts.query.index.archive_filter import translate
from alerts.query.model.nodes import Field, walk
from storage.model import Span, StoredItem
from storage.store import Store
from storage.text_index.full_text_query import ANYTHING, NOTHING, FullTextQuery, bound_query

Order = Literal["date", "relevance"]
# candidates in one query of the index: few at first, for a quick first hit, then more and more,
# since each query repeats the cost of its words
FIRST_PAGE = 50
LARGEST_PAGE = 20_000
GROWTH = 8
READ_AT_ONCE = 400  # items in one read; long reads keep the write-ahead log from checkpoints
MAX_RELEVANT = 500  # candidates in the first query by relevance


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """An item that a query found, with the spans that matched, unless none were asked for."""

    item: StoredItem
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """The result of a search.

    `stopped` says which limit, of hits or of time, ended it early; None if it is complete.
    `stored` counts the items in the archive (since `since`), `looked_at` those that the index did
    not rule out, `oldest` is when the last of them was first seen.
    """

    hits: tuple[SearchHit, ...]
    looked_at: int
    stopped: Literal["limit", "time"] | None
    since: datetime | None
    oldest: datetime | None
    order: Order
    stored: int = 0

    @property
    def nothing_stored(self) -> bool:
        """Whether there is nothing to search, since `since`."""
        return self.stored == 0

    @property
    def complete(self) -> bool:
        """Whether all candidates were matched."""
        return self.stopped is None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """The limits and the order of a search.

    Args:
        limit: stop at that many hits.
        since: leave out items first seen earlier.
        order: newest first (by time of storing), or most relevant first.
        seconds: stop after that time.
        spans: collect where each item matches; else `locate_hits` does it for those that are shown.
        counts_stored: count the items of the archive.
    """

    limit: int
    since: datetime | None = None
    order: Order = "date"
    seconds: float = 5.0
    spans: bool = True
    counts_stored: bool = True


def search_archive(
    store: Store,
    query: Query,
    names: Mapping[str, str],
    request: SearchRequest,
    *,
    progress: Callable[[int, int], None] = lambda looked, found: None,
    clock: Callable[[], float] = time.monotonic,
) -> SearchResult:
    """Search the archive for the items that match `query`.

    Args:
        store: the archive.
        query: compiled; may consist of filters only.
        names: source key -> its name, for `source:`.
        request: the limits and the order.
        progress: called after each batch with the numbers of items matched and found.
        clock: a monotonic clock, in seconds.
    """
    end = clock() + request.seconds
    hits: list[SearchHit] = []
    looked = 0
    oldest: datetime | None = None
    stopped: Literal["limit", "time"] | None = None
    for items in _iterate_candidates(store, query, names, request):
        for item in items:
            if request.since is not None and item.first_seen_at < request.since:
                continue
            looked += 1
            oldest = item.first_seen_at
            name = names.get(item.source_key, item.source_key)
            hit = _match(query, item, name, spans=request.spans)
            if hit is not None:
                hits.append(hit)
                if len(hits) == request.limit:
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
        since=request.since,
        oldest=oldest,
        order=request.order,
        stored=_count_stored(store, request) if request.counts_stored else 0,
    )


def locate_hits(
    query: Query, names: Mapping[str, str], hits: Sequence[SearchHit]
) -> tuple[SearchHit, ...]:
    """Return hits of a search without spans with the spans that match in them."""
    found = (_match(query, h.item, names.get(h.item.source_key, h.item.source_key)) for h in hits)
    return tuple(hit for hit in found if hit is not None)


def _match(query: Query, item: StoredItem, name: str, *, spans: bool = True) -> SearchHit | None:
    document = Document.of(item, source_name=name)
    if not spans:
        return SearchHit(item=item, spans=()) if query.matches_at_all(document) else None
    hit = query.matches(document)
    return None if hit is None else SearchHit(item=item, spans=tuple(hit.spans))


def _count_stored(store: Store, request: SearchRequest) -> int:
    with store.reading() as unit:
        return unit.items.count(since=request.since)


def _iterate_candidates(
    store: Store, query: Query, names: Mapping[str, str], request: SearchRequest
) -> Iterator[Sequence[StoredItem]]:
    with store.reading() as unit:
        by_source = any(isinstance(n, Field) and n.name == "source" for n in walk(query.node))
        keys = unit.fulltext.source_keys() if by_source else ()
        sources = {key: names.get(key, key) for key in keys}
        lowest = 0 if request.since is None else unit.fulltext.lowest_since(request.since)
    text_query = bound_query(translate(query.node, sources))
    if request.order == "date" or text_query == ANYTHING:
        yield from _iterate_newest(store, text_query, lowest)
    else:
        yield from _iterate_most_relevant(store, text_query, lowest)
        # items that are not indexed have no rank
        yield from _iterate_newest(store, NOTHING, lowest)


def _iterate_newest(
    store: Store, text_query: FullTextQuery, lowest: int
) -> Iterator[Sequence[StoredItem]]:
    size, before = FIRST_PAGE, None
    while True:
        with store.reading() as unit:
            page = unit.fulltext.candidates(text_query, limit=size, before=before, lowest=lowest)
        yield from _read_items(store, page.items)
        if page.before is None:
            return
        size, before = min(GROWTH * size, LARGEST_PAGE), page.before


def _iterate_most_relevant(
    store: Store, text_query: FullTextQuery, lowest: int
) -> Iterator[Sequence[StoredItem]]:
    most, done = MAX_RELEVANT, 0
    while True:
        with store.reading() as unit:
            best = unit.fulltext.rank(text_query, limit=most, lowest=lowest)
        numbers = list(dict.fromkeys(best))
        yield from _read_items(store, numbers[done:])
        if len(best) < most:
            return
        most, done = 4 * most, len(numbers)


def _read_items(store: Store, numbers: Sequence[int]) -> Iterator[Sequence[StoredItem]]:
    """Read the items with these ids, in a small first batch and larger further ones."""
    at, size = 0, FIRST_PAGE
    while at < len(numbers):
        with store.reading() as unit:
            items = unit.items.get_many(numbers[at : at + size])
        yield items
        at, size = at + size, READ_AT_ONCE

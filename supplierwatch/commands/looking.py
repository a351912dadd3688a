"""Runs a query over the archive, newest first: the matcher decides on each item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.query import Document, Query
from storage.model import Span, StoredItem
from storage.store import Store

PAGE = 200  # items in one read: a long search must not hold the database's log back


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An item that a query found, with the text that says why."""

    item: StoredItem
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a search came to. `complete` False: it stopped at its limit, there may be more."""

    hits: tuple[Hit, ...]
    looked_at: int
    complete: bool
    since: datetime | None
    oldest: datetime | None  # when the oldest item that was looked at was first seen


def look_through(
    store: Store,
    query: Query,
    names: Mapping[str, str],
    *,
    limit: int,
    since: datetime | None = None,
    progress: Callable[[int, int], None] = lambda looked, found: None,
) -> Looked:
    """The newest items that satisfy `query`, at most `limit`.

    Args:
        store: the archive.
        query: compiled; may consist of filters only.
        names: source key -> its name, for `source:`.
        limit: stop at that many.
        since: leave out what was first seen earlier.
        progress: called with the numbers of items looked at and found, after each page.
    """
    hits: list[Hit] = []
    looked = 0
    before: tuple[datetime, int] | None = None
    while True:
        with store.reading() as unit:
            page = unit.items.newest(limit=PAGE, before=before, since=since)
        for item in page:
            looked += 1
            before = (item.first_seen_at, item.item_id)
            name = names.get(item.source_key, item.source_key)
            hit = query.matches(Document.of(item, source_name=name))
            if hit is not None:
                hits.append(Hit(item=item, spans=tuple(hit.spans)))
                if len(hits) == limit:
                    break
        done = len(hits) == limit or len(page) < PAGE
        progress(looked, len(hits))
        if done:
            return Looked(
                hits=tuple(hits),
                looked_at=looked,
                complete=len(hits) < limit,
                since=since,
                oldest=before[0] if before else None,
            )

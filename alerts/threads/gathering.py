"""Reads the items and alarms of a supplier's thread from the archive."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from alerts.query import Document, Query, QueryError, SupplierTerms, compile_query
from alerts.search.archive_search import SearchRequest, search_archive
from alerts.text.sanitize import line
from alerts.threads.assembly import ThreadItem, ThreadSubject, assemble
from alerts.threads.clues import clues_of, own_company_numbers
from alerts.threads.model import SupplierThread, ThreadEvent
from alerts.threads.passages import passages_of
from config.model import Supplier
from storage.model import ItemRevision, StoredItem
from storage.store import Store, Unit

log = logging.getLogger(__name__)

MAX_ITEMS = 500  # that name the supplier, the newest stored
MAX_RELATED = 100  # that do not, and share an identifier with one that does
MAX_IDENTIFIERS = 40  # that are searched
MAX_ALARMS = 50
SECONDS = 3.0  # of searching, twice at most
_SEARCHED = ("process", "notice")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9./-]{5,63}")


def subject_of(supplier: Supplier) -> ThreadSubject:
    """Return a declared supplier as the subject of a thread."""
    name = supplier.names[0] if supplier.names else supplier.key
    return ThreadSubject(key=supplier.key, name=name, names=supplier.names)


def gather_thread(
    store: Store,
    subject: ThreadSubject,
    suppliers: Mapping[str, SupplierTerms],
    names: Mapping[str, str],
    *,
    now: datetime,
    since: datetime | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> SupplierThread:
    """Return the thread of a supplier.

    Args:
        store: the archive.
        subject: the supplier.
        suppliers: the compiled names of all.
        names: source key -> its name.
        now: the time.
        since: leaves out procurements without an event since then.
        clock: a monotonic clock, in seconds.
    """
    query = compile_query(f"@{subject.key}", suppliers=suppliers)
    request = SearchRequest(limit=MAX_ITEMS, seconds=SECONDS)
    result = search_archive(store, query, names, request, clock=clock)
    spans = {hit.item.item_id: hit.spans for hit in result.hits}
    items = {hit.item.item_id: hit.item for hit in result.hits}
    found = [(hit.item, passages_of(hit.item, hit.spans)) for hit in result.hits]
    complete = result.complete
    numbers = frozenset[str]().union(
        *(own_company_numbers(hit.item, hit.spans) for hit in result.hits)
    )
    if (related := _query_related(found, numbers)) is not None:
        request = SearchRequest(limit=MAX_ITEMS + MAX_RELATED, seconds=SECONDS)
        more = search_archive(store, related, names, request, clock=clock)
        complete = complete and more.complete
        others = [hit.item for hit in more.hits if hit.item.item_id not in items]
        for item in others[:MAX_RELATED]:
            name = names.get(item.source_key, item.source_key)
            own = query.matches(Document.of(item, source_name=name))
            items[item.item_id] = item
            spans[item.item_id] = () if own is None else tuple(own.spans)
    with store.reading() as unit:
        threaded = [
            ThreadItem(item=item, spans=spans[item_id], earlier=_read_earlier(unit, item))
            for item_id, item in items.items()
        ]
        alarms = _read_alarms(unit, subject.name)
    return assemble(
        replace(subject, numbers=numbers),
        threaded,
        alarms,
        today=now.date(),
        since=since,
        complete=complete,
    )


def _read_earlier(unit: Unit, item: StoredItem) -> tuple[ItemRevision, ...]:
    return unit.items.revisions(item.item_id) if item.revision > 1 else ()


def _query_related(
    found: Sequence[tuple[StoredItem, Sequence[str]]], numbers: Collection[str]
) -> Query | None:
    """Return a query for the identifiers in these items; None where there are none."""
    wanted: dict[str, None] = dict.fromkeys(sorted(numbers))
    for item, passages in found:
        for clue in clues_of(item, passages):
            if clue.kind in _SEARCHED and _PLAIN.fullmatch(clue.shown):
                wanted[clue.shown] = None
    if not wanted:
        return None
    phrases = [f'"{each}"' for each in list(wanted)[:MAX_IDENTIFIERS]]
    try:
        return compile_query(" OR ".join(phrases), suppliers={}, allow_filters_only=True)
    except QueryError:  # the thread is built without them
        log.exception("thread.related-query-refused")
        return None


def _read_alarms(unit: Unit, name: str) -> tuple[ThreadEvent, ...]:
    """Return the alarms about a supplier, one for each day."""
    days: dict[str, ThreadEvent] = {}
    for subject, at in unit.outbox.alarms(f"supplier:{name}", limit=MAX_ALARMS):
        made = ThreadEvent(
            kind="alarm", at=at, what="far more than usual", title=line(subject, 200)
        )
        days[at.date().isoformat()] = made
    return tuple(sorted(days.values(), key=lambda each: each.at))

"""Adds items to the full-text index: new and changed ones first, then the rest of the archive.

Searches do not wait for it: they match items that are not indexed yet without the index.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime

from alerts.attempts import Attempt, describe_error, record_failure
from alerts.query import Document
from alerts.query.index.archive_words import SPELLING, words_of
from alerts.time_limit import TimeLimit, run_within
from storage.errors import DamagedRow
from storage.store import Store, Unit
from storage.text_index.full_text_query import EVERYTHING

log = logging.getLogger(__name__)

# items that are read, and written, in one go
CHUNK = 100
TASK = "index"
LIMIT = TimeLimit(processor=10.0, elapsed=120.0)  # it usually takes some tenths of a second


def index_pending(store: Store, *, limit: int = CHUNK) -> int:
    """Index the next items, at most `limit`; return how many.

    An item and its pending mark change in one transaction, so that a crash loses neither. Nothing
    is computed in it: on SQLite all other writers wait for it.
    """
    with store.reading() as unit:
        coverage = unit.fulltext.coverage()
    if coverage.is_complete and coverage.spelling == SPELLING:
        return 0
    try:
        return run_within(LIMIT, lambda: _index_batch(store, limit))
    except Exception as error:
        if limit == 1:
            return _index_as_everything(store, error)
        # one item failed: index each by itself
        log.exception("index.failed items=%d", limit)
    return sum(_index_one(store) for _ in range(limit))


def _index_one(store: Store) -> int:
    try:
        return run_within(LIMIT, lambda: _index_batch(store, 1))
    except Exception as error:
        return _index_as_everything(store, error)


def _index_batch(store: Store, limit: int) -> int:
    # the words of long texts take seconds: other writers must not wait for them
    with store.transaction() as unit:
        if unit.fulltext.reset_spelling(SPELLING):
            log.info("index.begun spelling=%d", SPELLING)
        batch = unit.fulltext.next_batch(limit)
        items = {item.item_id: item for item in unit.items.get_many(batch.items)}
        versions = unit.items.text_versions(batch.items)
        damaged = dict(unit.damage.rows)
    words: dict[int, str] = {}
    failed: dict[int, Exception] = {}
    for item_id in batch.items:
        if item_id not in versions:
            continue  # no item has this id: its mark is deleted with those of the others
        try:
            if item_id not in items:
                raise DamagedRow(damaged.get(("item", item_id), "it cannot be read"))
            words[item_id] = words_of(Document.of(items[item_id]))
        except Exception as error:
            # a defect that one text triggers: make the item a candidate of every search
            failed[item_id] = error
            words[item_id] = EVERYTHING
    with store.transaction() as unit:
        for item_id, cause in failed.items():
            _report_failure(unit, item_id, cause)
        now = unit.items.text_versions(batch.items)
        # one that has changed meanwhile stays marked
        same = tuple(each for each in batch.items if now.get(each) == versions.get(each))
        unit.fulltext.put(
            replace(batch, items=same), [(each, words[each]) for each in same if each in words]
        )
    return len(batch.items)


def _index_as_everything(store: Store, error: Exception) -> int:
    """Index the next item so that it is a candidate of every search, and report the failure."""
    with store.transaction() as unit:
        batch = unit.fulltext.next_batch(1)
        known = unit.items.text_versions(batch.items)
        for item_id in known:
            _report_failure(unit, item_id, error)
        unit.fulltext.put(batch, [(each, EVERYTHING) for each in known])
    return len(batch.items)


def _report_failure(unit: Unit, item_id: int, error: Exception) -> None:
    now = datetime.now(UTC)
    attempt = Attempt(
        task=TASK, subject=str(item_id), about=unit.items.url_of(item_id) or "no address"
    )
    unit.quarantine.begin(TASK, str(item_id), now)
    record_failure(unit, attempt, describe_error(error), now, most=1)

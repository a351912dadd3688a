"""Puts items into the archive's index: what is new or changed, then what was there before.

Searches do not wait for it: they look at what is not filed yet.
"""

from __future__ import annotations

import logging

from alerts.query import Document
from alerts.query.indexing import SPELLING, words_of
from storage.model import StoredItem
from storage.sieve import EVERYTHING
from storage.store import Store

log = logging.getLogger(__name__)

# items in one transaction: other processes that store articles wait for it
CHUNK = 100


def file_some(store: Store, *, limit: int = CHUNK) -> int:
    """Index the items that come next, at most `limit`; returns how many.

    An item and its mark change in one transaction, so a crash leaves it to be indexed, or indexed.
    """
    with store.reading() as unit:
        coverage = unit.fulltext.coverage()
    if coverage.whole and coverage.spelling == SPELLING:
        return 0
    with store.transaction() as unit:
        if unit.fulltext.spell_anew(SPELLING):
            log.info("index.begun spelling=%d", SPELLING)
        batch = unit.fulltext.to_index(limit)
        words = [(item.item_id, _words(item)) for item in unit.items.get_many(batch.items)]
        unit.fulltext.put(batch, words)
    return len(batch.items)


def _words(item: StoredItem) -> str:
    try:
        return words_of(Document.of(item))
    except Exception:
        # a defect of ours, met by one text: every search looks at it then
        log.exception("index.failed item=%s url=%s", item.item_id, item.url)
        return EVERYTHING

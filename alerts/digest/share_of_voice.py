"""Caches which suppliers occur in which items, so that each text is matched once."""

from __future__ import annotations

import logging
from collections.abc import Collection

from alerts.digest.context import TellingContext
from alerts.digest.remembered_suppliers import SuppliersByKey
from alerts.query import Document
from storage.model import StoredItem
from storage.store import Unit

log = logging.getLogger(__name__)

MAX_KEPT = 50_000  # items; beyond, the cache is cleared
_AT_ONCE = 200


class SupplierIndex:
    """Caches the suppliers of items. An edit of an item is seen only after a restart."""

    def __init__(self) -> None:
        self._known = SuppliersByKey[int](MAX_KEPT)

    def suppliers(
        self, unit: Unit, item_ids: Collection[int], context: TellingContext
    ) -> dict[int, tuple[str, ...]]:
        """Return item id -> names of the suppliers that occur in it, ordered by key."""
        known = self._known.of(context.suppliers)
        new = sorted(set(item_ids) - known.keys())
        for at in range(0, len(new), _AT_ONCE):
            for item in unit.items.get_many(new[at : at + _AT_ONCE]):
                known[item.item_id] = _find_suppliers(item, context)
        return {each: known.get(each, ()) for each in item_ids}


def _find_suppliers(item: StoredItem, context: TellingContext) -> tuple[str, ...]:
    source = context.names.source(item.source_key)
    try:
        hits = context.suppliers.match(Document.of(item, source_name=source))
    except Exception:
        # a defect that one text triggers must not lose the shares of the others
        log.exception("share-of-voice.failed item=%s url=%s", item.item_id, item.url)
        return ()
    return tuple(context.supplier_names[key] for key in sorted(hit.key for hit in hits))

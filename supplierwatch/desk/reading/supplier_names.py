"""Finds the suppliers named in items, cached from search to search."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

from alerts.digest.context import TellingContext
from alerts.digest.remembered_suppliers import SuppliersByKey
from alerts.query import Document
from storage.model import StoredItem

MAX_KEPT = 50_000  # items, of all groups


class SupplierCache:
    """Finds the suppliers in items, cached by item and version. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known = SuppliersByKey[tuple[int, int]](MAX_KEPT)

    def find(
        self, items: Iterable[StoredItem], context: TellingContext
    ) -> dict[int, tuple[str, ...]]:
        """Return item id -> the keys of the suppliers that are named in it."""
        with self._lock:
            known = self._known.of(context.suppliers)
        found = {}
        for item in items:
            key = (item.item_id, item.revision)
            if key not in known:
                name = context.names.source(item.source_key)
                known[key] = context.suppliers.keys(Document.of(item, source_name=name))
            found[item.item_id] = known[key]
        return found


NAMED = SupplierCache()

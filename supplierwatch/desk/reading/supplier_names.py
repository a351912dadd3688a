"""Finds the suppliers named in items, cached from search to search."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

from alerts.digest.context import TellingContext
from alerts.digest.remembered_suppliers import RememberedSuppliers
from alerts.query import Document
from storage.model import StoredItem

MAX_KEPT = 50_000  # items


class SupplierCache:
    """Finds the suppliers in items, cached by item and version. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._compiled: RememberedSuppliers | None = None
        self._known: dict[tuple[int, int], tuple[str, ...]] = {}

    def find(
        self, items: Iterable[StoredItem], context: TellingContext
    ) -> dict[int, tuple[str, ...]]:
        """Return item id -> the keys of the suppliers that are named in it."""
        with self._lock:
            if self._compiled is not context.suppliers or len(self._known) > MAX_KEPT:
                self._known, self._compiled = {}, context.suppliers
            known = self._known
        found = {}
        for item in items:
            key = (item.item_id, item.revision)
            if key not in known:
                name = context.names.source(item.source_key)
                known[key] = context.suppliers.keys(Document.of(item, source_name=name))
            found[item.item_id] = known[key]
        return found


NAMED = SupplierCache()

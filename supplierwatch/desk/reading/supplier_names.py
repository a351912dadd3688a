"""Finds the suppliers named in items, cached from search to search."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from weakref import WeakKeyDictionary

from alerts.digest.context import TellingContext
from alerts.digest.remembered_suppliers import RememberedSuppliers
from alerts.query import Document
from storage.model import StoredItem

MAX_KEPT = 50_000  # items, of all groups


class SupplierCache:
    """Finds the suppliers in items, cached by item and version. Thread-safe.

    Each group has suppliers of its own: what is cached for one configuration stays until that one
    is no longer in use.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: WeakKeyDictionary[
            RememberedSuppliers, dict[tuple[int, int], tuple[str, ...]]
        ] = WeakKeyDictionary()

    def find(
        self, items: Iterable[StoredItem], context: TellingContext
    ) -> dict[int, tuple[str, ...]]:
        """Return item id -> the keys of the suppliers that are named in it."""
        with self._lock:
            if sum(map(len, self._known.values())) > MAX_KEPT:
                self._known.clear()
            known = self._known.setdefault(context.suppliers, {})
        found = {}
        for item in items:
            key = (item.item_id, item.revision)
            if key not in known:
                name = context.names.source(item.source_key)
                known[key] = context.suppliers.keys(Document.of(item, source_name=name))
            found[item.item_id] = known[key]
        return found


NAMED = SupplierCache()

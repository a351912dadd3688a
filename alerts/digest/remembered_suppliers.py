"""Remembers where texts name suppliers: pages and messages ask for the same texts again and again.

Finding the names takes three quarters of the time of a page with two hundred finds.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from alerts.query import Document, QueryHit, WatchIndex

MOST = 4_000  # documents

Hits = tuple[QueryHit, ...]
_K = TypeVar("_K")


class RememberedSuppliers:
    """The hits of the suppliers' names in the documents that were asked for last.

    It belongs to one configuration: with other names of suppliers another one is made.
    """

    def __init__(self, suppliers: WatchIndex, most: int = MOST) -> None:
        self._suppliers = suppliers
        self._most = most
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, int], Hits] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def match(self, document: Document) -> Hits:
        """Find every supplier that is named, sorted by key, with the places."""
        key = (document.url, hash(document))  # not the texts themselves: they are long
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        found = self._suppliers.match(document)
        with self._lock:
            self._known[key] = found
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return found

    def keys(self, document: Document) -> tuple[str, ...]:
        """Return the sorted keys of the suppliers that are named; much faster, and not kept."""
        return self._suppliers.keys(document)


class SuppliersByKey(Generic[_K]):
    """What suppliers were found in, by a key, for each configuration. Not thread-safe.

    Each group has suppliers of its own: what is cached for one configuration stays until that one
    is no longer in use.

    Args:
        most: keys of all configurations together; beyond, all are dropped.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: WeakKeyDictionary[RememberedSuppliers, dict[_K, tuple[str, ...]]] = (
            WeakKeyDictionary()
        )

    def __len__(self) -> int:
        return len(self._known)

    def of(self, suppliers: RememberedSuppliers) -> dict[_K, tuple[str, ...]]:
        """Return what is cached for a configuration, to be added to."""
        if sum(map(len, self._known.values())) > self._most:
            self._known.clear()
        return self._known.setdefault(suppliers, {})

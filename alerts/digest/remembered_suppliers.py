"""Remembers where texts name suppliers: pages and messages ask for the same texts again and again.

Finding the names takes three quarters of the time of a page with two hundred finds.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from alerts.query import Document, QueryHit, WatchIndex

MOST = 4_000  # documents

Hits = tuple[QueryHit, ...]


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

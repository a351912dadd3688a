"""Site memories by host, shared by the polls of one process."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from crawler.extraction.recurring.site_memory import InvalidSiteMemory, SiteMemory
from storage.store import Store

log = logging.getLogger(__name__)


class SiteMemoryStore(Protocol):
    """A collection of site memories, one for each host."""

    def of(self, url: str) -> SiteMemory:
        """Return the memory of a URL's host; the same object at each call."""

    def save(self) -> None:
        """Store the memories that have changed."""


class TransientSiteMemories:
    """Site memories that are not stored: each process starts without any."""

    def __init__(self) -> None:
        self._known: dict[str, SiteMemory] = {}

    def of(self, url: str) -> SiteMemory:
        """Return the memory of a URL's host."""
        return self._known.setdefault(site_of(url), SiteMemory())

    def save(self) -> None:
        """Do nothing."""


class StoredSiteMemories:
    """Site memories that are stored in the database."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._known: dict[str, SiteMemory] = {}

    def of(self, url: str) -> SiteMemory:
        """Return the memory of a URL's host, read from the database at the first call."""
        host = site_of(url)
        if host not in self._known:
            self._known[host] = self._read(host)
        return self._known[host]

    def save(self) -> None:
        """Write the memories that have changed to the database."""
        changed = {host: one for host, one in self._known.items() if one.changed}
        if not changed:
            return
        with self._store.transaction() as unit:
            packed = {host: one.to_bytes() for host, one in changed.items()}
            unit.sites.put(packed, self._clock())
        for one in changed.values():
            one.changed = False

    def _read(self, host: str) -> SiteMemory:
        with self._store.reading() as unit:
            packed = unit.sites.get(host)
        if packed is None:
            return SiteMemory()
        try:
            return SiteMemory.from_bytes(packed)
        except InvalidSiteMemory as error:
            log.warning("site-memory.discarded host=%s %s", host, error)
            return SiteMemory()


def site_of(url: str) -> str:
    """Return the host of a URL, with its port, without www."""
    return urlsplit(url).netloc.rpartition("@")[2].lower().removeprefix("www.")

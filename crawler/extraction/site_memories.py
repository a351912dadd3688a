"""The memories of hosts, as the polls of one process share them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from crawler.extraction.site_memory import NotAMemory, SiteMemory
from storage.store import Store

log = logging.getLogger(__name__)


class SiteMemoryStore(Protocol):
    """What is known of hosts."""

    def of(self, url: str) -> SiteMemory:
        """The memory of the host of an address; the same one at each call."""

    def save(self) -> None:
        """Keep what was learned."""


class TransientSiteMemories:
    """Memories that nobody keeps: each process learns anew."""

    def __init__(self) -> None:
        self._known: dict[str, SiteMemory] = {}

    def of(self, url: str) -> SiteMemory:
        """The memory of the host of an address."""
        return self._known.setdefault(site_of(url), SiteMemory())

    def save(self) -> None:
        """Nothing is kept."""


class StoredSiteMemories:
    """Memories in the database."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._known: dict[str, SiteMemory] = {}

    def of(self, url: str) -> SiteMemory:
        """The memory of the host of an address, read at the first call."""
        host = site_of(url)
        if host not in self._known:
            self._known[host] = self._read(host)
        return self._known[host]

    def save(self) -> None:
        """Write the memories that have changed."""
        changed = {host: one for host, one in self._known.items() if one.changed}
        if not changed:
            return
        with self._store.transaction() as unit:
            packed = {host: one.packed() for host, one in changed.items()}
            unit.sites.put(packed, self._clock())
        for one in changed.values():
            one.changed = False

    def _read(self, host: str) -> SiteMemory:
        with self._store.reading() as unit:
            packed = unit.sites.get(host)
        if packed is None:
            return SiteMemory()
        try:
            return SiteMemory.unpacked(packed)
        except NotAMemory as error:
            log.warning("site.forgotten host=%s %s", host, error)
            return SiteMemory()


def site_of(url: str) -> str:
    """The host of an address, with its port, without www."""
    return urlsplit(url).netloc.rpartition("@")[2].lower().removeprefix("www.")

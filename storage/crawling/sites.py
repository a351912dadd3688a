"""Repository of site memories: one packed value per host, for `MAX_SITES` hosts at most.

The format is defined by `crawler.extraction.recurring.site_memory`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from storage.engine.dialect import upsert
from storage.tables import site

MAX_SITES = 5000


class SiteMemories:
    """Reads and writes site memories, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def get(self, host: str) -> bytes | None:
        """Return the packed memory of a host; None where there is none."""
        memory: bytes | None = self._db.scalar(select(site.c.memory).where(site.c.host == host))
        return memory

    def put(self, memories: Mapping[str, bytes], now: datetime) -> None:
        """Store memories of hosts; beyond `MAX_SITES`, delete those with the oldest update."""
        # sorted, so that two transactions cannot deadlock
        for host, memory in sorted(memories.items()):
            values = {"host": host, "memory": memory, "learned_at": now}
            upsert(self._db, site, values, [site.c.host])
        excess = int(self._db.scalar(select(func.count()).select_from(site)) or 0) - MAX_SITES
        if excess > 0:
            oldest = select(site.c.host).order_by(site.c.learned_at, site.c.host).limit(excess)
            self._db.execute(delete(site).where(site.c.host.in_(oldest)))

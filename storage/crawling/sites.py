"""What is remembered of the hosts that pages come from: one packed memory each, bounded in number.

What a memory says is the crawler's business (`crawler.extraction.site_memory`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from storage.engine.dialect import upsert
from storage.tables import site

MOST_SITES = 5000


class SiteMemories:
    """Memories of hosts, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def get(self, host: str) -> bytes | None:
        """The memory of a host, as it was last put."""
        memory: bytes | None = self._db.scalar(select(site.c.memory).where(site.c.host == host))
        return memory

    def put(self, memories: Mapping[str, bytes], now: datetime) -> None:
        """Keep the memories of some hosts; where there are too many, the longest unused go."""
        for host, memory in sorted(memories.items()):  # in one order: no two wait for each other
            values = {"host": host, "memory": memory, "learned_at": now}
            upsert(self._db, site, values, [site.c.host])
        many = int(self._db.scalar(select(func.count()).select_from(site)) or 0) - MOST_SITES
        if many > 0:
            oldest = select(site.c.host).order_by(site.c.learned_at, site.c.host).limit(many)
            self._db.execute(delete(site).where(site.c.host.in_(oldest)))

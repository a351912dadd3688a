"""Repository of robots.txt files, one for each host."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from storage.engine.dialect import upsert
from storage.tables import robots


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsFile:
    """A robots.txt as last fetched. `status` is 0 where the host could not be reached."""

    host: str
    fetched_at: datetime
    status: int
    body: str


class RobotsFiles:
    """Reads and writes robots.txt files, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def get(self, host: str) -> RobotsFile | None:
        """Return the stored robots.txt of a host."""
        row = self._db.execute(select(robots).where(robots.c.host == host)).one_or_none()
        return None if row is None else RobotsFile(**row._mapping)

    def put(self, host: str, fetched_at: datetime, status: int, body: str) -> None:
        """Store a host's robots.txt."""
        values = {"host": host, "fetched_at": fetched_at, "status": status, "body": body}
        upsert(self._db, robots, values, [robots.c.host])

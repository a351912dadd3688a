"""Caches robots.txt files between requests and crawls."""

from __future__ import annotations

from typing import Protocol

from crawler.http.robots_rules import RobotsCopy
from storage.store import Store


class RobotsCache(Protocol):
    """A cache of robots.txt files by origin."""

    def get(self, origin: str) -> RobotsCopy | None:
        """Return the cached robots.txt of an origin, however old; None if there is none."""

    def put(self, origin: str, copy: RobotsCopy) -> None:
        """Store the robots.txt of an origin."""


class StoredRobotsCache:
    """Caches robots.txt files in the database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, origin: str) -> RobotsCopy | None:
        """Return the cached robots.txt of an origin, however old; None if there is none."""
        with self._store.reading() as unit:
            row = unit.robots_files.get(origin)
        if row is None:
            return None
        return RobotsCopy(fetched_at=row.fetched_at, status=row.status, body=row.body)

    def put(self, origin: str, copy: RobotsCopy) -> None:
        """Store the robots.txt of an origin."""
        with self._store.transaction() as unit:
            unit.robots_files.put(origin, copy.fetched_at, copy.status or 0, copy.body)


class TransientRobotsCache:
    """Caches nothing: each process fetches robots.txt itself."""

    def get(self, origin: str) -> RobotsCopy | None:
        """Return None."""
        return None

    def put(self, origin: str, copy: RobotsCopy) -> None:
        """Do nothing."""

"""Where copies of robots.txt are kept between requests and crawls."""

from __future__ import annotations

from typing import Protocol

from crawler.http.robots_rules import RobotsCopy
from storage.store import Store


class RobotsCache(Protocol):
    """Keeps copies of robots.txt by origin."""

    def get(self, origin: str) -> RobotsCopy | None:
        """The copy kept of an origin's robots.txt."""

    def put(self, origin: str, copy: RobotsCopy) -> None:
        """Keep a copy."""


class StoredRobotsCache:
    """Copies of robots.txt in the database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, origin: str) -> RobotsCopy | None:
        """The copy kept of an origin's robots.txt."""
        with self._store.reading() as unit:
            kept = unit.sources.robots_get(origin)
        if kept is None:
            return None
        return RobotsCopy(fetched_at=kept.fetched_at, status=kept.status, body=kept.body)

    def put(self, origin: str, copy: RobotsCopy) -> None:
        """Keep a copy."""
        with self._store.transaction() as unit:
            unit.sources.robots_put(origin, copy.fetched_at, copy.status or 0, copy.body)


class TransientRobotsCache:
    """Keeps nothing: each process asks anew."""

    def get(self, origin: str) -> RobotsCopy | None:
        """Nothing is known."""
        return None

    def put(self, origin: str, copy: RobotsCopy) -> None:
        """Forget it."""

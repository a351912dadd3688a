"""Watches as they stood: every edit of what a watch means is a version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from storage.model import WatchVersion
from storage.schema import mention, watch_version


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchText:
    """A watch as declared: canonical query, a fingerprint of all it means, and its old key."""

    key: str
    query: str
    fingerprint: str
    was: str | None


class Watches:
    """Watch versions, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def declare(self, watches: Sequence[WatchText], now: datetime) -> dict[str, WatchVersion]:
        """Make these the watches in force; a changed one gets a new version from `now` on."""
        known = self.current()
        for watch in watches:
            if watch.key not in known and watch.was in known:
                self._rename(str(watch.was), watch.key)
                known[watch.key] = known.pop(str(watch.was))
        wanted = {watch.key for watch in watches}
        for key in known.keys() - wanted:
            gone = (watch_version.c.key == key, watch_version.c.retired_at.is_(None))
            self._db.execute(update(watch_version).where(*gone).values(retired_at=now))
        for watch in watches:
            present = known.get(watch.key)
            if present is None or present.fingerprint != watch.fingerprint:
                self._add(watch, now)
        return self.current()

    def _rename(self, old: str, new: str) -> None:
        for table, column in ((watch_version, watch_version.c.key), (mention, mention.c.watch_key)):
            self._db.execute(update(table).where(column == old).values({column.name: new}))

    def _add(self, watch: WatchText, now: datetime) -> None:
        versions = self.versions(watch.key)
        present = (watch_version.c.key == watch.key, watch_version.c.retired_at.is_(None))
        self._db.execute(update(watch_version).where(*present).values(retired_at=now))
        self._db.execute(
            insert(watch_version).values(
                key=watch.key,
                version=versions[-1].version + 1 if versions else 1,
                query=watch.query,
                fingerprint=watch.fingerprint,
                active_since=now,
            )
        )

    def current(self) -> dict[str, WatchVersion]:
        """Watch key -> the version in force."""
        in_force = select(watch_version).where(watch_version.c.retired_at.is_(None))
        return {row.key: _version(row) for row in self._db.execute(in_force)}

    def versions(self, key: str) -> tuple[WatchVersion, ...]:
        """All versions of a watch, oldest first."""
        found = (
            select(watch_version)
            .where(watch_version.c.key == key)
            .order_by(watch_version.c.version)
        )
        return tuple(_version(row) for row in self._db.execute(found))


def _version(row: Row[Any]) -> WatchVersion:
    return WatchVersion(
        key=row.key,
        version=row.version,
        query=row.query,
        fingerprint=row.fingerprint,
        active_since=row.active_since,
    )

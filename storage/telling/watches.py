"""Repository of watch versions: each change of a watch's meaning is a new version."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from storage.engine.damage import Damage, read_decodable, read_rows
from storage.engine.dialect import insert_new, lock_task
from storage.mentions.asides import rename_watch
from storage.model import WatchVersion
from storage.tables import (
    desk_mute,
    dismissed_proposal,
    item,
    item_mark,
    mention,
    told,
    watch_version,
)

_BATCH = 500
_COLUMNS = ("id", "key", "version", "query", "fingerprint", "active_since", "last_item_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchText:
    """A declared watch. `fingerprint` covers its query and macros; `was` is its former key."""

    key: str
    query: str
    fingerprint: str
    was: str | None


class Watches:
    """Reads and writes watch versions, within one transaction."""

    def __init__(self, connection: Connection, damage: Damage) -> None:
        self._db = connection
        self._damage = damage

    def declare(self, watches: Sequence[WatchText], now: datetime) -> dict[str, WatchVersion]:
        """Activate exactly these watches; a changed one gets a new version from `now` on."""
        lock_task(self._db, "declare")
        known = self._apply_renames(self.current(), watches)
        wanted = {watch.key for watch in watches}
        for key in known.keys() - wanted:
            self._retire(key, now)
        for watch in watches:
            present = known.get(watch.key)
            if present is None or present.fingerprint != watch.fingerprint:
                self._add(watch, now)
        return self.current()

    def _apply_renames(
        self, known: dict[str, WatchVersion], watches: Sequence[WatchText]
    ) -> dict[str, WatchVersion]:
        """Apply `was`: rename old keys, also `a` to `b` and `b` to `c` at the same time."""
        declared = {watch.key: watch for watch in watches}
        moved = True
        while moved:
            moved = False
            for watch in watches:
                if watch.was is None or watch.was not in known or watch.key in known:
                    continue
                successor = declared.get(watch.was)
                if successor is not None and successor.was not in known:
                    continue  # the former key is another watch now
                self._rename(watch.was, watch.key)
                known[watch.key] = known.pop(watch.was)
                moved = True
        return known

    def _rename(self, old: str, new: str) -> None:
        """Rename versions, mentions and marks; versions follow earlier ones of that key."""
        taken = max((version.version for version in self.versions(new)), default=0)
        self._merge_mentions(old, new)
        rename_watch(self._db, old, new)
        for table, key, number in (
            (watch_version, watch_version.c.key, watch_version.c.version),
            (mention, mention.c.watch_key, mention.c.watch_version),
        ):
            values = {key.name: new, number.name: number + taken}
            self._db.execute(update(table).where(key == old).values(values))
        for table in (item_mark, desk_mute):
            self._db.execute(update(table).where(table.c.watch_key == old).values(watch_key=new))
        ours = dismissed_proposal.c.watch_key
        self._db.execute(delete(dismissed_proposal).where(ours == new))
        self._db.execute(update(dismissed_proposal).where(ours == old).values(watch_key=new))

    def _merge_mentions(self, old: str, new: str) -> None:
        tsuccessors, ours = mention.alias(), mention.alias()
        both = self._db.execute(
            select(tsuccessors.c.id, ours.c.id)
            .join(ours, ours.c.item_id == tsuccessors.c.item_id)
            .where(tsuccessors.c.watch_key == old, ours.c.watch_key == new)
        )
        for old_id, new_id in both.all():
            for row in self._db.execute(select(told).where(told.c.mention_id == old_id)).all():
                values = {**row._mapping, "mention_id": new_id}
                insert_new(self._db, told, values, list(told.primary_key))
            self._db.execute(delete(mention).where(mention.c.id == old_id))

    def _retire(self, key: str, now: datetime) -> None:
        gone = (watch_version.c.key == key, watch_version.c.retired_at.is_(None))
        self._db.execute(update(watch_version).where(*gone).values(retired_at=now))

    def _add(self, watch: WatchText, now: datetime) -> None:
        last = self._db.scalar(
            select(func.max(watch_version.c.version)).where(watch_version.c.key == watch.key)
        )
        self._retire(watch.key, now)
        self._db.execute(
            insert(watch_version).values(
                key=watch.key,
                version=int(last or 0) + 1,
                query=watch.query,
                fingerprint=watch.fingerprint,
                active_since=now,
                last_item_id=select(func.coalesce(func.max(item.c.id), 0)).scalar_subquery(),
            )
        )

    def current(self) -> dict[str, WatchVersion]:
        """Return watch key -> the active version."""
        in_force = select(watch_version.c.id).where(watch_version.c.retired_at.is_(None))
        found = self._read_versions(self._db.scalars(in_force).all())
        return {version.key: version for version in found.values()}

    def activation_times(self, keys: Collection[str]) -> dict[str, datetime]:
        """Return watch key -> when its first version became active."""
        found: dict[str, datetime] = {}
        some = sorted(keys)
        for at in range(0, len(some), _BATCH):
            first = (
                select(watch_version.c.key, func.min(watch_version.c.active_since))
                .where(watch_version.c.key.in_(some[at : at + _BATCH]))
                .group_by(watch_version.c.key)
            )
            found |= {row[0]: row[1] for row in self._db.execute(first)}
        return found

    def versions(self, key: str) -> tuple[WatchVersion, ...]:
        """Return all versions of a watch, oldest first."""
        found = (
            select(watch_version.c.id)
            .where(watch_version.c.key == key)
            .order_by(watch_version.c.version)
        )
        ids = self._db.scalars(found).all()
        known = self._read_versions(ids)
        return tuple(known[each] for each in ids if each in known)

    def _read_versions(self, ids: Sequence[int]) -> dict[int, WatchVersion]:
        """Return id -> version; a damaged one is left out, so that `declare` adds a new one."""

        def read(some: Sequence[int]) -> dict[int, WatchVersion]:
            columns = [watch_version.c[name] for name in _COLUMNS]
            wanted = select(*columns).where(watch_version.c.id.in_(list(some)))
            return {row.id: _build_version(row) for row in read_rows(self._db, wanted)}

        found: dict[int, WatchVersion] = {}
        for at in range(0, len(ids), _BATCH):
            part = ids[at : at + _BATCH]
            found |= read_decodable(read, part, table="watch_version", damage=self._damage)
        return found


def _build_version(row: Row[Any]) -> WatchVersion:
    return WatchVersion(
        key=row.key,
        version=row.version,
        query=row.query,
        fingerprint=row.fingerprint,
        active_since=row.active_since,
        last_item_id=row.last_item_id,
    )

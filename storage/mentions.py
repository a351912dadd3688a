"""Mentions: stored matches, and which subscribers wait to be told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from storage.items import Items
from storage.model import Match, Mention, Span, StoredItem
from storage.schema import (
    item,
    item_revision,
    mention,
    pending_match,
    pending_telling,
    told,
    watch_version,
)


class Mentions:
    """Matches and their audience, within one transaction."""

    def __init__(self, connection: Connection, items: Items) -> None:
        self._db = connection
        self._items = items

    def record(
        self,
        item_id: int,
        matches: Sequence[Match],
        *,
        matched_revision: int,
        audience: Mapping[str, Sequence[int]],
        now: datetime,
    ) -> tuple[Mention, ...]:
        """Store what matched, note whom to tell, and take the item's mark away.

        The mark stays where the item has changed since it was read: it is matched again.

        Returns:
            the mentions that were not known before.
        """
        row = self._db.execute(
            select(item.c.revision, item.c.baseline, item.c.first_seen_at, item.c.text_state).where(
                item.c.id == item_id
            )
        ).one_or_none()
        if row is None:
            return ()
        known = {m.match.watch_key: m for m in self.of_item(item_id)}
        fresh = []
        for match in matches:
            old = known.get(match.watch_key)
            if old is None:
                baseline = row.baseline or self._precedes(match, row.first_seen_at)
                fresh.append(self._add(match, baseline, audience, now))
            elif matched_revision > old.match.revision:
                self._note_edit(old, matched_revision, now)
        if row.revision == matched_revision:
            self._db.execute(delete(pending_match).where(pending_match.c.item_id == item_id))
        return tuple(fresh)

    def _precedes(self, match: Match, first_seen_at: datetime) -> bool:
        # what waits for its first match when a watch is edited was never in the archive to it
        if match.watch_version > 1:
            return False
        since = self._db.scalar(
            select(watch_version.c.active_since).where(
                watch_version.c.key == match.watch_key,
                watch_version.c.version == match.watch_version,
            )
        )
        return since is not None and first_seen_at < since

    def _add(
        self, match: Match, baseline: bool, audience: Mapping[str, Sequence[int]], now: datetime
    ) -> Mention:
        mention_id = self._db.execute(
            insert(mention)
            .values(
                watch_key=match.watch_key,
                watch_version=match.watch_version,
                item_id=match.item_id,
                revision=match.revision,
                spans=[[span.field, span.start, span.end] for span in match.spans],
                created_at=now,
                baseline=baseline,
            )
            .returning(mention.c.id)
        ).scalar_one()
        if not baseline:
            for subscriber_id in audience.get(match.watch_key, ()):
                self._wait(subscriber_id, mention_id, match.revision, "new", now)
        return Mention(mention_id=mention_id, match=match, created_at=now, baseline=baseline)

    def _note_edit(self, old: Mention, revision: int, now: datetime) -> None:
        before = self._db.execute(
            select(item_revision.c.body).where(
                item_revision.c.item_id == old.match.item_id, item_revision.c.number == revision - 1
            )
        ).one_or_none()
        if before is None:
            return
        told_to = select(told.c.subscriber_id).where(told.c.mention_id == old.mention_id).distinct()
        for subscriber_id in self._db.scalars(told_to).all():
            self._wait(subscriber_id, old.mention_id, revision, "edit", now)

    def _wait(
        self, subscriber_id: int, mention_id: int, revision: int, what: str, now: datetime
    ) -> None:
        key = {"subscriber_id": subscriber_id, "mention_id": mention_id, "revision": revision}
        for table in (pending_telling, told):
            there = select(func.count()).select_from(table)
            for name, value in key.items():
                there = there.where(table.c[name] == value)
            if self._db.scalar(there):
                return
        self._db.execute(insert(pending_telling).values(**key, what=what, created_at=now))

    def of_item(self, item_id: int) -> tuple[Mention, ...]:
        """All mentions of an item, by watch."""
        found = select(mention).where(mention.c.item_id == item_id).order_by(mention.c.watch_key)
        return tuple(mention_of(row) for row in self._db.execute(found))

    def newest(
        self, watch_keys: Sequence[str], limit: int
    ) -> tuple[tuple[Mention, StoredItem], ...]:
        """The newest mentions of these watches with their items, baseline included."""
        found = self._db.execute(
            select(mention)
            .join(item, item.c.id == mention.c.item_id)
            .where(mention.c.watch_key.in_(list(watch_keys)))
            .order_by(func.coalesce(item.c.published_at, item.c.first_seen_at).desc(), mention.c.id)
            .limit(limit)
        ).all()
        items = {i.item_id: i for i in self._items.get_many(list({r.item_id for r in found}))}
        return tuple((mention_of(row), items[row.item_id]) for row in found)

    def count(
        self, watch_key: str, since: datetime | None = None, until: datetime | None = None
    ) -> int:
        """How many mentions a watch made from `since` until before `until`."""
        counted = select(func.count()).select_from(mention).where(mention.c.watch_key == watch_key)
        if since is not None:
            counted = counted.where(mention.c.created_at >= since)
        if until is not None:
            counted = counted.where(mention.c.created_at < until)
        return int(self._db.scalar(counted) or 0)


def mention_of(row: Row[Any]) -> Mention:
    """A mention row as a value."""
    return Mention(
        mention_id=row.id,
        match=Match(
            watch_key=row.watch_key,
            watch_version=row.watch_version,
            item_id=row.item_id,
            revision=row.revision,
            spans=tuple(Span(field, start, end) for field, start, end in row.spans),
        ),
        created_at=row.created_at,
        baseline=row.baseline,
    )

"""Reads mentions with their items, page by page or by item and story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from storage.archive.items import Items
from storage.engine.damage import Damage
from storage.mentions.mention_rows import read_with_items
from storage.model import Mention, StoredItem
from storage.tables import item, mention


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionRange:
    """A filter of mentions, by watch and by when the item was first seen: [`since`, `until`).

    `watches` None: all, including watches that are no longer declared.
    """

    watches: Sequence[str] | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PagePosition:
    """The last mention of a page, as cursor for the next."""

    seen_at: datetime
    mention_id: int


class MentionPages:
    """Reads mentions with their items, within one transaction."""

    def __init__(self, connection: Connection, items: Items, damage: Damage) -> None:
        self._db = connection
        self._items = items
        self._damage = damage

    def list(
        self, extent: MentionRange, *, limit: int, before: PagePosition | None = None
    ) -> tuple[tuple[Mention, StoredItem], ...]:
        """Return mentions with their items, newest items first, after the cursor `before`."""
        wanted = (
            select(mention.c.id)
            .join(item, item.c.id == mention.c.item_id)
            .order_by(item.c.first_seen_at.desc(), mention.c.id.desc())
            .limit(limit)
        )
        if extent.watches is not None:
            wanted = wanted.where(mention.c.watch_key.in_(list(extent.watches)))
        if extent.since is not None:
            wanted = wanted.where(item.c.first_seen_at >= extent.since)
        if extent.until is not None:
            wanted = wanted.where(item.c.first_seen_at < extent.until)
        if before is not None:
            seen, last = item.c.first_seen_at, before.mention_id
            here = and_(seen == before.seen_at, mention.c.id < last)
            # the second condition is redundant, in a form for which the index is used
            wanted = wanted.where(or_(seen < before.seen_at, here), seen <= before.seen_at)
        found = self._db.scalars(wanted).all()
        return read_with_items(self._db, self._items, self._damage, found)

    def of_stories(
        self, story_ids: Sequence[int], *, limit: int, watch_key: str | None = None
    ) -> tuple[tuple[Mention, StoredItem], ...]:
        """Return the mentions of all items of some stories, by any or one watch.

        Newest items first.
        """
        of_watch = () if watch_key is None else (mention.c.watch_key == watch_key,)
        return self._read_page(limit, item.c.story_id.in_(list(story_ids)), *of_watch)

    def of_items(
        self, item_ids: Sequence[int], *, limit: int
    ) -> tuple[tuple[Mention, StoredItem], ...]:
        """Return the mentions of some items, newest items first."""
        return self._read_page(limit, item.c.id.in_(list(item_ids)))

    def of_edits(self, since: datetime, *, limit: int) -> tuple[tuple[Mention, StoredItem], ...]:
        """Return mentions of items first seen before `since`, with the newest `limit` edits."""
        found = (
            select(mention.c.id)
            .join(item, item.c.id == mention.c.item_id)
            .where(item.c.revised_at >= since)
            # in the order of the index of edits, so that it is used
            .order_by(item.c.revised_at.desc(), mention.c.id.desc())
            .limit(limit)
        )
        ids = self._db.scalars(found).all()
        pairs = read_with_items(self._db, self._items, self._damage, ids)
        return tuple(pair for pair in pairs if pair[1].first_seen_at < since)

    def _read_page(
        self, limit: int, *wanted: ColumnElement[bool]
    ) -> tuple[tuple[Mention, StoredItem], ...]:
        found = (
            select(mention.c.id)
            .join(item, item.c.id == mention.c.item_id)
            .where(*wanted)
            .order_by(item.c.first_seen_at.desc(), mention.c.id.desc())
            .limit(limit)
        )
        return read_with_items(self._db, self._items, self._damage, self._db.scalars(found).all())

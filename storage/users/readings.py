"""Repository of the stories that users have read one by one.

What is older than the moment when a user marked all as read needs no row.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from storage.engine.dialect import upsert
from storage.model import StoryReading
from storage.tables import item, item_reading, mention

MOST_READINGS = 5_000  # of one user; the oldest are deleted
_AT_ONCE = 500  # bound parameters of one query


class Readings:
    """Reads and writes what users have read, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def record(self, user_id: int, item_id: int, now: datetime, *, is_read: bool) -> bool:
        """Mark the story of an item as read or unread; return False where it is unknown."""
        if self._db.scalar(select(item.c.id).where(item.c.id == item_id)) is None:
            return False
        newest = int(self._db.scalar(select(func.max(mention.c.id))) or 0)
        values = {
            "user_id": user_id,
            "item_id": item_id,
            "is_read": is_read,
            "mention_id": newest,
            "at": now,
        }
        upsert(self._db, item_reading, values, list(item_reading.primary_key))
        self._delete_oldest(user_id)
        return True

    def of_stories(self, user_id: int, story_ids: Collection[int]) -> dict[int, StoryReading]:
        """Return story id -> what a user last did with it."""
        found: dict[int, StoryReading] = {}
        ids = sorted(story_ids)
        for at in range(0, len(ids), _AT_ONCE):
            wanted = (
                select(item.c.story_id, item_reading)
                .join(item, item.c.id == item_reading.c.item_id)
                .where(
                    item_reading.c.user_id == user_id,
                    item.c.story_id.in_(ids[at : at + _AT_ONCE]),
                )
                .order_by(item_reading.c.at)
            )
            for row in self._db.execute(wanted):
                found[row.story_id] = StoryReading(
                    is_read=row.is_read, mention_id=row.mention_id, at=row.at
                )
        return found

    def forget(self, user_id: int, mention_id: int) -> None:
        """Delete what a user did up to a mention: they have marked all of it as read."""
        theirs = (item_reading.c.user_id == user_id, item_reading.c.mention_id <= mention_id)
        self._db.execute(delete(item_reading).where(*theirs))

    def _delete_oldest(self, user_id: int) -> None:
        theirs = item_reading.c.user_id == user_id
        oldest = (
            select(item_reading.c.at)
            .where(theirs)
            .order_by(item_reading.c.at.desc())
            .offset(MOST_READINGS)
            .limit(1)
        )
        last = self._db.scalar(oldest)
        if last is not None:
            self._db.execute(delete(item_reading).where(theirs, item_reading.c.at <= last))

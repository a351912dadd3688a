"""Repository of the stories that users marked as read or unread one by one.

Mentions from before a user marked all as read need no row.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from storage.engine.dialect import upsert
from storage.model import StoryReadState
from storage.tables import item, item_reading, mention

MAX_READ_STATES = 5_000  # of one user; the oldest are deleted
_BATCH = 500  # bound parameters of one query


class ReadStates:
    """Reads and writes read states, within one transaction."""

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

    def of_stories(self, user_id: int, story_ids: Collection[int]) -> dict[int, StoryReadState]:
        """Return story id -> the last read state that a user gave it."""
        found: dict[int, StoryReadState] = {}
        ids = sorted(story_ids)
        for at in range(0, len(ids), _BATCH):
            wanted = (
                select(item.c.story_id, item_reading)
                .join(item, item.c.id == item_reading.c.item_id)
                .where(
                    item_reading.c.user_id == user_id,
                    item.c.story_id.in_(ids[at : at + _BATCH]),
                )
                .order_by(item_reading.c.at)
            )
            for row in self._db.execute(wanted):
                found[row.story_id] = StoryReadState(
                    is_read=row.is_read, mention_id=row.mention_id, at=row.at
                )
        return found

    def delete_until(self, user_id: int, mention_id: int) -> None:
        """Delete read states up to a mention: the user marked everything up to it as read."""
        theirs = (item_reading.c.user_id == user_id, item_reading.c.mention_id <= mention_id)
        self._db.execute(delete(item_reading).where(*theirs))

    def _delete_oldest(self, user_id: int) -> None:
        theirs = item_reading.c.user_id == user_id
        oldest = (
            select(item_reading.c.at)
            .where(theirs)
            .order_by(item_reading.c.at.desc())
            .offset(MAX_READ_STATES)
            .limit(1)
        )
        last = self._db.scalar(oldest)
        if last is not None:
            self._db.execute(delete(item_reading).where(theirs, item_reading.c.at <= last))

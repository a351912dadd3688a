"""Repository of what waits to be told as news: pending tellings that are not of old items."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from storage.engine.damage import read_unless_damaged
from storage.tables import mention, pending_telling


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsWaiting:
    """The news that waits for a subscriber: how many, and when the first and last were found."""

    count: int
    oldest: datetime
    newest: datetime


class NewsWaitings:
    """Reads waiting news, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def by_subscriber(self) -> dict[int, NewsWaiting]:
        """Return subscriber id -> the news that waits for it; none where a row is damaged."""
        return read_unless_damaged(
            self._read, table="pending_telling", consequence="no alert waits for more to come"
        )

    def _read(self) -> dict[int, NewsWaiting]:
        at = pending_telling.c.created_at
        counted = (
            select(pending_telling.c.subscriber_id, func.count(), func.min(at), func.max(at))
            .join(mention, mention.c.id == pending_telling.c.mention_id)
            .where(or_(mention.c.old.is_not(True), pending_telling.c.what != "new"))
            .group_by(pending_telling.c.subscriber_id)
        )
        return {
            row[0]: NewsWaiting(count=int(row[1]), oldest=row[2], newest=row[3])
            for row in self._db.execute(counted)
        }

"""Repository of what waits to be told as news: pending tellings that are not of old items."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from storage.engine.damage import read_unless_damaged
from storage.tables import item, mention, pending_telling


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsWaiting:
    """The news that waits for a subscriber.

    Attributes:
        count: how many.
        oldest: when the first was found.
        newest: when the last was found.
        quietest: when the last was found of the source that has brought nothing for longest.
    """

    count: int
    oldest: datetime
    newest: datetime
    quietest: datetime


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
        at, subscriber = pending_telling.c.created_at, pending_telling.c.subscriber_id
        counted = (
            select(subscriber, func.count(), func.min(at), func.max(at))
            .join(mention, mention.c.id == pending_telling.c.mention_id)
            .join(item, item.c.id == mention.c.item_id)
            .where(or_(mention.c.old.is_not(True), pending_telling.c.what != "new"))
            .group_by(subscriber, item.c.source_key)
        )
        found: dict[int, NewsWaiting] = {}
        for subscriber_id, count, oldest, newest in self._db.execute(counted):
            of_source = NewsWaiting(count=count, oldest=oldest, newest=newest, quietest=newest)
            known = found.get(subscriber_id)
            found[subscriber_id] = of_source if known is None else _add(known, of_source)
        return found


def _add(known: NewsWaiting, other: NewsWaiting) -> NewsWaiting:
    return NewsWaiting(
        count=known.count + other.count,
        oldest=min(known.oldest, other.oldest),
        newest=max(known.newest, other.newest),
        quietest=min(known.quietest, other.quietest),
    )

"""Summarises pending news: tellings that are not of old items."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from storage.engine.damage import read_unless_damaged
from storage.tables import item, mention, pending_telling


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingNews:
    """The pending news of a subscriber.

    Attributes:
        count: number of tellings.
        oldest: when the first mention was found.
        newest: when the last mention was found.
        silent_since: when the last mention was found of the source that has been silent longest.
    """

    count: int
    oldest: datetime
    newest: datetime
    silent_since: datetime


class PendingNewsReader:
    """Reads pending news, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def by_subscriber(self) -> dict[int, PendingNews]:
        """Return subscriber id -> its pending news; empty where a row is damaged."""
        return read_unless_damaged(
            self._read_news, table="pending_telling", consequence="alerts are sent at once"
        )

    def _read_news(self) -> dict[int, PendingNews]:
        at, subscriber = pending_telling.c.created_at, pending_telling.c.subscriber_id
        counted = (
            select(subscriber, func.count(), func.min(at), func.max(at))
            .join(mention, mention.c.id == pending_telling.c.mention_id)
            .join(item, item.c.id == mention.c.item_id)
            .where(or_(mention.c.old.is_not(True), pending_telling.c.what != "new"))
            .group_by(subscriber, item.c.source_key)
        )
        found: dict[int, PendingNews] = {}
        for subscriber_id, count, oldest, newest in self._db.execute(counted):
            of_source = PendingNews(count=count, oldest=oldest, newest=newest, silent_since=newest)
            known = found.get(subscriber_id)
            found[subscriber_id] = of_source if known is None else _combine(known, of_source)
        return found


def _combine(known: PendingNews, other: PendingNews) -> PendingNews:
    return PendingNews(
        count=known.count + other.count,
        oldest=min(known.oldest, other.oldest),
        newest=max(known.newest, other.newest),
        silent_since=min(known.silent_since, other.silent_since),
    )

"""Counts the stories that each watch found per day, from which usual volumes are derived."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from storage.rules.local_time import earlier, local_time
from storage.tables import item, mention

_BATCH = 500


class CountedMention(NamedTuple):
    """A mention that is not baseline, with the story of its item."""

    watch_key: str
    item_id: int
    story_id: int
    at: datetime


class Volumes:
    """Reads mentions for volume counts, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def list_mentions(
        self, watch_keys: Collection[str], since: datetime, until: datetime
    ) -> tuple[CountedMention, ...]:
        """Return the mentions of these watches made in [since, until), oldest first.

        Mentions that are baseline, or of old items, are left out.
        """
        rows: list[CountedMention] = []
        keys = sorted(set(watch_keys))
        for at in range(0, len(keys), _BATCH):
            wanted = (
                select(mention.c.watch_key, item.c.id, item.c.story_id, mention.c.created_at)
                .join(item, item.c.id == mention.c.item_id)
                .where(
                    mention.c.watch_key.in_(keys[at : at + _BATCH]),
                    mention.c.baseline.is_(False),
                    mention.c.old.is_not(True),
                    mention.c.created_at >= since,
                    mention.c.created_at < until,
                )
            )
            rows += [CountedMention(*row) for row in self._db.execute(wanted)]
        return tuple(sorted(rows, key=lambda each: (each.at, each.item_id, each.watch_key)))

    def last(self, watch_key: str) -> datetime | None:
        """Return when a watch last made a mention that is neither baseline nor old."""
        newest: datetime | None = self._db.scalar(
            select(func.max(mention.c.created_at)).where(
                mention.c.watch_key == watch_key,
                mention.c.baseline.is_(False),
                mention.c.old.is_not(True),
            )
        )
        return newest


def group_by_day(
    found: Iterable[CountedMention], zone: ZoneInfo, *, begins: timedelta = timedelta(0)
) -> dict[date, set[int]]:
    """Return day -> stories that were first found on it; days without any are left out. Pure.

    Args:
        found: mentions, oldest first.
        zone: time zone of the days.
        begins: start of a day after midnight, in wall-clock time, so that DST does not move it.
    """
    days: dict[date, set[int]] = {}
    seen: set[int] = set()
    for each in found:
        if each.story_id not in seen:
            seen.add(each.story_id)
            days.setdefault(earlier(local_time(each.at, zone), begins).date(), set()).add(
                each.story_id
            )
    return days

"""How many stories each watch found, day by day: what is usual is read from that."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from storage.rules.local_time import earlier, local_time
from storage.tables import item, mention

_AT_ONCE = 500


class CountedMention(NamedTuple):
    """A mention that was news, with the story that it tells."""

    watch_key: str
    item_id: int
    story_id: int
    at: datetime


class Volumes:
    """Counts of stories, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def found(
        self, watch_keys: Collection[str], since: datetime, until: datetime
    ) -> tuple[CountedMention, ...]:
        """The mentions of these watches from `since` until before `until`, the first in front.

        What was there before its watch is left out.
        """
        rows: list[CountedMention] = []
        keys = sorted(set(watch_keys))
        for at in range(0, len(keys), _AT_ONCE):
            wanted = (
                select(mention.c.watch_key, item.c.id, item.c.story_id, mention.c.created_at)
                .join(item, item.c.id == mention.c.item_id)
                .where(
                    mention.c.watch_key.in_(keys[at : at + _AT_ONCE]),
                    mention.c.baseline.is_(False),
                    mention.c.created_at >= since,
                    mention.c.created_at < until,
                )
            )
            rows += [CountedMention(*row) for row in self._db.execute(wanted)]
        return tuple(sorted(rows, key=lambda each: (each.at, each.item_id, each.watch_key)))

    def last(self, watch_key: str) -> datetime | None:
        """When a watch last found something that was news."""
        newest: datetime | None = self._db.scalar(
            select(func.max(mention.c.created_at)).where(
                mention.c.watch_key == watch_key, mention.c.baseline.is_(False)
            )
        )
        return newest


def by_day(
    found: Iterable[CountedMention], zone: ZoneInfo, *, begins: timedelta = timedelta(0)
) -> dict[date, set[int]]:
    """Day -> the stories that were found first on it; days without any are left out. Pure.

    Args:
        found: mentions, the first in front.
        zone: where a day begins.
        begins: how long after midnight, on the wall clock, so that it stays over a clock change.
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

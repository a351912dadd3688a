"""How many stories each watch found, day by day: what is usual is read from that."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from storage.schema import item, mention

_AT_ONCE = 500


class DayCount(NamedTuple):
    """One watch on one day: the stories that began for it on that day, by id."""

    watch_key: str
    day: date
    stories: frozenset[int]


class Found(NamedTuple):
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
    ) -> tuple[Found, ...]:
        """The mentions of these watches from `since` until before `until`, the first in front.

        What was there before its watch is left out.
        """
        rows: list[Found] = []
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
            rows += [Found(*row) for row in self._db.execute(wanted)]
        return tuple(sorted(rows, key=lambda each: (each.at, each.item_id, each.watch_key)))

    def last(self, watch_key: str) -> datetime | None:
        """When a watch last found something that was news."""
        newest: datetime | None = self._db.scalar(
            select(func.max(mention.c.created_at)).where(
                mention.c.watch_key == watch_key, mention.c.baseline.is_(False)
            )
        )
        return newest

    def days(
        self, watch_keys: Collection[str], since: datetime, until: datetime, zone: ZoneInfo
    ) -> tuple[DayCount, ...]:
        """The stories of each watch by the day on which the watch first found them.

        A story that several outlets carry counts once, on the day of the first mention; what was
        there before the watch counts nowhere. Days without any are left out.

        Args:
            watch_keys: which watches.
            since: mentions made at this moment or later.
            until: mentions made before this moment.
            zone: where a day begins.
        """
        found: dict[tuple[str, date], set[int]] = {}
        keys = sorted(set(watch_keys))
        for at in range(0, len(keys), _AT_ONCE):
            rows = self._db.execute(
                select(mention.c.watch_key, item.c.story_id, func.min(mention.c.created_at))
                .join(item, item.c.id == mention.c.item_id)
                .where(
                    mention.c.watch_key.in_(keys[at : at + _AT_ONCE]),
                    mention.c.baseline.is_(False),
                    mention.c.created_at >= since,
                    mention.c.created_at < until,
                )
                .group_by(mention.c.watch_key, item.c.story_id)
            )
            for key, story, first in rows:
                found.setdefault((key, first.astimezone(zone).date()), set()).add(story)
        return tuple(
            DayCount(key, day, frozenset(stories)) for (key, day), stories in sorted(found.items())
        )

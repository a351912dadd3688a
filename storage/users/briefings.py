"""Repository of briefings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from storage.engine.damage import read_each
from storage.model import Briefing, BriefingEntry
from storage.rules.groups import EVERYTHING, GroupScope
from storage.tables import briefing, briefing_entry, item

MAX_BRIEFINGS = 100  # of one user
MAX_ENTRIES = 100  # of one briefing
MAX_TITLE = 200  # characters
MAX_COMMENT = 2_000


class Briefings:
    """Reads and writes briefings, within one transaction. Each belongs to one user."""

    def __init__(self, connection: Connection, scope: GroupScope = EVERYTHING) -> None:
        self._db = connection
        self._scope = scope

    def make(self, user_id: int, title: str, now: datetime) -> int | None:
        """Make an empty briefing; None where the user has `MAX_BRIEFINGS`."""
        own = briefing.c.user_id == user_id
        count = self._db.scalar(select(func.count()).select_from(briefing).where(own))
        if int(count or 0) >= MAX_BRIEFINGS:
            return None
        made = self._db.execute(
            insert(briefing)
            .values(
                user_id=user_id,
                title=title[:MAX_TITLE],
                introduction="",
                made_at=now,
                changed_at=now,
                group_key=self._scope.own,
            )
            .returning(briefing.c.id)
        )
        return int(made.scalar_one())

    def get(self, briefing_id: int, user_id: int) -> Briefing | None:
        """Return a briefing of a user; None where they have none of this id."""
        wanted = select(briefing).where(briefing.c.id == briefing_id, briefing.c.user_id == user_id)
        found = read_each(self._db, wanted, self._read_briefing, table="briefing")
        return found[0] if found else None

    def of_user(self, user_id: int) -> tuple[Briefing, ...]:
        """Return the briefings of a user, the last changed first."""
        wanted = (
            select(briefing)
            .where(briefing.c.user_id == user_id)
            .order_by(briefing.c.changed_at.desc(), briefing.c.id.desc())
        )
        return tuple(read_each(self._db, wanted, self._read_briefing, table="briefing"))

    def add(self, briefing_id: int, item_ids: Sequence[int], now: datetime) -> int:
        """Add items at the end, except unknown items and those it has; return how many."""
        here = briefing_entry.c.briefing_id == briefing_id
        present = dict(
            self._db.execute(
                select(briefing_entry.c.item_id, briefing_entry.c.position).where(here)
            ).all()
        )
        wanted = list(dict.fromkeys(item_ids))[:MAX_ENTRIES]
        known = set(self._db.scalars(select(item.c.id).where(item.c.id.in_(wanted))))
        new = [each for each in wanted if each in known and each not in present]
        new = new[: max(0, MAX_ENTRIES - len(present))]
        last = max(present.values(), default=0)
        for position, item_id in enumerate(new, start=last + 1):
            self._db.execute(
                insert(briefing_entry).values(
                    briefing_id=briefing_id, item_id=item_id, position=position, comment=""
                )
            )
        if new:
            self._set_changed(briefing_id, now)
        return len(new)

    def replace(
        self,
        briefing_id: int,
        *,
        title: str,
        introduction: str,
        entries: Sequence[BriefingEntry],
        now: datetime,
    ) -> None:
        """Store title and introduction, and these entries alone, in this order.

        Unknown items are left out, and what is beyond `MAX_ENTRIES`.
        """
        here = briefing_entry.c.briefing_id == briefing_id
        self._db.execute(delete(briefing_entry).where(here))
        wanted = {each.item_id: each for each in entries[:MAX_ENTRIES]}
        known = set(self._db.scalars(select(item.c.id).where(item.c.id.in_(list(wanted)))))
        kept = [entry for item_id, entry in wanted.items() if item_id in known]
        for position, entry in enumerate(kept, start=1):
            self._db.execute(
                insert(briefing_entry).values(
                    briefing_id=briefing_id,
                    item_id=entry.item_id,
                    position=position,
                    comment=entry.comment[:MAX_COMMENT],
                )
            )
        words = {"title": title[:MAX_TITLE], "introduction": introduction[:MAX_COMMENT]}
        self._db.execute(update(briefing).where(briefing.c.id == briefing_id).values(words))
        self._set_changed(briefing_id, now)

    def remove(self, briefing_id: int) -> None:
        """Delete a briefing."""
        self._db.execute(delete(briefing).where(briefing.c.id == briefing_id))

    def _set_changed(self, briefing_id: int, now: datetime) -> None:
        here = briefing.c.id == briefing_id
        self._db.execute(update(briefing).where(here).values(changed_at=now))

    def _read_briefing(self, row: Row[Any]) -> Briefing:
        wanted = (
            select(briefing_entry)
            .where(briefing_entry.c.briefing_id == row.id)
            .order_by(briefing_entry.c.position, briefing_entry.c.item_id)
        )
        found = read_each(self._db, wanted, _build_entry, table="briefing_entry")
        return Briefing(
            briefing_id=row.id,
            user_id=row.user_id,
            title=row.title,
            introduction=row.introduction,
            made_at=row.made_at,
            changed_at=row.changed_at,
            entries=tuple(found),
        )


def _build_entry(row: Row[Any]) -> BriefingEntry:
    return BriefingEntry(item_id=row.item_id, comment=row.comment)

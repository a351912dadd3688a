"""Repository of mutes on the desk: of stories, outlets, suppliers of a watch, and watches."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, or_, select

from storage.engine.damage import read_each
from storage.model import DeskMute, MuteKind
from storage.rules.groups import EVERYTHING, GroupScope
from storage.rules.wait_bounds import MAX_DESK_MUTE, SKEW
from storage.tables import desk_mute, desk_user, item

MAX_MUTES = 200  # of one user


class DeskMutes:
    """Reads and writes mutes of the desk, within one transaction."""

    def __init__(self, connection: Connection, scope: GroupScope = EVERYTHING) -> None:
        self._db = connection
        self._scope = scope

    def add(
        self,
        kind: MuteKind,
        user_id: int,
        now: datetime,
        *,
        until: datetime,
        subscription_key: str = "",
        watch_key: str = "",
        supplier_key: str = "",
        source_key: str = "",
        item_id: int | None = None,
    ) -> int | None:
        """Add a mute; return its id. Expired mutes of the user are deleted.

        None where the user has `MAX_MUTES`, or the item is unknown.
        """
        theirs = desk_mute.c.user_id == user_id
        self._db.execute(delete(desk_mute).where(theirs, desk_mute.c.until <= now))
        count = self._db.scalar(select(func.count()).select_from(desk_mute).where(theirs))
        if int(count or 0) >= MAX_MUTES:
            return None
        if item_id is not None:
            known = self._db.scalar(select(item.c.id).where(item.c.id == item_id))
            if known is None:
                return None
        made = self._db.execute(
            insert(desk_mute).values(
                kind=kind,
                user_id=user_id,
                subscription_key=subscription_key,
                watch_key=watch_key,
                supplier_key=supplier_key,
                source_key=source_key,
                item_id=item_id,
                made_at=now,
                until=min(until, now + MAX_DESK_MUTE),
                group_key=self._scope.own,
            )
        )
        assert made.inserted_primary_key is not None  # noqa: S101  # one row was inserted
        return int(made.inserted_primary_key[0])

    def remove(self, mute_id: int, *, user_id: int | None = None) -> bool:
        """End a mute; with a user, only one of theirs. Return False where there is none."""
        wanted = [desk_mute.c.id == mute_id]
        if user_id is not None:
            wanted.append(desk_mute.c.user_id == user_id)
        return self._db.execute(delete(desk_mute).where(*wanted)).rowcount == 1

    def of_user(self, user_id: int, now: datetime) -> tuple[DeskMute, ...]:
        """Return the mutes of a user for themselves, the newest first."""
        own = (desk_mute.c.user_id == user_id, desk_mute.c.subscription_key == "")
        return self._read(now, *own)

    def of_subscriptions(self, now: datetime) -> tuple[DeskMute, ...]:
        """Return the mutes for all readers of a subscription, the newest first."""
        return self._read(now, desk_mute.c.subscription_key != "")

    def of_recipients(
        self, recipients: Collection[str], subscription_keys: Collection[str], now: datetime
    ) -> tuple[tuple[str, DeskMute], ...]:
        """Return (address in lower case, mute) for the mutes that apply to messages.

        A user's own mutes apply to messages to the address of the user; those of a subscription
        have an empty address.
        """
        addresses = sorted({each.lower() for each in recipients})
        own = (desk_mute.c.subscription_key == "") & (func.lower(desk_user.c.email).in_(addresses))
        shared = desk_mute.c.subscription_key.in_(sorted(subscription_keys))
        wanted = self._select(now, or_(own, shared))
        return tuple(read_each(self._db, wanted, _build_addressed, table="desk_mute"))

    def _read(self, now: datetime, *wanted: ColumnElement[bool]) -> tuple[DeskMute, ...]:
        return tuple(
            read_each(self._db, self._select(now, *wanted), _build_mute, table="desk_mute")
        )

    def _select(self, now: datetime, *wanted: ColumnElement[bool]) -> Any:
        # one that ends later than a new one could was made while the clock ran ahead
        in_force = (desk_mute.c.until > now, desk_mute.c.until <= now + MAX_DESK_MUTE + SKEW)
        return (
            select(
                *desk_mute.c,
                desk_user.c.name.label("user_name"),
                desk_user.c.email,
                item.c.story_id,
            )
            .join(desk_user, desk_user.c.id == desk_mute.c.user_id)
            .outerjoin(item, item.c.id == desk_mute.c.item_id)
            .where(*in_force, *wanted)
            .order_by(desk_mute.c.id.desc())
        )


def _build_addressed(row: Row[Any]) -> tuple[str, DeskMute]:
    return "" if row.subscription_key else str(row.email).lower(), _build_mute(row)


def _build_mute(row: Row[Any]) -> DeskMute:
    return DeskMute(
        mute_id=row.id,
        kind=row.kind,
        user_id=row.user_id,
        user=row.user_name,
        made_at=row.made_at,
        until=row.until,
        subscription_key=row.subscription_key,
        watch_key=row.watch_key,
        supplier_key=row.supplier_key,
        source_key=row.source_key,
        item_id=row.item_id,
        story_id=row.story_id,
    )

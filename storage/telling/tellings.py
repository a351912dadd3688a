"""Repository of tellings: what is pending for subscribers, and what messages reported."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from storage.archive.items import Items
from storage.engine.damage import Damage, read_unless_damaged
from storage.mentions.asides import Asides, PendingAside
from storage.mentions.mention_rows import read_with_items
from storage.model import Notification, PendingTelling
from storage.rules.age import OldItemsWaiting
from storage.tables import item, mention, outbox, pending_telling, subscriber, told
from storage.telling.outbox import Outbox

# recipient, subscription key, outbox id (None: settled without a message), time
Told = tuple[str, str, int | None, datetime]


class Tellings:
    """Reads and writes tellings, within one transaction."""

    def __init__(self, connection: Connection, items: Items, damage: Damage) -> None:
        self._db = connection
        self._items = items
        self._damage = damage

    def count_pending(self) -> dict[int, int]:
        """Return subscriber id -> number of pending tellings."""
        counted = select(pending_telling.c.subscriber_id, func.count()).group_by(
            pending_telling.c.subscriber_id
        )
        return {row[0]: int(row[1]) for row in self._db.execute(counted)}

    def count_old(self) -> dict[int, OldItemsWaiting]:
        """Return subscriber id -> its pending tellings of old items, except edits.

        Empty where a row is damaged: old items are then reported with the others.
        """
        return read_unless_damaged(
            self._read_old,
            table="pending_telling",
            consequence="old items are told with the others",
        )

    def _read_old(self) -> dict[int, OldItemsWaiting]:
        counted = (
            select(
                pending_telling.c.subscriber_id,
                func.count(),
                func.min(pending_telling.c.created_at),
            )
            .join(mention, mention.c.id == pending_telling.c.mention_id)
            .where(mention.c.old.is_(True), pending_telling.c.what == "new")
            .group_by(pending_telling.c.subscriber_id)
        )
        return {row[0]: OldItemsWaiting(int(row[1]), row[2]) for row in self._db.execute(counted)}

    def pending(
        self, subscriber_ids: Sequence[int], mention_ids: Sequence[int] | None = None
    ) -> tuple[PendingTelling, ...]:
        """Return the pending tellings of these subscribers, oldest first.

        With `mention_ids`, only those of these mentions.
        """
        wanted = [pending_telling.c.subscriber_id.in_(list(subscriber_ids))]
        if mention_ids is not None:
            wanted.append(pending_telling.c.mention_id.in_(list(mention_ids)))
        found = self._db.execute(
            select(
                pending_telling.c.subscriber_id,
                pending_telling.c.mention_id,
                pending_telling.c.revision,
                pending_telling.c.what,
                subscriber.c.recipient,
            )
            .join(subscriber, subscriber.c.id == pending_telling.c.subscriber_id)
            .where(*wanted)
            .order_by(pending_telling.c.created_at, pending_telling.c.mention_id)
        ).all()
        ids = list(dict.fromkeys(row.mention_id for row in found))
        known = {
            one.mention_id: (one, stored)
            for one, stored in read_with_items(self._db, self._items, self._damage, ids)
        }
        return tuple(
            PendingTelling(
                subscriber_id=row.subscriber_id,
                mention=known[row.mention_id][0],
                item=known[row.mention_id][1],
                what="edit" if row.what == "edit" else "new",
                revision=row.revision,
                told_before=self._find_report_time(row.recipient, row.mention_id, row.revision),
            )
            for row in found
            if row.mention_id in known
        )

    def _find_report_time(self, recipient: str, mention_id: int, revision: int) -> datetime | None:
        first: datetime | None = self._db.scalar(
            select(func.min(told.c.told_at))
            .join(subscriber, subscriber.c.id == told.c.subscriber_id)
            .where(
                subscriber.c.recipient == recipient,
                told.c.mention_id == mention_id,
                told.c.revision == revision,
                # without a message it was settled and not sent
                told.c.outbox_id.is_not(None),
            )
        )
        return first

    def cut(
        self,
        subscriber_ids: Sequence[int],
        *,
        notification: Notification | None,
        tellings: Sequence[PendingTelling],
        next_at: Mapping[int, datetime | None],
        local_date: Mapping[int, date],
        now: datetime,
        asides: Sequence[PendingAside] = (),
        omitted: Collection[int] = (),
    ) -> bool:
        """Enqueue a message and mark exactly these tellings as told by it.

        Args:
            notification: None where there is nothing to send.
            tellings: the content of the message.
            next_at: subscriber id -> when to cut next.
            local_date: subscriber id -> the day in its time zone that this cut is for.
            now: the time.
            asides: asides that the message reports, or that are settled without one.
            omitted: ids of mentions in `tellings` that the message omits: settled without it.

        Returns:
            whether a message was enqueued. Nothing is changed where its delivery key exists, or
            one of the tellings is no longer pending.
        """
        if not self._are_all_pending(tellings):
            return False
        outbox_id = None
        if notification is not None:
            if not Outbox(self._db).enqueue(notification, now):
                return False
            wanted = outbox.c.delivery_key == notification.delivery_key
            outbox_id = self._db.execute(select(outbox.c.id).where(wanted)).scalar_one()
        for telling in tellings:
            key = _telling_key(telling)
            by = None if telling.mention.mention_id in omitted else outbox_id
            self._db.execute(insert(told).values(**key, outbox_id=by, told_at=now))
            this = and_(*(pending_telling.c[name] == value for name, value in key.items()))
            self._db.execute(delete(pending_telling).where(this))
        Asides(self._db, self._items).settle(asides, outbox_id, now)
        for subscriber_id in subscriber_ids:
            values: dict[str, Any] = {"last_cut_at": now, "next_at": next_at.get(subscriber_id)}
            if subscriber_id in local_date:
                values["last_cut_date"] = local_date[subscriber_id]
            this_one = subscriber.c.id == subscriber_id
            self._db.execute(update(subscriber).where(this_one).values(values))
        return notification is not None

    def _are_all_pending(self, tellings: Sequence[PendingTelling]) -> bool:
        """Return whether all of these are still pending, and lock them until the commit."""
        subscribers = sorted({telling.subscriber_id for telling in tellings})
        rows = self._db.execute(
            select(
                pending_telling.c.subscriber_id,
                pending_telling.c.mention_id,
                pending_telling.c.revision,
            )
            .where(pending_telling.c.subscriber_id.in_(subscribers))
            .order_by(*pending_telling.primary_key)
            .with_for_update()
        )
        pending = set(rows.all())
        return all(
            (telling.subscriber_id, telling.mention.mention_id, telling.revision) in pending
            for telling in tellings
        )

    def told_to(self, mention_id: int) -> tuple[Told, ...]:
        """Return (recipient, subscription key, outbox id, time) of each telling of a mention."""
        found = self._db.execute(
            select(
                subscriber.c.recipient,
                subscriber.c.subscription_key,
                told.c.outbox_id,
                told.c.told_at,
            )
            .join(subscriber, subscriber.c.id == told.c.subscriber_id)
            .where(told.c.mention_id == mention_id)
            .order_by(told.c.told_at, subscriber.c.recipient)
        )
        return tuple((row[0], row[1], row[2], row[3]) for row in found)

    def alert_ids(self, recipient: str, story: int) -> tuple[str, ...]:
        """Return Message-IDs of the alerts about a story to a recipient, oldest first."""
        found = self._db.execute(
            select(outbox.c.message_id, func.min(told.c.told_at).label("at"))
            .join(told, told.c.outbox_id == outbox.c.id)
            .join(subscriber, subscriber.c.id == told.c.subscriber_id)
            .join(mention, mention.c.id == told.c.mention_id)
            .join(item, item.c.id == mention.c.item_id)
            .where(
                subscriber.c.recipient == recipient,
                item.c.story_id == story,
                outbox.c.kind == "alert",
            )
            .group_by(outbox.c.id, outbox.c.message_id)
            .order_by("at", outbox.c.id)
        )
        return tuple(row.message_id for row in found)

    def has_welcome(self, recipient: str) -> bool:
        """Return whether a welcome message to a recipient exists."""
        wanted = outbox.c.delivery_key == f"welcome:{recipient}"
        return self._db.scalar(select(outbox.c.id).where(wanted)) is not None


def _telling_key(telling: PendingTelling) -> dict[str, int]:
    return {
        "subscriber_id": telling.subscriber_id,
        "mention_id": telling.mention.mention_id,
        "revision": telling.revision,
    }

"""Repository of subscribers: their pending tellings, and the transaction that sends them."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, select, update

from config import model as declared
from storage.archive.item_rows import EPOCH
from storage.archive.items import Items
from storage.engine.damage import Damage, is_decode_error, read_columns, read_unless_damaged
from storage.engine.dialect import insert_new, lock_task
from storage.model import Notification, PendingTelling, Subscriber
from storage.rules.age import OldItemsWaiting
from storage.tables import (
    aside,
    aside_telling,
    item,
    mention,
    outbox,
    pending_telling,
    subscriber,
    told,
)
from storage.telling.asides import Asides, PendingAside
from storage.telling.mentions import with_items
from storage.telling.outbox import Outbox

log = logging.getLogger(__name__)

ALL_WATCHES = "*"
Told = tuple[str, str, int | None, datetime]
# no dates: a damaged one must not keep the service from starting
_DECLARED = (
    *(subscriber.c.id, subscriber.c.subscription_key, subscriber.c.recipient, subscriber.c.active),
    subscriber.c.ended_at.is_not(None).label("ended"),
)


class Subscribers:
    """Reads and writes subscribers and pending tellings, within one transaction."""

    def __init__(self, connection: Connection, items: Items, damage: Damage) -> None:
        self._db = connection
        self._items = items
        self._damage = damage

    def declare(
        self, subscriptions: Sequence[declared.Subscription], now: datetime
    ) -> tuple[Subscriber, ...]:
        """Activate exactly these subscriptions; return the active subscribers.

        Pending tellings of a removed subscription move to another one of the same recipient that
        has the watch; where there is none, they are deleted and their number is logged.
        """
        lock_task(self._db, "declare")
        wanted = {(s.key, to): s for s in subscriptions for to in s.to}
        known = {
            (row.subscription_key, row.recipient): row
            for row in self._db.execute(select(*_DECLARED)).all()
        }
        for key, recipient in wanted:
            row = known.get((key, recipient))
            if row is None:
                self._db.execute(
                    insert(subscriber).values(
                        subscription_key=key, recipient=recipient, active=True, activated_at=now
                    )
                )
            elif not row.active and not row.ended:
                self._db.execute(
                    update(subscriber)
                    .where(subscriber.c.id == row.id)
                    .values(active=True, activated_at=now, next_at=None)
                )
        for pair, row in known.items():
            if pair in wanted:
                continue
            if row.active:
                self._retire(row, subscriptions)
            elif row.ended:
                # removed by the operator too: adding it again subscribes the reader again
                this = subscriber.c.id == row.id
                self._db.execute(update(subscriber).where(this).values(ended_at=None))
        return self.all()

    def _retire(self, gone: Row[Any], subscriptions: Sequence[declared.Subscription]) -> None:
        theirs = [s for s in subscriptions if gone.recipient in s.to]
        heirs = [(s, self._find_id(s.key, gone.recipient)) for s in theirs]
        waiting = self._db.execute(
            select(pending_telling, mention.c.watch_key)
            .join(mention, mention.c.id == pending_telling.c.mention_id)
            .where(pending_telling.c.subscriber_id == gone.id)
        ).all()
        dropped = 0
        for row in waiting:
            heir = _find_heir(heirs, row.watch_key)
            if heir is None:
                dropped += 1
                continue
            moved = {
                "subscriber_id": heir,
                "mention_id": row.mention_id,
                "revision": row.revision,
                "what": row.what,
                "created_at": row.created_at,
            }
            if not self._was_told(heir, row.mention_id, row.revision):
                insert_new(self._db, pending_telling, moved, list(pending_telling.primary_key))
        self._db.execute(delete(pending_telling).where(pending_telling.c.subscriber_id == gone.id))
        self._move_asides(gone.id, heirs)
        self._db.execute(update(subscriber).where(subscriber.c.id == gone.id).values(active=False))
        if dropped:
            log.warning(
                "telling.dropped count=%d subscription=%s recipient=%s",
                dropped,
                gone.subscription_key,
                gone.recipient,
            )

    def _move_asides(
        self, gone_id: int, heirs: Sequence[tuple[declared.Subscription, int]]
    ) -> None:
        """Move pending asides to another digest of the recipient, or delete them."""
        waits = (aside_telling.c.subscriber_id == gone_id, aside_telling.c.told_at.is_(None))
        waiting = self._db.execute(
            select(aside_telling.c.aside_id, aside_telling.c.created_at, aside.c.watch_key)
            .join(aside, aside.c.id == aside_telling.c.aside_id)
            .where(*waits)
        ).all()
        digests = [(s, heir) for s, heir in heirs if s.cadence.kind != "immediate"]
        for row in waiting:
            heir = _find_heir(digests, row.watch_key)
            if heir is not None:
                values = {
                    "subscriber_id": heir,
                    "aside_id": row.aside_id,
                    "created_at": row.created_at,
                }
                insert_new(self._db, aside_telling, values, list(aside_telling.primary_key))
        self._db.execute(delete(aside_telling).where(*waits))

    def _find_id(self, key: str, recipient: str) -> int:
        wanted = (subscriber.c.subscription_key == key, subscriber.c.recipient == recipient)
        return int(self._db.execute(select(subscriber.c.id).where(*wanted)).scalar_one())

    def _was_told(self, subscriber_id: int, mention_id: int, revision: int) -> bool:
        this = (
            told.c.subscriber_id == subscriber_id,
            told.c.mention_id == mention_id,
            told.c.revision == revision,
        )
        return self._db.scalar(select(told.c.mention_id).where(*this)) is not None

    def all(self) -> tuple[Subscriber, ...]:
        """Return the active subscribers."""
        return self._subscribers(subscriber.c.active.is_(True))

    def due(self, now: datetime) -> tuple[Subscriber, ...]:
        """Return active subscribers whose `next_at` has come."""
        return self._subscribers(subscriber.c.active.is_(True), subscriber.c.next_at <= now)

    def named(self, subscriber_ids: Sequence[int]) -> tuple[Subscriber, ...]:
        """Return subscribers by id, including inactive ones."""
        return self._subscribers(subscriber.c.id.in_(list(subscriber_ids)))

    def ended(self) -> tuple[Subscriber, ...]:
        """Return subscribers who unsubscribed and are still declared."""
        return self._subscribers(subscriber.c.ended_at.is_not(None))

    def _subscribers(self, *tests: Any) -> tuple[Subscriber, ...]:
        found = select(subscriber).where(*tests).order_by(subscriber.c.id)
        try:
            return tuple(_subscriber(row._asdict()) for row in self._db.execute(found).all())
        except Exception as error:
            if not is_decode_error(error):
                raise
        ids = select(subscriber.c.id).where(*tests).order_by(subscriber.c.id)
        each = (self._read_damaged(row_id) for row_id in self._db.scalars(ids).all())
        return tuple(one for one in each if one is not None)

    def _read_damaged(self, row_id: int) -> Subscriber | None:
        """Read a row that may be damaged; None without a recipient or subscription key.

        A date that cannot be decoded becomes None: the next one is computed again.
        """
        this = subscriber.c.id == row_id
        try:
            return _subscriber(self._db.execute(select(subscriber).where(this)).one()._asdict())
        except Exception as error:
            if not is_decode_error(error):
                raise
            self._damage.record("subscriber", row_id, error)
        values = read_columns(self._db, list(subscriber.columns), this)
        if values["recipient"] is None or values["subscription_key"] is None:
            return None
        began = values["activated_at"] or EPOCH
        return _subscriber(values | {"activated_at": began, "id": row_id})

    def set_next(self, subscriber_id: int, next_at: datetime | None) -> None:
        """Set when this subscriber gets its next message."""
        this = subscriber.c.id == subscriber_id
        self._db.execute(update(subscriber).where(this).values(next_at=next_at))

    def waiting(self) -> dict[int, int]:
        """Return subscriber id -> number of pending tellings."""
        counted = select(pending_telling.c.subscriber_id, func.count()).group_by(
            pending_telling.c.subscriber_id
        )
        return {row[0]: int(row[1]) for row in self._db.execute(counted)}

    def waiting_old(self) -> dict[int, OldItemsWaiting]:
        """Return subscriber id -> its pending tellings of old items that are no edits.

        None where a row is damaged: they are told with what is news.
        """
        return read_unless_damaged(
            self._read_waiting_old,
            table="pending_telling",
            consequence="old items are told with the others",
        )

    def _read_waiting_old(self) -> dict[int, OldItemsWaiting]:
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
            for one, stored in with_items(self._db, self._items, self._damage, ids)
        }
        return tuple(
            PendingTelling(
                subscriber_id=row.subscriber_id,
                mention=known[row.mention_id][0],
                item=known[row.mention_id][1],
                what="edit" if row.what == "edit" else "new",
                revision=row.revision,
                told_before=self._find_told_at(row.recipient, row.mention_id, row.revision),
            )
            for row in found
            if row.mention_id in known
        )

    def _find_told_at(self, recipient: str, mention_id: int, revision: int) -> datetime | None:
        first: datetime | None = self._db.scalar(
            select(func.min(told.c.told_at))
            .join(subscriber, subscriber.c.id == told.c.subscriber_id)
            .where(
                subscriber.c.recipient == recipient,
                told.c.mention_id == mention_id,
                told.c.revision == revision,
                # without a message it was settled, not sent
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
        left: Collection[int] = (),
    ) -> bool:
        """Enqueue a message and mark exactly these tellings as told by it.

        Args:
            notification: None where there is nothing to send.
            tellings: the content of the message.
            next_at: per subscriber, when to cut next.
            local_date: per subscriber, the day in its zone that this cut is for.
            now: the time.
            asides: told by the message too, or settled without one.
            left: ids of mentions in `tellings` that the message does not tell: settled without it.

        Returns:
            whether a message was enqueued. Nothing is changed where its delivery key exists, or
            one of the tellings is not pending any more.
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
            key = _key_of(telling)
            by = None if telling.mention.mention_id in left else outbox_id
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
        """Return whether all of these are still pending; locks them until the commit."""
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

    def alerts_on(self, recipient: str, story: int) -> tuple[str, ...]:
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

    def welcomed(self, recipient: str) -> bool:
        """Return whether this recipient was sent a welcome message."""
        wanted = outbox.c.delivery_key == f"welcome:{recipient}"
        return self._db.scalar(select(outbox.c.id).where(wanted)) is not None


def _subscriber(values: Mapping[str, Any]) -> Subscriber:
    return Subscriber(
        subscriber_id=values["id"],
        subscription_key=values["subscription_key"],
        recipient=values["recipient"],
        activated_at=values["activated_at"],
        next_at=values["next_at"],
        last_cut_at=values["last_cut_at"],
        last_cut_date=values["last_cut_date"],
        ended_at=values["ended_at"],
    )


def _find_heir(heirs: Sequence[tuple[declared.Subscription, int]], watch_key: str) -> int | None:
    """Return the first subscriber whose subscription has the watch."""
    return next((heir for s, heir in heirs if _has_watch(s, watch_key)), None)


def _has_watch(subscription: declared.Subscription, key: str) -> bool:
    return key in subscription.watches or ALL_WATCHES in subscription.watches


def _key_of(telling: PendingTelling) -> dict[str, int]:
    return {
        "subscriber_id": telling.subscriber_id,
        "mention_id": telling.mention.mention_id,
        "revision": telling.revision,
    }

"""Repository of subscribers: the recipients of declared subscriptions."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from config import model as declared
from storage.archive.item_rows import EPOCH
from storage.engine.damage import Damage, is_decode_error, read_columns
from storage.engine.dialect import insert_new, lock_task
from storage.model import Subscriber
from storage.tables import (
    aside,
    aside_telling,
    mention,
    pending_telling,
    subscriber,
    told,
)

log = logging.getLogger(__name__)

ALL_WATCHES = "*"
# without dates: a damaged one must not keep the service from starting
_DECLARED = (
    *(subscriber.c.id, subscriber.c.subscription_key, subscriber.c.recipient, subscriber.c.active),
    subscriber.c.ended_at.is_not(None).label("ended"),
)


class Subscribers:
    """Reads and writes subscribers, within one transaction."""

    def __init__(self, connection: Connection, damage: Damage) -> None:
        self._db = connection
        self._damage = damage

    def declare(
        self, subscriptions: Sequence[declared.Subscription], now: datetime
    ) -> tuple[Subscriber, ...]:
        """Activate exactly these subscriptions; return the active subscribers.

        Pending tellings of a removed subscription move to another one of the same recipient that
        has the watch; where there is none, they are deleted and tsuccessor number is logged.
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
                # removed by the operator too, so that adding it again subscribes the reader again
                this = subscriber.c.id == row.id
                self._db.execute(update(subscriber).where(this).values(ended_at=None))
        return self.all()

    def _retire(self, gone: Row[Any], subscriptions: Sequence[declared.Subscription]) -> None:
        tsuccessors = [s for s in subscriptions if gone.recipient in s.to]
        successors = [(s, self._find_id(s.key, gone.recipient)) for s in tsuccessors]
        waiting = self._db.execute(
            select(pending_telling, mention.c.watch_key)
            .join(mention, mention.c.id == pending_telling.c.mention_id)
            .where(pending_telling.c.subscriber_id == gone.id)
        ).all()
        deleted = 0
        for row in waiting:
            successor = _find_successor(successors, row.watch_key)
            if successor is None:
                deleted += 1
                continue
            moved = {
                "subscriber_id": successor,
                "mention_id": row.mention_id,
                "revision": row.revision,
                "what": row.what,
                "created_at": row.created_at,
            }
            if not self._was_reported(successor, row.mention_id, row.revision):
                insert_new(self._db, pending_telling, moved, list(pending_telling.primary_key))
        self._db.execute(delete(pending_telling).where(pending_telling.c.subscriber_id == gone.id))
        self._move_asides(gone.id, successors)
        self._db.execute(update(subscriber).where(subscriber.c.id == gone.id).values(active=False))
        if deleted:
            log.warning(
                "telling.deleted count=%d subscription=%s recipient=%s",
                deleted,
                gone.subscription_key,
                gone.recipient,
            )

    def _move_asides(
        self, gone_id: int, successors: Sequence[tuple[declared.Subscription, int]]
    ) -> None:
        """Move pending asides to another digest of the recipient, or delete them."""
        waits = (aside_telling.c.subscriber_id == gone_id, aside_telling.c.told_at.is_(None))
        waiting = self._db.execute(
            select(aside_telling.c.aside_id, aside_telling.c.created_at, aside.c.watch_key)
            .join(aside, aside.c.id == aside_telling.c.aside_id)
            .where(*waits)
        ).all()
        digests = [(s, successor) for s, successor in successors if s.cadence.kind != "immediate"]
        for row in waiting:
            successor = _find_successor(digests, row.watch_key)
            if successor is not None:
                values = {
                    "subscriber_id": successor,
                    "aside_id": row.aside_id,
                    "created_at": row.created_at,
                }
                insert_new(self._db, aside_telling, values, list(aside_telling.primary_key))
        self._db.execute(delete(aside_telling).where(*waits))

    def _find_id(self, key: str, recipient: str) -> int:
        wanted = (subscriber.c.subscription_key == key, subscriber.c.recipient == recipient)
        return int(self._db.execute(select(subscriber.c.id).where(*wanted)).scalar_one())

    def _was_reported(self, subscriber_id: int, mention_id: int, revision: int) -> bool:
        this = (
            told.c.subscriber_id == subscriber_id,
            told.c.mention_id == mention_id,
            told.c.revision == revision,
        )
        return self._db.scalar(select(told.c.mention_id).where(*this)) is not None

    def all(self) -> tuple[Subscriber, ...]:
        """Return the active subscribers."""
        return self._read_subscribers(subscriber.c.active.is_(True))

    def by_ids(self, subscriber_ids: Sequence[int]) -> tuple[Subscriber, ...]:
        """Return subscribers by id, including inactive ones."""
        return self._read_subscribers(subscriber.c.id.in_(list(subscriber_ids)))

    def ended(self) -> tuple[Subscriber, ...]:
        """Return subscribers who unsubscribed and are still declared."""
        return self._read_subscribers(subscriber.c.ended_at.is_not(None))

    def _read_subscribers(self, *tests: Any) -> tuple[Subscriber, ...]:
        found = select(subscriber).where(*tests).order_by(subscriber.c.id)
        try:
            return tuple(_build_subscriber(row._asdict()) for row in self._db.execute(found).all())
        except Exception as error:
            if not is_decode_error(error):
                raise
        ids = select(subscriber.c.id).where(*tests).order_by(subscriber.c.id)
        each = (self._read_damaged(row_id) for row_id in self._db.scalars(ids).all())
        return tuple(one for one in each if one is not None)

    def _read_damaged(self, row_id: int) -> Subscriber | None:
        """Read a row that may be damaged; None without recipient or subscription key.

        A date that cannot be decoded becomes None: the next one is computed again.
        """
        this = subscriber.c.id == row_id
        try:
            return _build_subscriber(
                self._db.execute(select(subscriber).where(this)).one()._asdict()
            )
        except Exception as error:
            if not is_decode_error(error):
                raise
            self._damage.record("subscriber", row_id, error)
        values = read_columns(self._db, list(subscriber.columns), this)
        if values["recipient"] is None or values["subscription_key"] is None:
            return None
        began = values["activated_at"] or EPOCH
        return _build_subscriber(values | {"activated_at": began, "id": row_id})

    def set_next(self, subscriber_id: int, next_at: datetime | None) -> None:
        """Set when this subscriber gets its next message."""
        this = subscriber.c.id == subscriber_id
        self._db.execute(update(subscriber).where(this).values(next_at=next_at))


def _build_subscriber(values: Mapping[str, Any]) -> Subscriber:
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


def _find_successor(
    successors: Sequence[tuple[declared.Subscription, int]], watch_key: str
) -> int | None:
    """Return the first subscriber whose subscription has the watch."""
    return next((successor for s, successor in successors if _has_watch(s, watch_key)), None)


def _has_watch(subscription: declared.Subscription, key: str) -> bool:
    return key in subscription.watches or ALL_WATCHES in subscription.watches

"""Repository of what readers request by links in messages: unsubscribe, mute, "not relevant"."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, delete, select, update

from storage.engine.damage import is_decode_error, read_each
from storage.engine.dialect import insert_new, upsert
from storage.model import WAITING, MessageState
from storage.rules.wait_bounds import MAX_MUTE
from storage.tables import (
    aside_telling,
    feedback,
    item,
    mute,
    outbox,
    pending_telling,
    secret,
    subscriber,
    told,
)
from storage.telling.desk_requests import (
    IrrelevantItem,
    LinkedDismissal,
    read_by_links,
    read_dismissed,
    read_irrelevant,
)

__all__ = ["IrrelevantItem", "MutedWatch", "ReaderRequests"]

KEY_BYTES = 32
log = logging.getLogger(__name__)

_LINK_KEY = "links"
_READER_KINDS = ("digest", "alert", "welcome")


class MutedWatch(NamedTuple):
    """A watch that is muted for a subscriber until a time."""

    subscriber_id: int
    watch_key: str
    until: datetime


def _build_muted(row: Row[Any]) -> MutedWatch:
    return MutedWatch(row.subscriber_id, row.watch_key, row.until)


class ReaderRequests:
    """Reads and writes requests of readers, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def link_key(self) -> bytes | None:
        """Return the key that signs links; None where there is none yet, or its row is damaged."""
        wanted = select(secret.c.value).where(secret.c.name == _LINK_KEY)
        try:
            found = self._db.scalar(wanted)
        except Exception as error:
            if not is_decode_error(error):
                raise
            found = None
        return found if isinstance(found, bytes) and len(found) == KEY_BYTES else None

    def get_or_make_link_key(self) -> bytes:
        """Return the key that signs links; it is made where there is none.

        A damaged one is replaced: the links of earlier messages are invalid then.
        """
        fresh = {"name": _LINK_KEY, "value": secrets.token_bytes(KEY_BYTES)}
        if not insert_new(self._db, secret, fresh, [secret.c.name]) and self.link_key() is None:
            log.error("row.damaged table=secret: links of earlier messages are invalid now")
            self._db.execute(update(secret).where(secret.c.name == _LINK_KEY).values(fresh))
        made = self.link_key()
        assert made is not None  # noqa: S101  # it has just been written
        return made

    def end(self, subscriber_ids: Sequence[int], now: datetime) -> int:
        """Unsubscribe these subscribers and delete their pending tellings.

        An unsent message is stopped, unless it also reports to another subscriber.

        Returns:
            how many were not unsubscribed before.
        """
        theirs = subscriber.c.id.in_(list(subscriber_ids))
        ended = self._db.execute(
            update(subscriber)
            .where(theirs, subscriber.c.ended_at.is_(None))
            .values(active=False, ended_at=now)
        ).rowcount
        gone = pending_telling.c.subscriber_id.in_(list(subscriber_ids))
        self._db.execute(delete(pending_telling).where(gone))
        waiting = aside_telling.c.subscriber_id.in_(list(subscriber_ids))
        self._db.execute(delete(aside_telling).where(waiting, aside_telling.c.told_at.is_(None)))
        recipients = self._db.scalars(select(subscriber.c.recipient).where(theirs).distinct()).all()
        for recipient in recipients:
            self._stop_messages(recipient, subscriber_ids)
        return ended

    def _stop_messages(self, recipient: str, subscriber_ids: Sequence[int]) -> None:
        to_them = (outbox.c.recipient == recipient, outbox.c.state.in_(WAITING))
        active = and_(subscriber.c.recipient == recipient, subscriber.c.active.is_(True))
        stopped = update(outbox).values(
            state=MessageState.STOPPED, due_at=None, last_error="its reader has unsubscribed"
        )
        if self._db.scalar(select(subscriber.c.id).where(active).limit(1)) is None:
            # the recipient has no active subscription: stop all messages to readers
            self._db.execute(stopped.where(*to_them, outbox.c.kind.in_(_READER_KINDS)))
            return
        ended = list(subscriber_ids)
        reports = select(told.c.outbox_id).where(told.c.outbox_id == outbox.c.id)
        by_these = reports.where(told.c.subscriber_id.in_(ended)).exists()
        by_others = reports.where(told.c.subscriber_id.not_in(ended)).exists()
        self._db.execute(stopped.where(*to_them, by_these, ~by_others))

    def resume(self, subscriber_ids: Sequence[int], now: datetime) -> int:
        """Subscribe these again, from now on; return how many were unsubscribed."""
        theirs = (subscriber.c.id.in_(list(subscriber_ids)), subscriber.c.ended_at.is_not(None))
        values = {"active": True, "ended_at": None, "activated_at": now, "next_at": None}
        return self._db.execute(update(subscriber).where(*theirs).values(values)).rowcount

    def mute(self, subscriber_ids: Sequence[int], watch_key: str, until: datetime) -> None:
        """Mute a watch for these subscribers until a time."""
        for subscriber_id in subscriber_ids:
            values = {"subscriber_id": subscriber_id, "watch_key": watch_key, "until": until}
            upsert(self._db, mute, values, list(mute.primary_key))

    def unmute(self, subscriber_ids: Sequence[int], watch_key: str) -> None:
        """End the mute of a watch for these subscribers."""
        theirs = (mute.c.subscriber_id.in_(list(subscriber_ids)), mute.c.watch_key == watch_key)
        self._db.execute(delete(mute).where(*theirs))

    def muted(
        self, now: datetime, subscriber_ids: Collection[int] | None = None
    ) -> tuple[MutedWatch, ...]:
        """Return the watches that are muted now, of these subscribers or of all."""
        wanted = select(mute).where(mute.c.until > now, mute.c.until <= now + MAX_MUTE)
        if subscriber_ids is not None:
            wanted = wanted.where(mute.c.subscriber_id.in_(list(subscriber_ids)))
        ordered = wanted.order_by(mute.c.subscriber_id, mute.c.watch_key)
        return tuple(read_each(self._db, ordered, _build_muted, table="mute"))

    def dismiss(
        self, subscriber_ids: Sequence[int], watch_key: str, item_id: int, now: datetime
    ) -> bool:
        """Mark an item as not relevant to a watch; return False where it does not exist."""
        if self._db.scalar(select(item.c.id).where(item.c.id == item_id)) is None:
            return False
        for subscriber_id in subscriber_ids:
            values = {
                "subscriber_id": subscriber_id,
                "watch_key": watch_key,
                "item_id": item_id,
                "given_at": now,
            }
            insert_new(self._db, feedback, values, list(feedback.primary_key))
        return True

    def undo_dismissal(self, subscriber_ids: Sequence[int], watch_key: str, item_id: int) -> None:
        """Undo a "not relevant"."""
        self._db.execute(
            delete(feedback).where(
                feedback.c.subscriber_id.in_(list(subscriber_ids)),
                feedback.c.watch_key == watch_key,
                feedback.c.item_id == item_id,
            )
        )

    def dismissed(
        self, subscriber_ids: Collection[int], item_ids: Collection[int]
    ) -> frozenset[tuple[int, str, int]]:
        """Return (subscriber id, watch key, item id) of items marked as not relevant by these.

        By a link, or on the desk by the user who has the address of the subscriber.
        """
        rows = self._db.execute(
            select(feedback.c.subscriber_id, feedback.c.watch_key, feedback.c.item_id).where(
                feedback.c.item_id.in_(list(item_ids)),
                feedback.c.subscriber_id.in_(list(subscriber_ids)),
            )
        )
        by_links = frozenset((row[0], row[1], row[2]) for row in rows)
        return by_links | read_dismissed(self._db, subscriber_ids, item_ids)

    def dismissed_by_links(self, story_ids: Collection[int]) -> tuple[LinkedDismissal, ...]:
        """Return what readers marked as not relevant by links, for some stories, oldest first."""
        return read_by_links(self._db, story_ids)

    def irrelevant(
        self, watch_key: str | None = None, limit: int = 1000
    ) -> tuple[IrrelevantItem, ...]:
        """Return items marked as not relevant to a watch, or to any, newest first.

        By links and on the desk.
        """
        wanted = (
            select(
                feedback.c.watch_key,
                feedback.c.item_id,
                item.c.title,
                item.c.url,
                subscriber.c.recipient,
                feedback.c.given_at,
            )
            .join(item, item.c.id == feedback.c.item_id)
            .join(subscriber, subscriber.c.id == feedback.c.subscriber_id)
            .order_by(feedback.c.given_at.desc(), feedback.c.item_id, feedback.c.subscriber_id)
            .limit(limit)
        )
        if watch_key is not None:
            wanted = wanted.where(feedback.c.watch_key == watch_key)
        by_links = [IrrelevantItem(*row) for row in self._db.execute(wanted)]
        both = [*by_links, *read_irrelevant(self._db, watch_key, limit)]
        return tuple(sorted(both, key=lambda each: each.given_at, reverse=True)[:limit])

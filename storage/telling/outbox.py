"""Repository of the outbox: a row for each message and recipient, claimed, sent and recorded."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from storage.engine.damage import read_each
from storage.engine.dialect import insert_new
from storage.jobs.step_jobs import ServiceStep, queue_step
from storage.model import WAITING, MessageState, Notification, OutboxMessage, Receipt
from storage.tables import outbox, pause
from storage.telling.damaged_messages import DECODING_ERRORS, quarantine_message

_STATE_AFTER = {
    "delivered": MessageState.SENT,
    "deferred": MessageState.RETRY,
    "refused": MessageState.DEAD,
    "paused": MessageState.RETRY,
    "unknown": MessageState.UNCERTAIN,
}


class Outbox:
    """Reads and writes messages, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def enqueue(self, notification: Notification, now: datetime) -> bool:
        """Insert a message; return False where its delivery key exists."""
        values = {
            "delivery_key": notification.delivery_key,
            "kind": notification.kind,
            "channel": notification.channel,
            "recipient": notification.recipient,
            "subject": notification.subject,
            "message_id": notification.message_id,
            "raw": notification.raw,
            "state": MessageState.QUEUED,
            "attempts": 0,
            "unknown_outcomes": 0,
            "created_at": now,
            "next_at": now,
            "due_at": now,
        }
        added = insert_new(self._db, outbox, values, [outbox.c.delivery_key])
        if added:
            queue_step(self._db, ServiceStep.DELIVER)
        return added

    def claim(
        self,
        now: datetime,
        *,
        owner: str,
        lease: timedelta,
        longest_wait: timedelta = timedelta(days=3650),
        without: Collection[str] = (),
    ) -> OutboxMessage | None:
        """Lease the message that has been due longest; None where none is due.

        Messages of paused channels are skipped. An expired lease means that its sender ended:
        whether the message was sent is unknown, and is counted as such. A row that cannot be
        decoded is marked as dead, and the next one is taken.

        Args:
            now: the time.
            owner: name of the sender.
            lease: duration of the lease.
            longest_wait: a message that is due later was dated by a clock that ran ahead, and is
                due now.
            without: channels to skip.
        """
        # two queries, each a range of the index
        for due in (outbox.c.due_at <= now, outbox.c.due_at > now + longest_wait):
            while (row := self._find_first_due(due, without)) is not None:
                unknown = 1 if row.was_leased else 0
                self._db.execute(
                    update(outbox)
                    .where(outbox.c.id == row.id)
                    .values(
                        state=MessageState.LEASED,
                        lease_owner=owner,
                        lease_until=now + lease,
                        due_at=now + lease,
                        attempts=outbox.c.attempts + 1,
                        unknown_outcomes=outbox.c.unknown_outcomes + unknown,
                    )
                )
                try:
                    return self.get(row.id)
                except DECODING_ERRORS as error:
                    quarantine_message(self._db, row.id, error, now)
        return None

    def _find_first_due(
        self, due: ColumnElement[bool], without: Collection[str]
    ) -> Row[int, bool] | None:
        # compared in the database: a state that cannot be decoded must not stop the others
        was_leased = (outbox.c.state == MessageState.LEASED).label("was_leased")
        wanted = (
            select(outbox.c.id, was_leased)
            .where(due, outbox.c.channel.not_in(select(pause.c.channel)))
            .order_by(outbox.c.due_at, outbox.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if without:
            wanted = wanted.where(outbox.c.channel.not_in(list(without)))
        return self._db.execute(wanted).one_or_none()

    def expire_leases(self, owner: str, now: datetime) -> int:
        """Expire the leases of ended senders whose names begin with `owner`; return their number.

        The messages are due at once; whether each was sent is unknown, and counted as such.
        """
        theirs = (
            outbox.c.state == MessageState.LEASED,
            outbox.c.lease_owner.startswith(owner, autoescape=True),
        )
        return self._db.execute(
            update(outbox).where(*theirs).values(lease_until=now, due_at=now)
        ).rowcount

    def record(
        self, row_id: int, receipt: Receipt, *, now: datetime, next_at: datetime | None
    ) -> None:
        """Record the result of a delivery attempt. Without `next_at` the state is sent or dead.

        A sent message stays sent, whatever a sender with an expired lease records.
        """
        state = _STATE_AFTER[receipt.outcome]
        if next_at is None and state != MessageState.SENT:
            state = MessageState.DEAD
        values: dict[str, Any] = {
            "state": state,
            "lease_owner": None,
            "lease_until": None,
            "due_at": next_at if state in WAITING else None,
            "last_code": receipt.code,
            "last_error": None if receipt.outcome == "delivered" else receipt.detail,
        }
        if state == MessageState.SENT:
            values["sent_at"] = now
        if next_at is not None:
            values["next_at"] = next_at
        if receipt.outcome == "unknown":
            values["unknown_outcomes"] = outbox.c.unknown_outcomes + 1
        if receipt.outcome == "paused":
            values["attempts"] = outbox.c.attempts - 1  # not the fault of the message
        change = update(outbox).where(outbox.c.id == row_id)
        if state != MessageState.SENT:
            change = change.where(outbox.c.state != MessageState.SENT)
        self._db.execute(change.values(values))

    def get(self, row_id: int) -> OutboxMessage | None:
        """Return one message; None where unknown."""
        row = self._db.execute(select(outbox).where(outbox.c.id == row_id)).one_or_none()
        return None if row is None else _build_message(row)

    def list(
        self,
        *,
        states: Collection[str] | None = None,
        limit: int = 100,
        before: int | None = None,
    ) -> tuple[OutboxMessage, ...]:
        """Return messages, newest first; with `before`, those older than the one of this id."""
        found = select(outbox).order_by(outbox.c.id.desc()).limit(limit)
        if states is not None:
            found = found.where(outbox.c.state.in_(list(states)))
        if before is not None:
            found = found.where(outbox.c.id < before)
        return tuple(read_each(self._db, found, _build_message, table="outbox"))

    def known(self, delivery_keys: Collection[str]) -> frozenset[str]:
        """Return those of `delivery_keys` that have a message."""
        wanted = outbox.c.delivery_key.in_(list(delivery_keys))
        return frozenset(self._db.scalars(select(outbox.c.delivery_key).where(wanted)))

    def alarms(self, subject: str, *, limit: int) -> tuple[tuple[str, datetime], ...]:
        """Return (heading, time) of the alarms of unusual volume about a subject, newest first.

        `subject` is the one in their delivery keys: `supplier:Halcyon`.
        """
        key = outbox.c.delivery_key
        found = (
            select(outbox.c.subject, outbox.c.created_at)
            # a range of the index on delivery keys; `;` follows `:`
            .where(
                key >= "unusual:", key < "unusual;", key.contains(f":{subject}:", autoescape=True)
            )
            .order_by(outbox.c.id.desc())
            .limit(limit)
        )
        return tuple(
            read_each(self._db, found, lambda row: (row.subject, row.created_at), table="outbox")
        )

    def counts(self) -> dict[str, int]:
        """Return state -> number of messages; a state that cannot be decoded is left out."""
        number = func.count().label("number")
        counted = select(outbox.c.state, number).group_by(outbox.c.state).order_by(outbox.c.state)
        rows = read_each(
            self._db,
            counted,
            lambda row: (MessageState(row.state).value, int(row.number)),
            table="outbox",
        )
        return dict(rows)

    def resend(self, row_id: int, now: datetime, *, by: str) -> bool:
        """Queue a message again; return False where there is none, or it is being sent.

        Args:
            row_id: of the message.
            now: the time.
            by: who asked for it; stored with the message.
        """
        values = {"state": MessageState.QUEUED, "next_at": now, "due_at": now, "attempts": 0}
        values |= {"resent_at": now, "resent_by": by}
        return self._update(
            row_id, values, only=(MessageState.SENT, MessageState.DEAD, MessageState.HELD, *WAITING)
        )

    def hold(self, row_id: int) -> bool:
        """Hold an unsent message; return False where there is none."""
        return self._update(row_id, {"state": MessageState.HELD, "due_at": None}, only=WAITING)

    def release(self, row_id: int, now: datetime) -> bool:
        """Queue a held message; return False where there is none."""
        values = {"state": MessageState.QUEUED, "next_at": now, "due_at": now}
        return self._update(row_id, values, only=(MessageState.HELD,))

    def _update(
        self, row_id: int, values: dict[str, Any], *, only: Collection[str] | None = None
    ) -> bool:
        change = update(outbox).where(outbox.c.id == row_id).values(values)
        if only is not None:
            change = change.where(outbox.c.state.in_(list(only)))
        return self._db.execute(change).rowcount > 0

    def pause(self, channel: str, reason: str, now: datetime) -> bool:
        """Stop claiming messages of a channel; return False where it is paused already."""
        values = {"channel": channel, "reason": reason, "since": now}
        return insert_new(self._db, pause, values, [pause.c.channel])

    def resume(self, channel: str) -> bool:
        """End the pause of a channel; return False where it is not paused."""
        gone = pause.delete().where(pause.c.channel == channel)
        return self._db.execute(gone).rowcount > 0

    def paused(self) -> dict[str, tuple[str, datetime]]:
        """Return paused channel -> (reason, since)."""
        every = select(pause).order_by(pause.c.channel)
        rows = read_each(self._db, every, tuple, table="pause")
        return {channel: (reason, since) for channel, reason, since in rows}

    def next_due(self) -> datetime | None:
        """Return when the next message is due, of channels that are not paused."""
        soonest = select(func.min(outbox.c.due_at)).where(
            outbox.c.channel.not_in(select(pause.c.channel))
        )
        found: datetime | None = self._db.scalar(soonest)
        return found


def _build_message(row: Row[Any]) -> OutboxMessage:
    return OutboxMessage(
        row_id=row.id,
        notification=Notification(
            delivery_key=row.delivery_key,
            kind=row.kind,
            channel=row.channel,
            recipient=row.recipient,
            subject=row.subject,
            message_id=row.message_id,
            raw=bytes(row.raw),
        ),
        state=MessageState(row.state),
        attempts=row.attempts,
        unknown_outcomes=row.unknown_outcomes,
        created_at=row.created_at,
        next_at=row.next_at,
        sent_at=row.sent_at,
        last_code=row.last_code,
        last_error=row.last_error,
        resent_at=row.resent_at,
        resent_by=row.resent_by,
    )

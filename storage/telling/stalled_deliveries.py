"""Finds recipients to whom messages cannot be delivered now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select

from storage.engine.damage import read_unless_damaged
from storage.model import FAILED, MessageState
from storage.tables import outbox, pause
from storage.telling.deliveries import latest_deliveries


class StalledDeliveries:
    """Reads the outbox for deliveries that fail, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def recipients(self) -> dict[str, datetime]:
        """Return recipient in lower case -> when the next attempt at a message is due.

        Their messages are of a paused channel, or failed on a channel that has delivered nothing
        since they were enqueued. Where others are delivered, the fault is in one message, and
        further ones need not wait. Where a row is damaged, the result is empty.
        """
        return read_unless_damaged(
            self._find_stalled, table="outbox", consequence="alerts do not wait for deliveries"
        )

    def _find_stalled(self) -> dict[str, datetime]:
        paused = outbox.c.channel.in_(select(pause.c.channel))
        waiting = or_(
            outbox.c.state.in_(FAILED),
            and_(outbox.c.state == MessageState.QUEUED, paused),
        )
        found = self._db.execute(
            select(
                outbox.c.recipient,
                outbox.c.channel,
                func.min(outbox.c.created_at),
                func.min(outbox.c.next_at),
            )
            .where(waiting)
            .group_by(outbox.c.recipient, outbox.c.channel)
        ).all()
        delivered: dict[str, datetime | None] = {}
        stalled = {}
        for recipient, channel, since, next_at in found:
            if channel not in delivered:
                delivered[channel] = max(latest_deliveries(self._db, channel), default=None)
            last = delivered[channel]
            if last is None or last < since:
                stalled[recipient.lower()] = next_at
        return stalled

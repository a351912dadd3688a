"""Finds recipients to whom nothing can be delivered at present."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select

from storage.engine.damage import read_unless_damaged
from storage.model import FAILED, MessageState
from storage.tables import outbox, pause
from storage.telling.deliveries import latest_deliveries


class Stalled:
    """Reads the outbox for deliveries that do not get through, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def recipients(self) -> dict[str, datetime]:
        """Return recipient, in lower case -> when its oldest message is tried next.

        Their messages are of a paused channel, or failed on a channel that has delivered nothing
        since they were written. Where others get through, the fault is of one message, and
        further ones are no reason to wait. Where a row is damaged, nobody's alerts wait.
        """
        return read_unless_damaged(
            self._find, table="outbox", consequence="no alert waits for deliveries"
        )

    def _find(self) -> dict[str, datetime]:
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

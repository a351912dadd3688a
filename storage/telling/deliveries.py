"""Reads when a channel last delivered messages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, select

from storage.tables import outbox

_LATEST = 200  # newest messages of a channel that are searched for delivered ones


def latest_deliveries(connection: Connection, channel: str) -> Iterator[datetime]:
    """Yield when the newest messages of a channel were delivered, by the newest message first."""
    latest = (
        select(outbox.c.sent_at)
        .where(outbox.c.channel == channel)
        .order_by(outbox.c.id.desc())
        .limit(_LATEST)
    )
    return (at for at in connection.scalars(latest) if at is not None)

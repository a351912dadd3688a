"""Messages in the outbox and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A rendered message. `delivery_key` makes it unique: it is enqueued once."""

    delivery_key: str
    kind: Literal["digest", "alert", "welcome", "operator", "test"]
    channel: str
    recipient: str
    subject: str
    message_id: str
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """A claimed or listed outbox row."""

    row_id: int
    notification: Notification
    state: Literal["queued", "leased", "sent", "retry", "uncertain", "dead", "held", "stopped"]
    attempts: int
    unknown_outcomes: int
    created_at: datetime
    next_at: datetime
    sent_at: datetime | None
    last_code: int | None
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The result of one attempt to deliver one message.

    `paused` is a fault of the configuration (login or sender refused), not of the message.
    `for_all`: the next message of the same channel would fail in the same way now.
    """

    outcome: Literal["delivered", "deferred", "refused", "paused", "unknown"]
    code: int | None = None
    detail: str = ""
    for_all: bool = False

"""Messages in the outbox and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


class MessageState(StrEnum):
    """Where a message in the outbox stands.

    ::

        enqueue -> QUEUED -> LEASED --delivered----------> SENT
                     ^         |----deferred, paused-----> RETRY -----> LEASED
                     |         |----outcome unknown------> UNCERTAIN -> LEASED
                     |         |----lease expired--------> LEASED (counted as unknown)
                     |         `----refused, or too long-> DEAD
                     |
                     |-- release -- HELD <-- hold -- QUEUED, RETRY, UNCERTAIN
                     `-- resend --- SENT, DEAD, HELD, RETRY, UNCERTAIN

        the reader unsubscribes: QUEUED, RETRY, UNCERTAIN -> STOPPED
    """

    QUEUED = "queued"
    LEASED = "leased"
    SENT = "sent"
    RETRY = "retry"
    UNCERTAIN = "uncertain"
    DEAD = "dead"
    HELD = "held"
    STOPPED = "stopped"


FAILED = (MessageState.RETRY, MessageState.UNCERTAIN)  # tried without success; tried again
WAITING = (MessageState.QUEUED, *FAILED)
SETTLED = (MessageState.SENT, MessageState.DEAD, MessageState.STOPPED)


MessageKind = Literal["digest", "alert", "welcome", "operator", "test", "link", "briefing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A rendered message. `delivery_key` makes it unique: it is enqueued once."""

    delivery_key: str
    kind: MessageKind
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
    state: MessageState
    attempts: int
    unknown_outcomes: int
    created_at: datetime
    next_at: datetime
    sent_at: datetime | None
    last_code: int | None
    last_error: str | None
    resent_at: datetime | None = None  # by hand, the last time
    resent_by: str | None = None


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

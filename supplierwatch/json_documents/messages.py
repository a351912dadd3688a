"""Messages: the document of `deliveries --json`, and of the messages of the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from storage.model import SETTLED, OutboxMessage
from storage.telling.quarantine import FailedTask
from supplierwatch.formatting.times import iso
from supplierwatch.json_documents.failed_tasks import failed_task_json

if TYPE_CHECKING:
    from alerts.dispatch.held_alerts import HeldAlert

Paused = Mapping[str, tuple[str, datetime]]  # channel -> why it is paused, and since when


def messages_json(
    messages: Sequence[OutboxMessage],
    counts: Mapping[str, int],
    paused: Paused,
    failed: Sequence[FailedTask],
) -> dict[str, Any]:
    """Return sent and waiting messages, and those that could not be composed."""
    return {
        "paused": [
            {"channel": channel, "since": iso(since), "reason": reason}
            for channel, (reason, since) in sorted(paused.items())
        ],
        "counts": dict(sorted(counts.items())),
        "unmade": [failed_task_json(each) for each in failed],
        "messages": [message_json(each) for each in messages],
    }


def message_json(message: OutboxMessage) -> dict[str, Any]:
    """Return one message as JSON-ready values."""
    return {
        "id": message.row_id,
        "state": message.state,
        "kind": message.notification.kind,
        "recipient": message.notification.recipient,
        "subject": message.notification.subject,
        "message_id": message.notification.message_id,
        "created_at": iso(message.created_at),
        "sent_at": iso(message.sent_at),
        "next_at": None if message.state in SETTLED else iso(message.next_at),
        "attempts": message.attempts,
        "last_code": message.last_code,
        "last_error": message.last_error,
        "resent_at": iso(message.resent_at),
        "resent_by": message.resent_by,
    }


def deliveries_json(messages: Mapping[str, Any], held: Sequence[HeldAlert]) -> dict[str, Any]:
    """Return the document of `deliveries --json`: the messages, and what waits for an alert."""
    waiting = [
        {
            "recipient": each.recipient,
            "subscription": each.subscription,
            "mentions": each.mentions,
            "goes_at": iso(each.goes_at),
            "cause": each.cause,
        }
        for each in held
    ]
    return {**messages, "waiting": waiting}

"""A signed webhook: JSON to an address of one's own, HMAC-SHA256 over time and body.

The receiver computes HMAC-SHA256(secret, timestamp + "." + body) and compares it with the header
`X-Supplierwatch-Signature: sha256=HEX`; `X-Supplierwatch-Timestamp` are seconds since 1970.
`Idempotency-Key` is the same at every attempt: who has seen it has the message already.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import asdict

from alerts.channels.hook import as_json, post_json
from alerts.channels.http import HttpAnswer, Request
from alerts.messages.mime import Envelope
from alerts.messages.render import Rendered
from config.model import ChannelSettings
from storage.model import OutboxMessage, Receipt

VERSION = 1


class Webhook:
    """`url` is where it goes, `secret` what signs it."""

    name = "webhook"
    needs = frozenset({"url", "secret"})
    takes = needs
    default_url: str | None = None

    def compose(self, rendered: Rendered, envelope: Envelope, identity: str) -> bytes:
        """All that is told, as one object."""
        return as_json(
            {
                "version": VERSION,
                "id": identity,
                "kind": envelope.kind,
                "subscription": envelope.list_name,
                "subject": rendered.subject,
                "text": rendered.text,
                "stories": [asdict(story) for story in rendered.stories],
                "follows": list(envelope.thread),
            }
        )

    def request(self, place: ChannelSettings, message: OutboxMessage) -> Request:
        """Signed with the time when the message was made, so that attempts are alike."""
        body = message.notification.raw
        at = str(int(message.created_at.timestamp()))
        return post_json(
            place.url or "",
            body,
            **{
                "Idempotency-Key": message.notification.message_id.strip("<>"),
                "X-Supplierwatch-Timestamp": at,
                "X-Supplierwatch-Signature": f"sha256={signature(place.secret or '', at, body)}",
            },
        )

    def understood(self, answer: HttpAnswer) -> Receipt | None:
        """409: the receiver has it already."""
        if answer.status == 409:
            return Receipt(outcome="delivered", code=409, detail="known already")
        return None


def signature(secret: str, at: str, body: bytes) -> str:
    """What a receiver compares with, in hexadecimal."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()

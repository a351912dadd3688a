"""A signed webhook: sends JSON with an HMAC-SHA256 over timestamp and body.

The receiver computes HMAC-SHA256(secret, timestamp + "." + body) and compares it with the header
`X-Supplierwatch-Signature: sha256=HEX`; `X-Supplierwatch-Timestamp` is a Unix time in seconds.
`Idempotency-Key` is the same at every attempt, so that receivers can drop duplicates.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import asdict

from alerts.channels.hook import encode_json, post_json
from alerts.channels.http import HttpAnswer, Request
from alerts.channels.text_limits import choose_stories
from alerts.messages.mime import Envelope
from alerts.messages.render import Rendered
from config.model import ChannelSettings
from storage.model import OutboxMessage, Receipt

VERSION = 1
MAX_LISTED = 1_000  # stories; a message of many thousands would be megabytes at every attempt


class Webhook:
    """Formats messages as JSON. `url` is the receiver, `secret` the signing key."""

    name = "webhook"
    needs = frozenset({"url", "secret"})
    takes = needs
    default_url: str | None = None

    def compose(self, rendered: Rendered, envelope: Envelope, identity: str) -> bytes:
        """Build one JSON object with the whole message; `more` counts stories beyond the limit."""
        stories = choose_stories(rendered.stories, MAX_LISTED)
        return encode_json(
            {
                "version": VERSION,
                "id": identity,
                "kind": envelope.kind,
                "subscription": envelope.list_name,
                "subject": rendered.subject,
                "text": rendered.text,
                "stories": [asdict(story) for story in stories],
                "more": len(rendered.stories) - len(stories),
                "follows": list(envelope.thread),
            }
        )

    def request(self, settings: ChannelSettings, message: OutboxMessage) -> Request:
        """Build the signed request, with the creation time: all attempts are the same."""
        body = message.notification.raw
        at = str(int(message.created_at.timestamp()))
        return post_json(
            settings.url or "",
            body,
            **{
                "Idempotency-Key": message.notification.message_id.strip("<>"),
                "X-Supplierwatch-Timestamp": at,
                "X-Supplierwatch-Signature": f"sha256={signature(settings.secret or '', at, body)}",
            },
        )

    def interpret(self, answer: HttpAnswer) -> Receipt | None:
        """Treat 409 as delivered: the receiver already has the message."""
        if answer.status == 409:
            return Receipt(outcome="delivered", code=409, detail="known already")
        return None


def signature(secret: str, at: str, body: bytes) -> str:
    """Return the HMAC-SHA256 of `at` (Unix time), a dot, and `body`, in hexadecimal."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()

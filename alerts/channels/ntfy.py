"""ntfy: sends a push message to a topic, at ntfy.sh or another server."""

from __future__ import annotations

import json

from alerts.channels.hook import encode_json, post_json
from alerts.channels.http import HttpAnswer, Request
from alerts.channels.text_limits import fit_text, format_plain_story
from alerts.messages.mime import Envelope
from alerts.messages.render import Rendered
from alerts.text.sanitize import shorten
from config.model import ChannelSettings
from storage.model import OutboxMessage, Receipt

MAX_MESSAGE = 3_600  # bytes; the server takes 4,096, and makes a file of what is longer


class Ntfy:
    """Formats messages for ntfy. `to` is the topic, `url` the server, `secret` a token, if any."""

    name = "ntfy"
    needs = frozenset({"to"})
    takes = frozenset({"to", "url", "secret"})
    default_url: str | None = "https://ntfy.sh"

    def compose(self, rendered: Rendered, envelope: Envelope, identity: str) -> bytes:
        """Build title, text, and the link of the first story as click action."""
        del identity  # ntfy has no field for it
        text = fit_text(
            rendered,
            head=lambda _: "",
            story=format_plain_story,
            plain=str,
            room=MAX_MESSAGE,
            size=lambda text: len(text.encode("utf-8", "replace")),
        ).strip()
        fields: dict[str, object] = {
            "title": shorten(rendered.subject, 180),
            "message": text or rendered.subject,
            "tags": ["newspaper"],
            "priority": 4 if envelope.kind == "alert" else 3,
        }
        if rendered.stories and rendered.stories[0].link:
            fields["click"] = rendered.stories[0].link
        return encode_json(fields)

    def request(self, settings: ChannelSettings, message: OutboxMessage) -> Request:
        """Build a POST to the server, with the topic in the body."""
        body = encode_json({"topic": settings.to, **json.loads(message.notification.raw)})
        login = {"Authorization": f"Bearer {settings.secret}"} if settings.secret else {}
        return post_json(f"{settings.url}/", body, **login)

    def interpret(self, answer: HttpAnswer) -> Receipt | None:
        """Return None: the status is enough."""
        del answer
        return None

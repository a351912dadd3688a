"""ntfy: a push message to a topic, at ntfy.sh or a server of one's own."""

from __future__ import annotations

import json

from alerts.channels.fitting import fitted
from alerts.channels.hook import as_json, post_json
from alerts.channels.http import HttpAnswer, Request
from alerts.messages.mime import Envelope
from alerts.messages.render import Rendered, Told
from alerts.text.sanitize import shorten
from config.model import ChannelSettings
from storage.model import OutboxMessage, Receipt

MAX_MESSAGE = 3_600  # bytes; the server takes 4,096, and makes a file of what is longer


class Ntfy:
    """`to` is the topic, `url` the server, `secret` an access token where one is needed."""

    name = "ntfy"
    needs = frozenset({"to"})
    takes = frozenset({"to", "url", "secret"})
    default_url: str | None = "https://ntfy.sh"

    def compose(self, rendered: Rendered, envelope: Envelope, identity: str) -> bytes:
        """Title, text, and the first story to open."""
        del identity  # ntfy has no place for it
        text = fitted(
            rendered,
            head=lambda _: "",
            story=_story,
            plain=str,
            room=MAX_MESSAGE,
            size=lambda said: len(said.encode("utf-8", "replace")),
        ).strip()
        made: dict[str, object] = {
            "title": shorten(rendered.subject, 180),
            "message": text or rendered.subject,
            "tags": ["newspaper"],
            "priority": 4 if envelope.kind == "alert" else 3,
        }
        if rendered.stories and rendered.stories[0].link:
            made["click"] = rendered.stories[0].link
        return as_json(made)

    def request(self, place: ChannelSettings, message: OutboxMessage) -> Request:
        """A POST to the server; the topic stands in the body."""
        body = as_json({"topic": place.to, **json.loads(message.notification.raw)})
        login = {"Authorization": f"Bearer {place.secret}"} if place.secret else {}
        return post_json(f"{place.url}/", body, **login)

    def understood(self, answer: HttpAnswer) -> Receipt | None:
        """Its statuses mean what they say."""
        del answer
        return None


def _story(told: Told) -> str:
    said = f"\n{told.said}" if told.said else ""
    link = f"\n{told.link}" if told.link else ""
    return f"{told.title}\n{told.outlet} · {told.about}{said}{link}"

"""Microsoft Teams by a workflow's webhook: an adaptive card."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from alerts.channels.fitting import MAX_STORIES
from alerts.channels.hook import as_json, post_json
from alerts.channels.http import HttpAnswer, Request
from alerts.messages.mime import Envelope
from alerts.messages.render import Rendered, Told
from alerts.text.sanitize import shorten
from config.model import ChannelSettings
from storage.model import OutboxMessage, Receipt

MAX_CARD = 24_000  # bytes; Teams refuses 28 KB
_MARKS = re.compile(r"([\\`*_\[\]])")


class Teams:
    """`secret` is the webhook's address."""

    name = "teams"
    needs = frozenset({"secret"})
    takes = frozenset({"secret", "url"})
    default_url: str | None = None

    def compose(self, rendered: Rendered, envelope: Envelope, identity: str) -> bytes:
        """A card with as many stories as fit."""
        del envelope, identity  # a card has no place for them
        stories = rendered.stories[:MAX_STORIES]
        for shown in range(len(stories), -1, -1):
            body = as_json(_card(rendered, stories[:shown]))
            if len(body) <= MAX_CARD:
                return body
        return as_json(_card(rendered, ()))

    def request(self, place: ChannelSettings, message: OutboxMessage) -> Request:
        """A POST to the workflow."""
        return post_json(place.url or place.secret or "", message.notification.raw)

    def understood(self, answer: HttpAnswer) -> Receipt | None:
        """A workflow answers 202; the old connectors said errors of theirs with 200."""
        if answer.status == 200 and b"HTTP error 429" in answer.body:
            return Receipt(outcome="deferred", code=429, detail="Teams asks for patience")
        return None


def escape(text: str) -> str:
    """Text in which nothing is a link or a format (cards know a little Markdown)."""
    return _MARKS.sub(r"\\\1", text)


def _card(rendered: Rendered, stories: Sequence[Told]) -> dict[str, Any]:
    blocks = [_block(escape(shorten(rendered.subject, 200)), size="Medium", weight="Bolder")]
    for told in stories:
        title = escape(told.title)
        if told.link:
            title = f"[{title}]({told.link.replace('(', '%28').replace(')', '%29')})"
        blocks.append(_block(title, spacing="Medium"))
        blocks.append(
            _block(escape(f"{told.outlet} · {told.about}"), isSubtle=True, spacing="None")
        )
        if told.said:
            blocks.append(_block(escape(told.said), spacing="None"))
    if not rendered.stories:
        blocks.append(_block(escape(shorten(rendered.text.strip(), 4_000))))
    elif len(stories) < len(rendered.stories):
        blocks.append(_block(f"and {len(rendered.stories) - len(stories)} more", isSubtle=True))
    return {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": None,
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "msteams": {"width": "Full"},
                    "body": blocks,
                },
            }
        ],
    }


def _block(text: str, **how: object) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "wrap": True, **how}

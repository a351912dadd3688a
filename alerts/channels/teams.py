"""Microsoft Teams, by the webhook of a workflow: sends an adaptive card."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from alerts.channels.hook import encode_json, post_json
from alerts.channels.http import HttpAnswer, Request
from alerts.channels.text_limits import MAX_STORIES, choose_stories
from alerts.messages.mime import Envelope
from alerts.messages.render import Rendered, StorySummary
from alerts.text.sanitize import shorten
from config.model import ChannelSettings
from storage.model import OutboxMessage, Receipt

MAX_CARD = 24_000  # bytes; Teams refuses 28 KB
_MARKS = re.compile(r"([\\`*_\[\]])")


class Teams:
    """Formats messages for Teams. `secret` is the webhook URL."""

    name = "teams"
    needs = frozenset({"secret"})
    takes = frozenset({"secret", "url"})
    default_url: str | None = None

    def compose(self, rendered: Rendered, envelope: Envelope, identity: str) -> bytes:
        """Build a card with as many stories as fit."""
        del envelope, identity  # a card has no field for them
        stories = choose_stories(rendered.stories, MAX_STORIES)
        for shown in range(len(stories), -1, -1):
            body = encode_json(_build_card(rendered, choose_stories(stories, shown)))
            if len(body) <= MAX_CARD:
                return body
        return encode_json(_build_card(rendered, ()))

    def request(self, settings: ChannelSettings, message: OutboxMessage) -> Request:
        """Build a POST to the workflow."""
        return post_json(settings.url or settings.secret or "", message.notification.raw)

    def interpret(self, answer: HttpAnswer) -> Receipt | None:
        """Defer on rate limits, which the old connectors report with status 200."""
        if answer.status == 200 and b"HTTP error 429" in answer.body:
            return Receipt(outcome="deferred", code=429, detail="Teams limits the rate of messages")
        return None


def escape(text: str) -> str:
    """Escape the Markdown that cards interpret."""
    return _MARKS.sub(r"\\\1", text)


def _build_card(rendered: Rendered, stories: Sequence[StorySummary]) -> dict[str, Any]:
    blocks = [_build_block(escape(shorten(rendered.subject, 200)), size="Medium", weight="Bolder")]
    for story in stories:
        title = escape(story.title)
        if story.link:
            title = f"[{title}]({story.link.replace('(', '%28').replace(')', '%29')})"
        blocks.append(_build_block(title, spacing="Medium"))
        blocks.append(
            _build_block(escape(f"{story.outlet} · {story.about}"), isSubtle=True, spacing="None")
        )
        if story.said:
            blocks.append(_build_block(escape(story.said), spacing="None"))
    if not rendered.stories:
        blocks.append(_build_block(escape(shorten(rendered.text.strip(), 4_000))))
    elif len(stories) < len(rendered.stories):
        blocks.append(
            _build_block(f"and {len(rendered.stories) - len(stories)} more", isSubtle=True)
        )
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


def _build_block(text: str, **how: object) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "wrap": True, **how}

"""Matrix, by the client-server API: sends a notice to a room, which retries do not duplicate."""

from __future__ import annotations

import hashlib
from html import escape
from urllib.parse import quote

from alerts.channels.hook import answer_text, encode_json, parse_json
from alerts.channels.http import HttpAnswer, Request
from alerts.channels.text_limits import escape_html, fit_text, format_plain_story
from alerts.messages.mime import Envelope
from alerts.messages.render import Rendered, StorySummary
from config.model import ChannelSettings
from storage.model import OutboxMessage, Receipt

MAX_TEXT = 5_000  # characters in each of the two forms; an event may have 65,536 bytes
_LATER = frozenset({"M_LIMIT_EXCEEDED"})
_PLACE = frozenset({"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_FORBIDDEN", "M_NOT_FOUND"})


class Matrix:
    """Formats messages for Matrix. `url` is the homeserver, `to` a room id, `secret` a token."""

    name = "matrix"
    needs = frozenset({"url", "to", "secret"})
    takes = needs
    default_url: str | None = None

    def compose(self, rendered: Rendered, envelope: Envelope, identity: str) -> bytes:
        """Build a notice as text and HTML, without mentions."""
        del envelope, identity  # the transaction id of `request` identifies the message
        text = fit_text(rendered, head=str, story=_format_quoted, plain=str, room=MAX_TEXT)
        html = fit_text(
            rendered,
            head=lambda subject: f"<strong>{escape_html(subject)}</strong>",
            story=_format_story,
            plain=escape_html,
            room=MAX_TEXT,
        )
        return encode_json(
            {
                "msgtype": "m.notice",
                "body": text,
                "format": "org.matrix.custom.html",
                "formatted_body": html.replace("\n", "<br>"),
                "m.mentions": {},
            }
        )

    def request(self, settings: ChannelSettings, message: OutboxMessage) -> Request:
        """Build a PUT with the same transaction id at every attempt: it is accepted once."""
        key = message.notification.message_id.encode()
        transaction = hashlib.sha256(key).hexdigest()[:32]
        room = quote(settings.to or "", safe="")
        path = f"/_matrix/client/v3/rooms/{room}/send/m.room.message/{transaction}"
        return Request(
            method="PUT",
            url=f"{settings.url}{path}",
            headers={
                "Authorization": f"Bearer {settings.secret}",
                "Content-Type": "application/json",
                "User-Agent": "supplierwatch",
            },
            body=message.notification.raw,
        )

    def interpret(self, answer: HttpAnswer) -> Receipt | None:
        """Interpret the error codes of Matrix."""
        code = parse_json(answer).get("errcode")
        if code in _LATER:
            return Receipt(outcome="deferred", code=429, detail=answer_text(answer))
        if code in _PLACE:
            return Receipt(outcome="paused", code=answer.status, detail=answer_text(answer))
        return None


def _format_quoted(story: StorySummary) -> str:
    return format_plain_story(story, mark="> ")


def _format_story(story: StorySummary) -> str:
    title = f"<strong>{escape_html(story.title)}</strong>"
    if story.link:
        title = f'<a href="{escape(story.link)}">{escape_html(story.title)}</a>'
    excerpt = f"\n<em>{escape_html(story.said)}</em>" if story.said else ""
    return f"{title}\n{escape_html(story.outlet)} · {escape_html(story.about)}{excerpt}"

"""Telegram, by a bot: sends a message in Telegram's HTML."""

from __future__ import annotations

import json
from html import escape

from alerts.channels.hook import encode_json, parse_json, post_json
from alerts.channels.http import HttpAnswer, Request
from alerts.channels.text_limits import escape_html, fit_text
from alerts.messages.mime import Envelope
from alerts.messages.render import Rendered, StorySummary
from alerts.text.sanitize import line
from config.model import ChannelSettings
from storage.model import OutboxMessage, Receipt

MAX_TEXT = 3_900  # UTF-16 code units with the tags; Telegram takes 4,096 without them
# errors of the message; others, such as "chat not found", concern the channel
_OUR_FAULT = ("can't parse", "message is too long", "message text is empty")


class Telegram:
    """Formats messages for Telegram. `to` is the chat id, `secret` the bot token."""

    name = "telegram"
    needs = frozenset({"to", "secret"})
    takes = frozenset({"to", "url", "secret"})
    default_url: str | None = "https://api.telegram.org"

    def compose(self, rendered: Rendered, envelope: Envelope, identity: str) -> bytes:
        """Build one text without link previews; digests are sent silently."""
        del identity  # Telegram has no field for it
        text = fit_text(
            rendered,
            head=lambda subject: f"<b>{escape_html(subject)}</b>",
            story=_format_story,
            plain=escape_html,
            room=MAX_TEXT,
            size=_count_utf16,
        )
        return encode_json(
            {
                "text": text,
                "parse_mode": "HTML",
                "link_preview_options": {"is_disabled": True},
                "disable_notification": envelope.kind == "digest",
            }
        )

    def request(self, settings: ChannelSettings, message: OutboxMessage) -> Request:
        """Build a call of sendMessage."""
        body = encode_json({"chat_id": settings.to, **json.loads(message.notification.raw)})
        return post_json(f"{settings.url}/bot{settings.secret}/sendMessage", body)

    def interpret(self, answer: HttpAnswer) -> Receipt | None:
        """Pause on a 400 that concerns the chat, by the description of the error."""
        description = line(str(parse_json(answer).get("description", "")), 200)
        if answer.status == 400 and not any(fault in description for fault in _OUR_FAULT):
            return Receipt(
                outcome="paused", code=400, detail=description or "Telegram refuses the chat"
            )
        if answer.status == 200 and parse_json(answer).get("ok") is not True:
            return Receipt(outcome="unknown", detail="an answer that is not Telegram's")
        return None


def _count_utf16(text: str) -> int:
    # a character beyond the basic plane, such as an emoji, counts twice
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _format_story(story: StorySummary) -> str:
    title = f"<b>{escape_html(story.title)}</b>"
    if story.link:
        title = f'<a href="{escape(story.link)}">{escape_html(story.title)}</a>'
    quote = f"\n<i>{escape_html(story.said)}</i>" if story.said else ""
    return f"{title}\n{escape_html(story.outlet)} · {escape_html(story.about)}{quote}"

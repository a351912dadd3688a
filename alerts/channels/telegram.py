"""Telegram by a bot, in its HTML."""

from __future__ import annotations

import json
from html import escape

from alerts.channels.fitting import fitted
from alerts.channels.hook import as_json, json_of, post_json
from alerts.channels.http import HttpAnswer, Request
from alerts.messages.mime import Envelope
from alerts.messages.render import Rendered, Told
from alerts.text.sanitize import line
from config.model import ChannelSettings
from storage.model import OutboxMessage, Receipt

MAX_TEXT = 3_900  # characters with the marks; Telegram takes 4,096 without them
# of the message itself; "chat not found" and its like are of the place
_OUR_FAULT = ("can't parse", "message is too long", "message text is empty")


class Telegram:
    """`to` is the chat, `secret` the bot's token."""

    name = "telegram"
    needs = frozenset({"to", "secret"})
    takes = frozenset({"to", "url", "secret"})
    default_url: str | None = "https://api.telegram.org"

    def compose(self, rendered: Rendered, envelope: Envelope, identity: str) -> bytes:
        """One text without previews; digests make no sound."""
        del identity  # Telegram has no place for it
        text = fitted(
            rendered,
            head=lambda subject: f"<b>{_safe(subject)}</b>",
            story=_story,
            plain=_safe,
            room=MAX_TEXT,
        )
        return as_json(
            {
                "text": text,
                "parse_mode": "HTML",
                "link_preview_options": {"is_disabled": True},
                "disable_notification": envelope.kind == "digest",
            }
        )

    def request(self, place: ChannelSettings, message: OutboxMessage) -> Request:
        """A call of sendMessage."""
        body = as_json({"chat_id": place.to, **json.loads(message.notification.raw)})
        return post_json(f"{place.url}/bot{place.secret}/sendMessage", body)

    def understood(self, answer: HttpAnswer) -> Receipt | None:
        """Telegram says in words what a 400 is about."""
        said = line(str(json_of(answer).get("description", "")), 200)
        if answer.status == 400 and not any(fault in said for fault in _OUR_FAULT):
            return Receipt(outcome="paused", code=400, detail=said or "Telegram refuses the chat")
        if answer.status == 200 and json_of(answer).get("ok") is not True:
            return Receipt(outcome="unknown", detail="an answer that is not Telegram's")
        return None


def _safe(text: str) -> str:
    return escape(text, quote=False)


def _story(told: Told) -> str:
    title = f"<b>{_safe(told.title)}</b>"
    if told.link:
        title = f'<a href="{escape(told.link)}">{_safe(told.title)}</a>'
    said = f"\n<i>{_safe(told.said)}</i>" if told.said else ""
    return f"{title}\n{_safe(told.outlet)} · {_safe(told.about)}{said}"

"""Matrix by the client-server API: a notice in a room, which a second attempt does not double."""

from __future__ import annotations

import hashlib
from html import escape
from urllib.parse import quote

from alerts.channels.fitting import fitted
from alerts.channels.hook import as_json, json_of, words_of
from alerts.channels.http import HttpAnswer, Request
from alerts.messages.mime import Envelope
from alerts.messages.render import Rendered, Told
from config.model import ChannelSettings
from storage.model import OutboxMessage, Receipt

MAX_TEXT = 5_000  # characters in each of the two forms; an event may have 65,536 bytes
_LATER = frozenset({"M_LIMIT_EXCEEDED"})
_PLACE = frozenset({"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_FORBIDDEN", "M_NOT_FOUND"})


class Matrix:
    """`url` is the homeserver, `to` the room's id, `secret` an access token."""

    name = "matrix"
    needs = frozenset({"url", "to", "secret"})
    takes = needs
    default_url: str | None = None

    def compose(self, rendered: Rendered, envelope: Envelope, identity: str) -> bytes:
        """A notice, as text and as HTML; nobody is mentioned."""
        del envelope, identity  # the transaction's number says it
        text = fitted(rendered, head=str, story=_plain, plain=str, room=MAX_TEXT)
        html = fitted(
            rendered,
            head=lambda subject: f"<strong>{_safe(subject)}</strong>",
            story=_story,
            plain=_safe,
            room=MAX_TEXT,
        )
        return as_json(
            {
                "msgtype": "m.notice",
                "body": text,
                "format": "org.matrix.custom.html",
                "formatted_body": html.replace("\n", "<br>"),
                "m.mentions": {},
            }
        )

    def request(self, place: ChannelSettings, message: OutboxMessage) -> Request:
        """A PUT whose last part is the same at every attempt: the server takes it once."""
        key = message.notification.message_id.encode()
        number = hashlib.sha256(key).hexdigest()[:32]
        room = quote(place.to or "", safe="")
        path = f"/_matrix/client/v3/rooms/{room}/send/m.room.message/{number}"
        return Request(
            method="PUT",
            url=f"{place.url}{path}",
            headers={
                "Authorization": f"Bearer {place.secret}",
                "Content-Type": "application/json",
                "User-Agent": "supplierwatch",
            },
            body=message.notification.raw,
        )

    def understood(self, answer: HttpAnswer) -> Receipt | None:
        """Errors have codes of their own."""
        code = json_of(answer).get("errcode")
        if code in _LATER:
            return Receipt(outcome="deferred", code=429, detail=words_of(answer))
        if code in _PLACE:
            return Receipt(outcome="paused", code=answer.status, detail=words_of(answer))
        return None


def _safe(text: str) -> str:
    return escape(text, quote=False)


def _plain(told: Told) -> str:
    said = f"\n> {told.said}" if told.said else ""
    link = f"\n{told.link}" if told.link else ""
    return f"{told.title}\n{told.outlet} · {told.about}{said}{link}"


def _story(told: Told) -> str:
    title = f"<strong>{_safe(told.title)}</strong>"
    if told.link:
        title = f'<a href="{escape(told.link)}">{_safe(told.title)}</a>'
    said = f"\n<em>{_safe(told.said)}</em>" if told.said else ""
    return f"{title}\n{_safe(told.outlet)} · {_safe(told.about)}{said}"

"""Slack by an incoming webhook, in mrkdwn. What strangers wrote is escaped: nobody is paged."""

from __future__ import annotations

from alerts.channels.fitting import fitted
from alerts.channels.hook import as_json, post_json, words_of
from alerts.channels.http import HttpAnswer, Request
from alerts.messages.mime import Envelope
from alerts.messages.render import Rendered, Told
from config.model import ChannelSettings
from storage.model import OutboxMessage, Receipt

MAX_TEXT = 3_900  # characters; Slack folds longer ones and cuts at 40,000
# of the message itself, however good the webhook is
_OUR_FAULT = ("invalid_payload", "msg_too_long", "no_text", "too_many_attachments")


class Slack:
    """`secret` is the webhook's address."""

    name = "slack"
    needs = frozenset({"secret"})
    takes = frozenset({"secret", "url"})
    default_url: str | None = None

    def compose(self, rendered: Rendered, envelope: Envelope, identity: str) -> bytes:
        """One text; links are not unfolded."""
        del envelope, identity  # Slack has no place for them
        text = fitted(
            rendered,
            head=lambda subject: f"*{escape(subject)}*",
            story=_story,
            plain=escape,
            room=MAX_TEXT,
        )
        return as_json({"text": text, "unfurl_links": False, "unfurl_media": False})

    def request(self, place: ChannelSettings, message: OutboxMessage) -> Request:
        """A POST to the webhook."""
        return post_json(place.url or place.secret or "", message.notification.raw)

    def understood(self, answer: HttpAnswer) -> Receipt | None:
        """A 4xx with a word for what is wrong."""
        if answer.status == 400 and not words_of(answer).startswith(_OUR_FAULT):
            return Receipt(outcome="paused", code=400, detail=words_of(answer))
        return None


def escape(text: str) -> str:
    """Text in which nothing is a link or a mention: the three characters that Slack reads."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _story(told: Told) -> str:
    title = escape(told.title)
    if told.link:
        link = told.link.replace("|", "%7C").replace(">", "%3E").replace("<", "%3C")
        # the bar would end the title
        title = f"<{link}|{title.replace('|', '/')}>"
    said = f"\n>{escape(told.said)}" if told.said else ""
    return f"{title}\n{escape(told.outlet)} · {escape(told.about)}{said}"

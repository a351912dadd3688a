"""Slack, by an incoming webhook: sends mrkdwn. Article text is escaped and can mention nobody."""

from __future__ import annotations

from alerts.channels.hook import answer_text, encode_json, post_json
from alerts.channels.http import HttpAnswer, Request
from alerts.channels.text_limits import fit_text
from alerts.messages.mime import Envelope
from alerts.messages.render import Rendered, StorySummary
from config.model import ChannelSettings
from storage.model import OutboxMessage, Receipt

MAX_TEXT = 3_900  # characters; Slack folds longer ones and cuts at 40,000
# errors of the message; all others concern the webhook
_OUR_FAULT = ("invalid_payload", "msg_too_long", "no_text", "too_many_attachments")


class Slack:
    """Formats messages for Slack. `secret` is the webhook URL."""

    name = "slack"
    needs = frozenset({"secret"})
    takes = frozenset({"secret", "url"})
    default_url: str | None = None

    def compose(self, rendered: Rendered, envelope: Envelope, identity: str) -> bytes:
        """Build one text, without previews of links."""
        del envelope, identity  # Slack has no field for them
        text = fit_text(
            rendered,
            head=lambda subject: f"*{escape(subject)}*",
            story=_format_story,
            plain=escape,
            room=MAX_TEXT,
        )
        return encode_json({"text": text, "unfurl_links": False, "unfurl_media": False})

    def request(self, settings: ChannelSettings, message: OutboxMessage) -> Request:
        """Build a POST to the webhook."""
        return post_json(settings.url or settings.secret or "", message.notification.raw)

    def interpret(self, answer: HttpAnswer) -> Receipt | None:
        """Pause on a 400, unless its error code concerns the message."""
        if answer.status == 400 and not answer_text(answer).startswith(_OUR_FAULT):
            return Receipt(outcome="paused", code=400, detail=answer_text(answer))
        return None


def escape(text: str) -> str:
    """Escape the three control characters of mrkdwn, so that the text has no links or mentions."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _format_story(story: StorySummary) -> str:
    title = escape(story.title)
    if story.link:
        link = story.link.replace("|", "%7C").replace(">", "%3E").replace("<", "%3C")
        # a bar separates link and title
        title = f"<{link}|{title.replace('|', '/')}>"
    quote = f"\n>{escape(story.said)}" if story.said else ""
    return f"{title}\n{escape(story.outlet)} · {escape(story.about)}{quote}"

"""All other services, by Apprise, if it is installed and a channel of its kind is declared.

Apprise reports success or failure without a cause. So every failure is retried for days, and a
message that was delivered in part is sent again in full: delivery is at least once.
"""

from __future__ import annotations

import importlib.util
from typing import Any

from alerts.channels.text_limits import fit_text
from alerts.messages.render import Rendered, StorySummary
from config.model import ChannelSettings
from storage.model import OutboxMessage, Receipt

MAX_TEXT = 1_800  # characters; the lowest limit of common services is 2,000
INSTALL = "pip install 'supplierwatch[apprise]'"


def is_installed() -> bool:
    """Return whether the Apprise package is installed."""
    return importlib.util.find_spec("apprise") is not None


def compose_text(rendered: Rendered) -> bytes:
    """Build the text that is stored; its first line is the subject."""
    return fit_text(rendered, head=str, story=_format_story, plain=str, room=MAX_TEXT).encode(
        "utf-8", "replace"
    )


class AppriseChannel:
    """Sends through Apprise. `secret` is an Apprise URL of any service that it supports."""

    def __init__(self, settings: ChannelSettings) -> None:
        self.name = settings.key
        self._settings = settings

    def send(self, message: OutboxMessage) -> Receipt:
        """Try once to deliver `message`; causes of failure are only in the log of Apprise."""
        service = self._open_service()
        if service is None:
            return Receipt(outcome="paused", detail="Apprise cannot read the address in the secret")
        subject, _, text = message.notification.raw.decode().partition("\n\n")
        sent = service.notify(title=subject, body=text or subject, body_format="text")
        if sent:
            return Receipt(outcome="delivered", detail="Apprise reports success")
        return Receipt(outcome="deferred", code=1, detail="Apprise reports a failure")

    def close(self) -> None:
        """Do nothing: no connection is kept open."""

    def _open_service(self) -> Any:
        import apprise  # type: ignore[import-not-found,import-untyped,unused-ignore]

        service = apprise.Apprise()
        return service if service.add(self._settings.secret or "") else None


def _format_story(story: StorySummary) -> str:
    link = f"\n{story.link}" if story.link else ""
    return f"{story.title}\n{story.outlet} · {story.about}{link}"

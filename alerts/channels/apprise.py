"""Everything else, by Apprise: off unless it is installed and a channel names it.

Apprise says of a message that it went or that it did not, and nothing of why. A failure is tried
again for days, whatever it was; a message that went in part goes again in full. So it is at least
once, and without causes.
"""

from __future__ import annotations

import importlib.util
from typing import Any

from alerts.channels.fitting import fitted
from alerts.messages.render import Rendered, Told
from config.model import ChannelSettings
from storage.model import OutboxMessage, Receipt

MAX_TEXT = 1_800  # characters; the least of the services that people use take 2,000
INSTALL = "pip install 'supplierwatch[apprise]'"


def is_installed() -> bool:
    """Whether Apprise can be used here."""
    return importlib.util.find_spec("apprise") is not None


def compose_text(rendered: Rendered) -> bytes:
    """The frozen text; its first line is the subject."""
    return fitted(rendered, head=str, story=_story, plain=str, room=MAX_TEXT).encode(
        "utf-8", "replace"
    )


class AppriseChannel:
    """`secret` is the address as Apprise writes them, of any service that it knows."""

    def __init__(self, place: ChannelSettings) -> None:
        self.name = place.key
        self._place = place

    def send(self, message: OutboxMessage) -> Receipt:
        """Try once; what went wrong is in Apprise's own log alone."""
        service = self._service()
        if service is None:
            return Receipt(outcome="paused", detail="Apprise cannot read the address in the secret")
        subject, _, text = message.notification.raw.decode().partition("\n\n")
        went = service.notify(title=subject, body=text or subject, body_format="text")
        if went:
            return Receipt(outcome="delivered", detail="Apprise says so")
        return Receipt(outcome="deferred", code=1, detail="Apprise says that it did not go")

    def rest(self) -> None:
        """Nothing is kept open."""

    def _service(self) -> Any:
        import apprise  # type: ignore[import-not-found,import-untyped,unused-ignore]

        service = apprise.Apprise()
        return service if service.add(self._place.secret or "") else None


def _story(told: Told) -> str:
    link = f"\n{told.link}" if told.link else ""
    return f"{told.title}\n{told.outlet} · {told.about}{link}"

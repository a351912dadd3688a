"""What a channel is: one way to deliver a message, which tells all outcomes apart.

A file of this folder is a channel; the outbox decides what to send and when to try again.
"""

from __future__ import annotations

from typing import Protocol

from storage.model import OutboxMessage, Receipt

SERVICE_NOT_AVAILABLE = 421


class Channel(Protocol):
    """Delivers one message at a time. `send` never raises for what the other side does.

    A `deferred` receipt without a code says that the other side could not be reached at all.
    """

    name: str

    def send(self, message: OutboxMessage) -> Receipt:
        """Try once to deliver `message`, and say what became of it."""
        ...

    def rest(self) -> None:
        """End of a delivery pass: close what was kept open for the next message."""
        ...


def ends_the_pass(receipt: Receipt) -> bool:
    """Whether the next message would meet the same trouble: there is no use in trying it now."""
    if receipt.outcome == "paused":
        return True
    if receipt.outcome != "deferred":
        return False
    return receipt.for_all or receipt.code in (None, SERVICE_NOT_AVAILABLE)

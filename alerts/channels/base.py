"""The interface of channels. The outbox decides what to send and when to retry."""

from __future__ import annotations

from typing import Protocol

from storage.model import OutboxMessage, Receipt

SERVICE_NOT_AVAILABLE = 421


class Channel(Protocol):
    """Delivers one message at a time. `send` returns errors of the server as receipts.

    A `deferred` receipt without a code means that the server could not be reached.
    """

    name: str

    def send(self, message: OutboxMessage) -> Receipt:
        """Try once to deliver `message` and return the outcome."""
        ...

    def close(self) -> None:
        """Close open connections at the end of a delivery pass."""
        ...


def ends_the_pass(receipt: Receipt) -> bool:
    """Return whether the next message of the channel would fail too; the pass ends for it."""
    if receipt.outcome == "paused":
        return True
    if receipt.outcome != "deferred":
        return False
    return receipt.for_all or receipt.code in (None, SERVICE_NOT_AVAILABLE)

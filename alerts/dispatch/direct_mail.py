"""Sends one message at once, without the outbox: it is stored nowhere and not tried again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from alerts.channels import Channel, open_channels
from alerts.dispatch.notification import build_notification
from alerts.messages.mime import Envelope
from alerts.messages.render import Rendered
from config.model import Settings
from storage.model import MessageState, OutboxMessage, Receipt


def send_directly(
    settings: Settings,
    rendered: Rendered,
    envelope: Envelope,
    now: datetime,
    *,
    channels: Mapping[str, Channel] | None = None,
) -> Receipt:
    """Send a message to the recipient of its envelope; return the receipt.

    Raises:
        MessageError: the recipient, or the sender in the settings, is not a mail address.
    """
    notification = build_notification(rendered, envelope, settings, now)
    message = OutboxMessage(
        row_id=0,
        notification=notification,
        state=MessageState.LEASED,
        attempts=0,
        unknown_outcomes=0,
        created_at=now,
        next_at=now,
        sent_at=None,
        last_code=None,
        last_error=None,
    )
    channel = (channels or open_channels(settings))[notification.channel]
    try:
        return channel.send(message)
    finally:
        channel.close()

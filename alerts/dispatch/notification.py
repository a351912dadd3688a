"""Builds the final message for a recipient's channel from a rendered one. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from alerts.channels.apprise import compose_text
from alerts.channels.kinds import APPRISE, HOOKS
from alerts.errors import MessageError
from alerts.messages.mail_address import mailbox
from alerts.messages.mime import Envelope, build_mail, message_id
from alerts.messages.render import Rendered
from config.model import Settings
from config.values.checks import CHANNEL, is_channel
from storage.model import Notification


def build_notification(
    rendered: Rendered, envelope: Envelope, settings: Settings, now: datetime
) -> Notification:
    """Build a mail, or the request body of the channel that the recipient names (`channel:KEY`).

    Raises:
        MessageError: the address is invalid, or the channel is not declared.
    """
    if not is_channel(envelope.recipient):
        return build_mail(rendered, envelope, settings.mail, now)
    key = envelope.recipient.removeprefix(CHANNEL)
    channel = next((each for each in settings.channels if each.key == key), None)
    if channel is None:
        raise MessageError(f"there is no channel {key!r}; declare it in settings.toml")
    bound = replace(envelope, channel=key)
    identity = message_id(bound, mailbox(settings.mail.sender).domain, now)
    if channel.kind == APPRISE:
        raw = compose_text(rendered)
    else:
        raw = HOOKS[channel.kind].compose(rendered, bound, identity.strip("<>"))
    return Notification(
        delivery_key=envelope.delivery_key,
        kind=envelope.kind,
        channel=key,
        recipient=envelope.recipient,
        subject=rendered.subject,
        message_id=identity,
        raw=raw,
    )

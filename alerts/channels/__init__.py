"""The ways to deliver a message. `open_channels` is how the service gets them."""

from __future__ import annotations

from collections.abc import Mapping

from alerts.channels.base import Channel
from alerts.channels.email import SmtpChannel
from alerts.channels.files import FileChannel
from config.model import Settings

__all__ = ["Channel", "FileChannel", "SmtpChannel", "open_channels"]


def open_channels(settings: Settings) -> Mapping[str, Channel]:
    """The channels by name; without a mail server, mail becomes files in `<data>/mail`."""
    mail = settings.mail
    if mail.smtp is None:
        return {"email": FileChannel(settings.service.data / "mail")}
    return {"email": SmtpChannel(mail.smtp, mail.sender)}

"""Channels that deliver messages: mail, files, and chat or push services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from alerts.channels.apprise import AppriseChannel
from alerts.channels.base import Channel
from alerts.channels.email import SmtpChannel
from alerts.channels.files import FileChannel
from alerts.channels.hook import HookChannel
from alerts.channels.http import Client
from alerts.channels.kinds import APPRISE, HOOKS
from config.model import Settings
from config.settings.channels import MAIL
from config.values.addresses import Guard

__all__ = ["Channel", "FileChannel", "SmtpChannel", "open_channels"]


def open_channels(settings: Settings, *, client: Client | None = None) -> Mapping[str, Channel]:
    """Build the channels by key; without a mail server, mail is written to `<data>/mail`.

    `client` sends HTTP requests; by default one that refuses private addresses unless allowed.
    """
    mail = settings.mail
    channels: dict[str, Channel] = {
        MAIL: FileChannel(settings.service.data / "mail")
        if mail.smtp is None
        else SmtpChannel(mail.smtp, mail.sender)
    }
    client = client or Client(Guard(settings.crawl.allowed_hosts))
    for declared in settings.channels:
        if declared.kind == APPRISE:
            channels[declared.key] = AppriseChannel(declared)
        else:
            kind = HOOKS[declared.kind]
            complete = replace(declared, url=declared.url or kind.default_url)
            channels[declared.key] = HookChannel(kind, complete, client)
    return channels

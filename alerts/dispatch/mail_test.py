"""Sends a test message without the outbox, and lists what else mail delivery depends on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from alerts.channels import Channel
from alerts.dispatch.direct_mail import send_directly
from alerts.messages.mail_address import mailbox
from alerts.messages.mime import Envelope
from alerts.messages.render import render_note
from config.model import Settings
from config.values.checks import is_channel
from storage.model import Receipt


def advice(settings: Settings) -> tuple[str, ...]:
    """List what decides whether mail arrives: the connection, and DNS records to check.

    DNS is not queried: the resolver of this machine may answer differently from the receiver's.
    """
    server = settings.mail.smtp
    if server is None:
        return ()
    domain = mailbox(settings.mail.sender).domain
    ways = {
        "tls": "encrypted from the start, the server's certificate checked",
        "starttls": "encrypted by STARTTLS, the server's certificate checked",
        "none": "NOT encrypted: everybody on the way can read and change it",
    }
    return (
        f"From {settings.mail.sender}; to {server.host} {ways[server.security]}.",
        f"SPF:   dig +short TXT {domain} must have a v=spf1 record that allows {server.host} "
        "to send for it.",
        f"DKIM:  {server.host} should sign for {domain}: a message that arrived has a "
        f"DKIM-Signature with d={domain}.",
        f"DMARC: dig +short TXT _dmarc.{domain} should have a v=DMARC1 record; with p=reject or "
        "p=quarantine, SPF or DKIM has to hold, or digests land in spam.",
    )


def send_test(
    settings: Settings,
    address: str,
    now: datetime,
    *,
    channels: Mapping[str, Channel] | None = None,
) -> Receipt:
    """Send a test message to a mail address or a channel (`channel:KEY`); return the receipt.

    Raises:
        MessageError: `address` or the sender in the settings is not a mail address.
    """
    where = settings.mail.smtp
    way = f"by {where.host}:{where.port} ({where.security})" if where else "as a file"
    if is_channel(address):
        way = f"by {address}"
    rendered = render_note(
        "Test of media watch",
        ("This message was sent to try the settings.", "", f"It went {way}. All is well."),
    )
    envelope = Envelope(
        kind="test", delivery_key=f"test:{address}:{now.isoformat()}", recipient=address
    )
    return send_directly(settings, rendered, envelope, now, channels=channels)

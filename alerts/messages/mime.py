"""Builds a mail from a rendered message: headers, parts, and the bytes that every attempt sends.

RFC 5322, 2045 and 2369, RFC 3834 for Auto-Submitted. Pure: the clock comes as an argument.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError as EmailError
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from typing import Literal

from alerts.errors import MessageError
from alerts.messages.mail_address import clean_header, mailbox, unsubscribe_mailto
from alerts.messages.render import Rendered
from config.model import MailSettings
from storage.model import MessageKind, Notification

MAX_SUBJECT = 200
MAX_REFERENCES = 8  # beside the first, by which mail programs find the thread

# At 78 columns EmailMessage encodes a long List-Unsubscribe, which breaks it; 998 leaves it plain.
_PLAIN = SMTP.clone(max_line_length=998)
_NEVER_ENCODED = frozenset(
    (
        "list-unsubscribe",
        "list-unsubscribe-post",
        "list-id",
        "message-id",
        "references",
        "in-reply-to",
    )
)
# At most 76 columns for quoted-printable (RFC 2045, 6.7) and for encoded words (RFC 2047, 2), of
# which the default of 78 makes lines that are one too long.
_FOLDED = SMTP.clone(max_line_length=76)


class _HeaderPolicy(EmailPolicy):
    """Folds and encodes headers for people, and leaves those for programs plain."""

    def fold_binary(self, name: str, value: str) -> bytes:
        policy = _PLAIN if name.lower() in _NEVER_ENCODED else _FOLDED
        return policy.fold_binary(name, value)


_HEADERS = _HeaderPolicy(linesep="\r\n")
_BARE_BREAK = re.compile(rb"(?<!\r)\n|\r(?!\n)")
_ID = re.compile(r"[^a-z0-9-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The data of a message beside its content.

    `list_name` is for List-Id; `contact` is the mail address and `stop` the URL to unsubscribe;
    `thread` are the Message-IDs of the messages that it follows, the first of the thread first.
    """

    kind: MessageKind
    delivery_key: str
    recipient: str
    list_name: str = ""
    contact: str | None = None
    stop: str | None = None
    channel: str = "email"
    thread: tuple[str, ...] = ()


def build_mail(
    rendered: Rendered, envelope: Envelope, settings: MailSettings, now: datetime
) -> Notification:
    """Build the mail, whose bytes are the same at every attempt to send it.

    Raises:
        MessageError: the sender or the recipient is not a mail address, or a header is invalid.
    """
    sender = mailbox(settings.sender)
    recipient = mailbox(envelope.recipient)
    subject = clean_header(rendered.subject, MAX_SUBJECT) or "Media watch"
    identity = message_id(envelope, sender.domain, now)
    message = EmailMessage(policy=_HEADERS)
    try:
        message["Date"] = now
        message["From"] = sender
        message["To"] = recipient
        if settings.reply_to:
            message["Reply-To"] = mailbox(settings.reply_to)
        message["Subject"] = subject
        message["Message-ID"] = identity
        if envelope.thread:
            message["In-Reply-To"] = envelope.thread[0]
            known = (envelope.thread[0], *envelope.thread[1:][-MAX_REFERENCES:])
            message["References"] = " ".join(known)
        # suppress out-of-office replies (RFC 3834; the last is for Exchange)
        message["Auto-Submitted"] = "auto-generated"
        message["Precedence"] = "bulk"
        message["X-Auto-Response-Suppress"] = "All"
        message["MIME-Version"] = "1.0"
        message["List-Id"] = f"<{list_id(envelope.list_name, sender.domain)}>"
        addresses = _unsubscribe_addresses(envelope)
        if addresses:
            message["List-Unsubscribe"] = ", ".join(f"<{each}>" for each in addresses)
        if envelope.stop and envelope.stop.startswith("https://"):
            # one-click unsubscribe needs https (RFC 8058)
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    except (ValueError, EmailError) as error:
        raise MessageError(
            f"a header of {envelope.delivery_key!r} cannot be written: {error}"
        ) from error
    message.make_alternative()
    message.attach(_build_part(rendered.text, "plain"))
    boundary = f"=_{hashlib.sha256(identity.encode()).hexdigest()[:32]}"
    message.attach(_build_html(rendered, f"{boundary}.r"))
    message.set_boundary(boundary)
    raw = message.as_bytes()
    if _BARE_BREAK.search(raw) or not raw.isascii():
        raise MessageError(f"the mail for {envelope.delivery_key!r} is not clean CRLF and ASCII")
    return Notification(
        delivery_key=envelope.delivery_key,
        kind=envelope.kind,
        channel=envelope.channel,
        recipient=recipient.addr_spec,
        subject=subject,
        message_id=identity,
        raw=raw,
    )


def _unsubscribe_addresses(envelope: Envelope) -> list[str]:
    addresses = [envelope.stop] if envelope.stop else []
    if envelope.contact:
        about = f"unsubscribe {envelope.list_name}".strip()
        addresses.append(unsubscribe_mailto(envelope.contact, about))
    return addresses


def message_id(envelope: Envelope, domain: str, now: datetime) -> str:
    """Build the Message-ID, which is the same at every attempt.

    It depends on the time too: a new database repeats the ids of subscribers and so the delivery
    keys, and mailboxes drop a message with a known Message-ID.
    """
    seed = f"{envelope.delivery_key}\n{envelope.recipient}\n{now.isoformat()}"
    return f"<{envelope.kind}.{hashlib.sha256(seed.encode()).hexdigest()[:32]}@{domain}>"


def list_id(name: str, domain: str) -> str:
    """Build the List-Id of a subscription, by which mail programs filter (RFC 2919)."""
    label = _ID.sub("-", name.lower()).strip("-")
    return f"{label}.supplierwatch.{domain}" if label else f"supplierwatch.{domain}"


def _build_html(rendered: Rendered, boundary: str) -> EmailMessage:
    """Build the HTML part, with its inline images as multipart/related (RFC 2387)."""
    html = _build_part(rendered.html, "html")
    if not rendered.pictures:
        return html
    related = EmailMessage(policy=_FOLDED)
    related.make_related()
    related.attach(html)
    for picture in rendered.pictures:
        image = EmailMessage(policy=_FOLDED)
        image.set_content(
            picture.png,
            maintype="image",
            subtype="png",
            disposition="inline",
            filename=f"{picture.cid.partition('-')[0]}.png",
            cid=f"<{picture.cid}>",
        )
        del image["MIME-Version"]
        related.attach(image)
    del related["MIME-Version"]
    related.set_boundary(boundary)
    related.set_param("type", "text/html")
    return related


def _build_part(text: str, subtype: Literal["plain", "html"]) -> EmailMessage:
    part = EmailMessage(policy=_FOLDED)
    clean = text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    part.set_content(clean, subtype=subtype, charset="utf-8", cte="quoted-printable")
    del part["MIME-Version"]
    return part

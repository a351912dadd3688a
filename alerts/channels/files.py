"""Writes mail as .eml and .html files into a folder, for a service without a mail server.

The name depends on the message alone: writing it again overwrites the same file.
"""

from __future__ import annotations

import hashlib
import os
import re
from base64 import b64encode
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from storage.model import OutboxMessage, Receipt

_UNSAFE = re.compile(r"[^a-z0-9@.-]+")


class FileChannel:
    """Writes each message into `folder`, atomically."""

    name = "email"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: OutboxMessage) -> Receipt:
        """Write the message; `detail` of the receipt is the path of the .eml file, or the error."""
        target = self._folder / f"{stem(message)}.eml"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            html = _extract_html(message.notification.raw)
            if html is not None:
                _write_atomically(target.with_suffix(".html"), html)
            # last: where the .eml exists, the .html does too
            _write_atomically(target, message.notification.raw)
            _sync_folder(self._folder)
        except OSError as error:
            return Receipt(outcome="deferred", detail=f"{target} cannot be written: {error}")
        return Receipt(outcome="delivered", detail=str(target))

    def close(self) -> None:
        """Do nothing: no connection is kept open."""


def stem(message: OutboxMessage) -> str:
    """Return the base name of a message's files: time, kind, recipient, hash of its key."""
    notification = message.notification
    key = hashlib.sha256(notification.delivery_key.encode()).hexdigest()[:10]
    recipient = _UNSAFE.sub("-", notification.recipient.lower()).strip(".-")[:60]
    return f"{message.created_at:%Y%m%d-%H%M%S}-{notification.kind}-{recipient}-{key}"


def _extract_html(raw: bytes) -> bytes | None:
    message = message_from_bytes(raw, policy=default)
    if not isinstance(message, EmailMessage):
        return None
    part = message.get_body(preferencelist=("html",))
    if part is None:
        return None
    html = str(part.get_content())
    for image in message.walk():
        if image.get_content_maintype() == "image" and image["Content-ID"]:
            # a separate page cannot refer to parts of the mail: embed the image
            packed = b64encode(image.get_content()).decode("ascii")
            shown = f"data:{image.get_content_type()};base64,{packed}"
            html = html.replace(f"cid:{image['Content-ID'].strip('<> ')}", shown)
    return html.encode()


def _write_atomically(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Mail addresses in messages: parsed, and as links. Pure."""

from __future__ import annotations

import re
from email.errors import MessageError as EmailError
from email.headerregistry import Address
from urllib.parse import quote

from alerts.errors import MessageError
from alerts.text.sanitize import line

_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<spec>[^<>\s]+)>$")


def mailbox(text: str) -> Address:
    """Parse a mail address with or without a name; the domain is converted to ASCII (IDNA).

    Raises:
        MessageError: it is invalid, or its local part needs SMTPUTF8, which many servers lack.
    """
    named = _NAMED.match(text.strip())
    name, spec = (named["name"].strip(' "'), named["spec"]) if named else ("", text.strip())
    local, at, domain = spec.rpartition("@")
    if not at or not local or not domain or re.search(r"[\s<>,;:\"()\\]", spec):
        raise MessageError(f"{text!r} is not a mail address; write name@host or Name <name@host>")
    if not local.isascii():
        raise MessageError(f"{text!r} has letters outside ASCII before the @; use another address")
    try:
        return Address(
            clean_header(name, 100), local, domain.encode("idna").decode("ascii").lower()
        )
    except (ValueError, EmailError) as error:
        raise MessageError(f"{text!r} is not a mail address: {error}") from error


def unsubscribe_mailto(contact: str, subject: str) -> str:
    """Build a mailto URI (RFC 6068) by which a reader asks for no more messages.

    Raises:
        MessageError: the contact is not a mail address.
    """
    return f"mailto:{quote(mailbox(contact).addr_spec, safe='@')}?subject={quote(subject)}"


def clean_header(text: str, limit: int) -> str:
    """Make a text safe as a header of at most `limit` characters."""
    # an encoded word in the text would be decoded by readers, line breaks included
    return line(text, limit).replace("=?", "= ?")

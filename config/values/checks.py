"""Checks single values: keys, e-mail addresses, URLs, hosts, time zones. Pure.

Each function takes the text as written and returns it normalised, or raises a `InvalidValue`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import cssselect

from config.values.invalid_value import InvalidValue, nearest

_KEY = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_NAMED = re.compile(r"[^<>]*<([^<>]+)>")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
MAX_KEY = 64
_MAX_SLUG = 50  # characters of a key that is made from a name, before its number
CHANNEL = "channel:"  # prefix of a recipient that is a channel


def check_key(text: str) -> str:
    """Check a key: lower-case letters and digits, separated by single `-`, `_` or `.`."""
    if not _KEY.fullmatch(text) or len(text) > MAX_KEY:
        slug = _make_slug(text, MAX_KEY)
        raise InvalidValue(
            "is not a valid key",
            "write small letters, digits and hyphens" + (f": {slug}" if slug else ""),
        )
    return text


def make_key(name: str, taken: Collection[str], *, default: str) -> str:
    """Make a key from a name, unlike those in use.

    Args:
        name: any text.
        taken: keys in use.
        default: used where the name has no letter or digit.
    """
    slug = _make_slug(name, _MAX_SLUG) or default
    key, number = slug, 1
    while key in taken:
        number += 1
        key = f"{slug}-{number}"
    return key


def _make_slug(text: str, most: int) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:most].strip("-")


def check_text(text: str) -> str:
    """Check that a text is not empty and has no line break or control character."""
    tidy = text.strip()
    if not tidy:
        raise InvalidValue("is empty", "write something between the quotes, or leave the line out")
    if any(ord(char) < 32 or ord(char) == 127 for char in tidy):
        raise InvalidValue("has a line break or a control character", "write it on one line")
    return tidy


def check_query(text: str) -> str:
    """Check that a query, possibly of several lines, is not empty; it is not parsed here."""
    if not text.strip():
        raise InvalidValue("is empty", "write what to look for, as in: palantir AND nhs")
    if "\x00" in text:
        raise InvalidValue("has a NUL character", "remove it")
    return text.strip()


def check_keyword(text: str) -> str:
    """Check a word or phrase that is put between double quotes in a query."""
    tidy = check_text(text)
    if any(mark in tidy for mark in '"“”„«»'):
        raise InvalidValue(
            "has double quotes inside",
            "write the words alone: a keyword is a phrase without quotes",
        )
    if not any(char.isalnum() for char in tidy):
        raise InvalidValue("has no letter or digit", "write a word or a phrase")
    return tidy


def check_selector(text: str) -> str:
    """Check a CSS selector such as `article .body > p`; commas separate several."""
    tidy = check_text(text)
    try:
        parsed = cssselect.parse(tidy)
    except cssselect.SelectorError as error:
        raise InvalidValue(
            f"is not a CSS selector: {error}", "write one as in: div.news-list > article"
        ) from error
    if any(one.pseudo_element for one in parsed):
        raise InvalidValue(
            "has a pseudo-element", "name the element alone, without ::text and the like"
        )
    return tidy


def check_url(text: str) -> str:
    """Check an http or https URL. One with credentials is refused, and marked as secret."""
    tidy = text.strip()
    hint = "write a full address, as in https://example.org/feed/"
    if any(ord(char) <= 32 or char in '\\"<>^`{|}' or ord(char) == 127 for char in tidy):
        raise InvalidValue("has a blank or a character that is not allowed in a URL", hint)
    try:
        parts = urlsplit(tidy)
        port = parts.port
    except ValueError as error:
        raise InvalidValue("is not a web address", hint) from error
    if parts.username is not None or parts.password is not None:
        raise InvalidValue(
            "holds a user name or a password",
            "secrets do not belong in files: write the address without them",
            secret=True,
        )
    if parts.scheme.lower() not in ("http", "https"):
        raise InvalidValue("does not begin with https:// or http://", hint)
    if not parts.hostname or port == 0 or not _is_host(parts.hostname):
        raise InvalidValue("has no valid host", hint)
    return tidy


def check_address(text: str) -> str:
    """Check an e-mail address without a display name; its domain is returned as IDNA."""
    tidy = text.strip()
    if "<" in tidy:
        raise InvalidValue("has a name beside it", "write the address alone, as in you@example.org")
    local, at, domain = tidy.rpartition("@")
    if at and not local.isascii():
        raise InvalidValue(
            "has letters outside ASCII before the @, which many mail servers refuse",
            "use another address of the same person",
        )
    if not at or not _LOCAL.fullmatch(local) or len(local) > 64:
        raise InvalidValue("is not a mail address", "write it as in you@example.org")
    if not _is_host(domain) or not any(char.isalpha() for char in domain) or domain[-1] == ".":
        raise InvalidValue("is not a mail address", "write it as in you@example.org")
    return tidy if domain.isascii() else f"{local}@{domain.encode('idna').decode()}"


def check_recipient(text: str) -> str:
    """Check a recipient: an e-mail address, or `channel:` and the key of a channel."""
    tidy = text.strip()
    if is_channel(tidy):
        return CHANNEL + check_key(tidy.removeprefix(CHANNEL).strip())
    return check_address(tidy)


def is_channel(recipient: str) -> bool:
    """Return whether a recipient is a channel, not an e-mail address."""
    return recipient.startswith(CHANNEL)


def check_mailbox(text: str) -> str:
    """Check an e-mail address with an optional name: Media watch <watch@example.org>."""
    tidy = check_text(text)
    named = _NAMED.fullmatch(tidy)
    if named is not None:
        check_address(named[1])
    elif "<" in tidy or ">" in tidy:
        raise InvalidValue("is not a sender", "write it as in Media watch <watch@example.org>")
    else:
        check_address(tidy)
    return tidy


def check_host_and_port(text: str) -> tuple[str, int]:
    """Parse 'smtp.example.org:587' or '[::1]:587' into host and port."""
    tidy = text.strip()
    if "@" in tidy:
        raise InvalidValue(
            "holds a user name or a password",
            "write host:port alone, and set SUPPLIERWATCH_SMTP_USERNAME and "
            "SUPPLIERWATCH_SMTP_PASSWORD (or ..._PASSWORD_FILE) in the environment",
            secret=True,
        )
    host, colon, port = tidy.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise InvalidValue("is not a host and a port", "write both, as in smtp.example.org:587")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not _is_host(bare) or (":" in bare and bare == host):
        raise InvalidValue("has no valid host", "write host:port, as in smtp.example.org:587")
    return bare, int(port)


def check_allowed_host(text: str) -> str:
    """Check a host name, an IP address, or a network in CIDR notation."""
    tidy = text.strip().lower()
    hint = "write a host name, an address or a network: intranet.example, 10.1.2.3, 10.1.0.0/16"
    if "://" in tidy:
        raise InvalidValue("is a web address, not a host", hint)
    if "/" in tidy:
        try:
            network = ipaddress.ip_network(tidy, strict=False)
        except ValueError as error:
            raise InvalidValue("is not a network", hint) from error
        if network.prefixlen == 0:
            raise InvalidValue("would allow every address", hint)
        return str(network)
    bare = tidy[1:-1] if tidy.startswith("[") and tidy.endswith("]") else tidy
    if not _is_host(bare):
        raise InvalidValue("is not a host", hint)
    return bare


def check_network(text: str) -> str:
    """Check an IP address, or a network in CIDR notation."""
    hint = "write an address or a network: 127.0.0.1, 10.1.0.0/16"
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise InvalidValue("is neither an address nor a network", hint) from error
    if network.prefixlen == 0:
        raise InvalidValue("would trust every address", hint)
    return str(network)


def check_header_name(text: str) -> str:
    """Check the name of an HTTP header (RFC 9110, 5.1) that has no standard meaning."""
    tidy = text.strip().lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", tidy):
        raise InvalidValue("is not the name of a header", "write one such as X-Remote-User")
    if tidy in ("authorization", "cookie", "forwarded", "host", "origin", "x-forwarded-for"):
        raise InvalidValue("is a header with another meaning", "write one such as X-Remote-User")
    return tidy


def check_language(text: str) -> str:
    """Check an ISO 639 language code of two or three letters."""
    tidy = text.strip().lower()
    if not _LANGUAGE.fullmatch(tidy):
        raise InvalidValue("is not a language code", "write two letters: en, cy, fr")
    return tidy


def check_timezone(text: str) -> str:
    """Check a name of the IANA time zone database."""
    tidy = text.strip()
    if tidy not in _list_zones():
        meant = nearest(tidy, _list_zones())
        raise InvalidValue(
            "is not a time zone",
            f"write {meant}" if meant else "write a name such as Europe/London or UTC",
        )
    return tidy


@lru_cache(maxsize=1)
def _list_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _is_host(text: str) -> bool:
    if ":" in text or re.fullmatch(r"[\d.]+", text):
        try:
            ipaddress.ip_address(text)
        except ValueError:
            return False
        return True
    try:
        ascii_name = text.encode("idna").decode() if not text.isascii() else text
    except UnicodeError:
        return False
    labels = ascii_name.removesuffix(".").split(".")
    return len(ascii_name) <= 253 and all(_LABEL.fullmatch(label) for label in labels)

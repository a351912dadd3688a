"""Sanitises untrusted text and URLs for messages: no invisible characters, only http(s) links.

HTML is not escaped here; the templates escape everything.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

from storage.rules.combining_marks import limit_marks

MAX_URL = 2083  # characters; some clients do not open longer URLs
ELLIPSIS = "…"

# Direction overrides and isolates (CVE-2021-42574), zero-width and other invisible characters,
# tag characters: all can make a displayed subject differ from its text.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
# Joiners are part of Persian, Indic and emoji spelling, and only deceive between Latin letters.
_JOINER = re.compile("(?<![\u0600-\U0010ffff])[\u200c\u200d]")
_BREAK = re.compile("[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]{4})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]+"
)
_BLANKS = re.compile(r"\s+")
_HOST = re.compile(r"^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$|^[0-9a-f:.]+$")


def fragment(text: str) -> str:
    """Clean a part of a line: no invisible characters, whitespace collapsed, not trimmed."""
    return _BLANKS.sub(" ", verbatim(text))


def verbatim(text: str) -> str:
    """Clean one line and keep its spaces, for text that is aligned in columns."""
    text = _SURROGATE.sub("\ufffd", text)
    text = _BREAK.sub(" ", text)
    text = _CONTROL.sub("", text)
    text = _INVISIBLE.sub("", text)
    text = _JOINER.sub("", text)
    return _MARKS.sub(r"\1", text)


def line(text: str, limit: int | None = None) -> str:
    """Clean and trim one line, shortened to `limit` characters including the ellipsis."""
    cleaned = unicodedata.normalize("NFC", limit_marks(fragment(text))).strip()
    return cleaned if limit is None else shorten(cleaned, limit)


def shorten(text: str, limit: int) -> str:
    """Cut `text` to `limit` characters, between words if possible, and append an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    head, blank, _ = cut.rpartition(" ")
    if blank and len(head) > limit // 2:
        cut = head
    return cut.rstrip(" ,;:-–—") + ELLIPSIS


def web_link(url: str | None) -> str | None:
    """Normalise an http(s) URL that is safe to show and follow; None for any other.

    The host is converted to its ASCII form, which reveals look-alike letters, and non-ASCII
    characters are percent-encoded. URLs with user information before the host are refused, because
    they can be misread.
    """
    if url is None or len(url) > MAX_URL or re.search(r"[\s\x00-\x20\x7f\\]", url.strip()):
        return None
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not host or "@" in parts.netloc:
        return None
    try:
        ascii_host = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    if not _HOST.match(ascii_host):
        return None
    netloc = f"[{ascii_host}]" if ":" in ascii_host else ascii_host
    if port is not None:
        netloc = f"{netloc}:{port}"
    safe = urlunsplit(
        (
            parts.scheme.lower(),
            netloc,
            _percent_encode(parts.path, "/:@!$&'()*+,;=~-._%"),
            _percent_encode(parts.query, "/?:@!$&'()*+,;=~-._%[]"),
            _percent_encode(parts.fragment, "/?:@!$&'()*+,;=~-._%"),
        )
    )
    return safe if len(safe) <= MAX_URL else None


def _percent_encode(text: str, safe: str) -> str:
    return quote(text, safe=safe, encoding="utf-8", errors="replace")

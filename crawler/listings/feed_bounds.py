"""Limits feeds before and after feedparser, so that parsing takes linear time.

feedparser searches document types and entities before the first element with quadratic regular
expressions, and the XML declaration with one that is cubic in the first line. Importing this module
replaces two of its methods that cannot be configured by linear ones with the same result.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from typing import Any

from feedparser.html import _BaseHTMLProcessor
from feedparser.mixin import _FeedParserMixin
from feedparser.sanitizer import _HTMLSanitizer

from storage.model import FetchedEntry

MAX_HEAD = 16_000  # bytes before the first element
MAX_DECLARATION = 500  # bytes
MAX_TITLE = 50_000  # characters, markup included, here and below
MAX_SUMMARY = 1_000_000
MAX_CONTENT = 5_000_000
MAX_ADDRESS = 8_000
MAX_IDENTIFIER = 8_000
MAX_NAMES = 100  # authors, and tags
MAX_NAME = 1_000
MAX_DIGITS = 7  # of a reference to a character
_FIRST_ELEMENT = re.compile(rb"<\w")
_BLANKS = re.compile(rb"(\s{60})\s++")
# feedparser's expression with possessive repeats: its own is cubic in a run of digits
_HTMLSanitizer.valid_css_values = re.compile(
    r"^(#[0-9a-f]++|rgb\(\d++%?+,\d*+%?+,?+\d*+%?+\)?+"
    r"|\d{0,2}\.?\d{0,2}(cm|em|ex|in|mm|pc|pt|px|%|,|\))?)$"
)
_original_add_tag = _FeedParserMixin._add_tag
_handle_reference = _FeedParserMixin.handle_charref
_handle_reference_in_markup = _BaseHTMLProcessor.handle_charref


def _add_first_tags(self: Any, term: object, scheme: object, label: object) -> None:
    # feedparser compares each tag with all before it
    if len(self._get_context().get("tags") or ()) < MAX_NAMES:
        _original_add_tag(self, term, scheme, label)


def replace_invalid_reference(reference: str) -> str:
    """Return a character reference, or U+FFFD in place of an invalid one.

    feedparser fails on the whole feed for a surrogate or a number beyond Unicode.
    """
    mark, base = ("x", 16) if reference[:1] in "xX" else ("", 10)
    digits = reference[len(mark) :].lstrip("0") or "0"
    if len(digits) > MAX_DIGITS:
        return "xfffd"
    number = int(digits, base)
    names_one = number < 0xD800 or 0xDFFF < number <= sys.maxunicode
    if not names_one:
        return "xfffd"
    # unchanged where it is short: leading zeros do not matter
    return reference if len(reference) <= 2 * MAX_DIGITS else f"{mark}{digits}"


_FeedParserMixin._add_tag = _add_first_tags
_FeedParserMixin.handle_charref = lambda self, ref: _handle_reference(
    self, replace_invalid_reference(ref)
)
_BaseHTMLProcessor.handle_charref = lambda self, ref: _handle_reference_in_markup(
    self, replace_invalid_reference(ref)
)


def limit_head(body: bytes) -> tuple[bytes, str | None]:
    """Shorten what precedes the first element, so that feedparser reads it in linear time.

    Returns:
        the feed, and a description of what was removed, or None.
    """
    first = _FIRST_ELEMENT.search(body)
    start = first.start() if first else len(body)
    head = _BLANKS.sub(rb"\1", body[: 64 * MAX_HEAD if first is None else start])
    rest = body[start:]
    lead = len(head) - len(head.lstrip(b"\xef\xbb\xbf \t\r\n"))
    end = head.find(b"?>", lead, lead + MAX_DECLARATION)
    declaration = head[: end + 2] if head.startswith(b"<?", lead) and end >= 0 else b""
    if len(head) > MAX_HEAD or (head.startswith(b"<?", lead) and not declaration):
        return (
            declaration + b"\n" + rest,
            f"the {start} bytes before its first element were left out",
        )
    # a line end after the declaration: feedparser's expression scans to the end of the line
    return (declaration + b"\n" if declaration else b"") + head[len(declaration) :] + rest, None


def limit_entry(entry: FetchedEntry) -> FetchedEntry:
    """Limit the length of an entry's fields.

    A URL that is too long becomes None: cut, it would be another URL.
    """
    url = entry.url if entry.url is None or len(entry.url) <= MAX_ADDRESS else None
    return replace(
        entry,
        url=url,
        guid=entry.guid[:MAX_IDENTIFIER] if entry.guid else entry.guid,
        title=entry.title[:MAX_TITLE],
        summary=entry.summary[:MAX_SUMMARY],
        content=entry.content[:MAX_CONTENT],
        authors=tuple(name[:MAX_NAME] for name in entry.authors[:MAX_NAMES]),
        published_raw=entry.published_raw[:MAX_NAME] if entry.published_raw else None,
        tags=tuple(tag[:MAX_NAME] for tag in entry.tags[:MAX_NAMES]),
    )

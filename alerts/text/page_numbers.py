"""The pages of a document that a match stands on, and what of it could not be read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from alerts.query.text.document import Document
from storage.model import Span, StoredItem

MAX_PAGES = 6  # numbers shown of one document
# facts of a document's notice, in words: crawler.kinds.boardpapers states them
_UNREAD = (
    ("scanned pages", "scanned and cannot be read"),
    ("broken pages", "damaged and cannot be read"),
    ("pages not read", "left unread"),
)


def page_of(item: StoredItem, span: Span) -> int | None:
    """The page of a document, from 1, that a span stands on; None outside pages."""
    return next(iter(pages_of(item, [span])), None)


def pages_of(item: StoredItem, spans: Sequence[Span]) -> tuple[int, ...]:
    """The pages of a document, from 1, that some spans stand on, in order."""
    places = sorted({(s.start, s.end) for s in spans if s.field == "body"})
    if not item.pages or not places:
        return ()
    found = []
    for number, zone in enumerate(Document.of(item).page_zones(), start=1):
        end = zone.offset + len(zone.text)
        if any(zone.offset <= start < end and last <= end for start, last in places):
            found.append(number)
    return tuple(found)


def page_address(url: str, page: int | None) -> str:
    """The address of a page of a PDF, as its viewers understand it (RFC 8118, section 3)."""
    if page is None or urlsplit(url).fragment:
        return url
    return f"{url}#page={page}"


def pages_said(pages: Sequence[int]) -> str:
    """`page 37`, `pages 3, 37 and 40`, `pages 1, 2, 3, 4, 5, 6 and 9 more`; nothing for none."""
    if not pages:
        return ""
    if len(pages) == 1:
        return f"page {pages[0]}"
    shown = [str(page) for page in pages[:MAX_PAGES]]
    last = f"{len(pages) - MAX_PAGES} more" if len(pages) > MAX_PAGES else shown.pop()
    return f"pages {', '.join(shown)} and {last}"


def unread_pages(item: StoredItem) -> str:
    """What of a document could not be read: `Pages 3, 7 are scanned and cannot be read.`"""
    facts = dict(item.notice.facts) if item.notice is not None and item.pages else {}
    said = []
    for name, why in _UNREAD:
        pages = facts.get(name)
        if pages:
            said.append(
                f"Page {pages} is {why}." if pages.isdigit() else f"Pages {pages} are {why}."
            )
    return " ".join(said)

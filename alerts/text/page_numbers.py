"""Finds the pages of a document with a match, and words page numbers. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from alerts.query.text.document import Document
from storage.model import Span, StoredItem

MAX_PAGES = 6  # numbers shown of one document
# facts that crawler.kinds.boardpapers sets on a document's notice, and their wording
_UNREAD = (
    ("scanned pages", "scanned and cannot be read"),
    ("broken pages", "damaged and cannot be read"),
    ("pages not read", "left unread"),
)


def page_of(item: StoredItem, span: Span) -> int | None:
    """Return the page number, from 1, of a span; None if it is on no page."""
    return next(iter(pages_of(item, [span])), None)


def pages_of(item: StoredItem, spans: Sequence[Span]) -> tuple[int, ...]:
    """Return the page numbers, from 1 and in order, of the pages that contain one of the spans."""
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
    """Return the URL of a page of a PDF (RFC 8118, section 3)."""
    if page is None or urlsplit(url).fragment:
        return url
    return f"{url}#page={page}"


def format_pages(pages: Sequence[int]) -> str:
    """Word page numbers: `page 37`, `pages 3, 37 and 40`, `... 6 and 9 more`; empty for none."""
    if not pages:
        return ""
    if len(pages) == 1:
        return f"page {pages[0]}"
    shown = [str(page) for page in pages[:MAX_PAGES]]
    last = f"{len(pages) - MAX_PAGES} more" if len(pages) > MAX_PAGES else shown.pop()
    return f"pages {', '.join(shown)} and {last}"


def unread_pages(item: StoredItem) -> str:
    """Word which pages were not read: `Pages 3, 7 are scanned and cannot be read.`"""
    facts = dict(item.notice.facts) if item.notice is not None and item.pages else {}
    sentences = []
    for name, why in _UNREAD:
        pages = facts.get(name)
        if pages:
            sentences.append(
                f"Page {pages} is {why}." if pages.isdigit() else f"Pages {pages} are {why}."
            )
    return " ".join(sentences)

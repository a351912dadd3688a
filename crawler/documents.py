"""From a PDF's bytes to the text of its pages, by PDFium. Pure.

A page that cannot be read costs its own text and no other's.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pypdfium2
import pypdfium2.raw as pdfium

from crawler.errors import Unreadable
from crawler.paper_text import running_text
from crawler.plain import one_line

MOST_PAGES = 1000
PATIENCE = 60.0  # seconds for a whole document; its other pages are then left unread
_MOST_LETTERS = 200_000  # of one page: a dense one has 6,000
_HEAD = 1024  # bytes in which a PDF must say that it is one
_STAMP = re.compile(r"D:(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(?:(Z)|([+-])(\d\d)'?(\d\d)?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What a PDF holds. Numbers of pages count from 1.

    `pages` has a text for each page that was asked for, empty where there is none; `scanned` are
    pages that show pictures alone, `broken` those that PDFium cannot open. `count` is how many
    there are, the ones beyond the limits included.
    """

    pages: tuple[str, ...]
    count: int
    scanned: tuple[int, ...] = ()
    broken: tuple[int, ...] = ()
    title: str | None = None
    created_raw: str | None = None
    created_at: datetime | None = None


def read_paper(
    body: bytes,
    *,
    most_pages: int = MOST_PAGES,
    patience: float = PATIENCE,
    seconds: Callable[[], float] = time.monotonic,
) -> Paper:
    """Read a PDF.

    Args:
        most_pages: pages beyond are counted and not read.
        patience: seconds after which the remaining pages are not read.
        seconds: a clock.

    Raises:
        Unreadable: it is no PDF, damaged beyond reading, or locked by a password ("encrypted").
    """
    if b"%PDF-" not in body[:_HEAD]:
        raise Unreadable("not a PDF, whatever its address says")
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise Unreadable("encrypted") from error
        raise Unreadable(f"a damaged PDF: {error}") from error
    try:
        return _read(document, most_pages, seconds() + patience, seconds)
    finally:
        document.close()


def _read(
    document: pypdfium2.PdfDocument, most: int, until: float, seconds: Callable[[], float]
) -> Paper:
    texts: list[str] = []
    scanned: list[int] = []
    broken: list[int] = []
    count = len(document)
    if count == 0:
        raise Unreadable("a PDF without pages")
    for number in range(1, min(count, most) + 1):
        if seconds() > until:
            break
        try:
            text, is_scan = _page(document, number - 1)
        except (pypdfium2.PdfiumError, ValueError, UnicodeError):
            broken.append(number)
            text, is_scan = "", False
        texts.append(text)
        if is_scan:
            scanned.append(number)
    said = document.get_metadata_dict(skip_empty=True)
    raw = said.get("CreationDate")
    return Paper(
        pages=running_text(texts),
        count=count,
        scanned=tuple(scanned),
        broken=tuple(broken),
        title=one_line(said.get("Title", "")) or None,
        created_raw=raw,
        created_at=_stamp(raw),
    )


def _page(document: pypdfium2.PdfDocument, index: int) -> tuple[str, bool]:
    """The text of a page as PDFium gives it, and whether there are pictures instead."""
    page = document[index]
    try:
        written = page.get_textpage()
        try:
            # the whole of it: text_bounded would leave out what stands beyond the crop box
            count = min(written.count_chars(), _MOST_LETTERS)
            text = written.get_text_range(0, count) if count > 0 else ""
        finally:
            written.close()
        if text.strip():
            return text, False
        pictures = page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=5)
        # drawn letters without a font are paths; an empty page has nothing at all
        return "", any(True for _ in pictures) or _is_drawn(page)
    finally:
        page.close()


def _is_drawn(page: pypdfium2.PdfPage) -> bool:
    paths = page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_PATH,), max_depth=5)
    return sum(1 for _ in paths) > 100


def _stamp(raw: str | None) -> datetime | None:
    """A PDF's date (ISO 32000-1, 7.9.4) in UTC."""
    found = _STAMP.match(raw or "")
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    sign = -1 if found[8] == "-" else 1
    away = sign * timedelta(hours=int(found[9] or 0), minutes=int(found[10] or 0))
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=timezone(away)).astimezone(
            UTC
        )
    except (ValueError, OverflowError):
        return None

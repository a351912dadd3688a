"""From a PDF's bytes to the text of its pages, by PDFium. Pure.

`crawler.boardpapers.pdf_process` runs this in a process of its own: PDFium is C++ that reads what
strangers wrote, and may crash or never come back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pypdfium2
import pypdfium2.raw as pdfium

from crawler.boardpapers.pdf_text import running_text
from crawler.errors import Unreadable
from crawler.text.plain_text import one_line

_MOST_LETTERS = 200_000  # of one page: a dense one has 6,000
_MOST_PATHS = 100  # an empty page may have a frame and a rule; letters drawn as paths are many
_HEAD = 1024  # bytes in which a PDF must say that it is one
_STAMP = re.compile(r"D:(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(?:(Z)|([+-])(\d\d)'?(\d\d)?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfInfo:
    """What a PDF says of itself: how many pages, and its title and date as they are written."""

    count: int
    title: str
    created: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfPage:
    """A page of a PDF as PDFium gives it. `number` counts from 1.

    `scanned`: it shows pictures alone; `broken`: it cannot be opened.
    """

    number: int
    text: str
    scanned: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfDocument:
    """What a PDF holds. Numbers of pages count from 1.

    `pages` has a text for each page that was read, empty where there is none; `scanned` are pages
    that show pictures alone, `broken` those that cannot be opened. `count` is how many there are,
    the ones left unread included.
    """

    pages: tuple[str, ...]
    count: int
    scanned: tuple[int, ...]
    broken: tuple[int, ...]
    title: str | None
    created_raw: str | None
    created_at: datetime | None


def read_pages(body: bytes, *, first: int, last: int) -> Iterator[PdfInfo | PdfPage]:
    """The cover of a PDF, then its pages from `first` to `last`, each when it has been read.

    Raises:
        Unreadable: it is no PDF, damaged beyond reading, or locked by a password ("encrypted").
    """
    if b"%PDF-" not in body[:_HEAD]:
        raise Unreadable("not a PDF, whatever its address says")
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise Unreadable("encrypted", lasting=True) from error
        raise Unreadable(f"a damaged PDF: {error}") from error
    try:
        said = document.get_metadata_dict()
        yield PdfInfo(
            count=len(document), title=said.get("Title", ""), created=said.get("CreationDate", "")
        )
        for number in range(first, min(len(document), last) + 1):
            try:
                yield _sheet(document, number)
            except (pypdfium2.PdfiumError, ValueError, MemoryError):
                yield PdfPage(number=number, text="", broken=True)
    finally:
        document.close()


def pdf_document(cover: PdfInfo, sheets: Sequence[PdfPage]) -> PdfDocument:
    """A document, from its cover and all its pages that were read, in order."""
    return PdfDocument(
        pages=running_text([sheet.text for sheet in sheets]),
        count=cover.count,
        scanned=tuple(sheet.number for sheet in sheets if sheet.scanned),
        broken=tuple(sheet.number for sheet in sheets if sheet.broken),
        title=one_line(cover.title) or None,
        created_raw=cover.created or None,
        created_at=_stamp(cover.created),
    )


def _sheet(document: pypdfium2.PdfDocument, number: int) -> PdfPage:
    page = document[number - 1]
    try:
        written = page.get_textpage()
        try:
            # all of it: what stands beyond the crop box may be cut off by mistake
            count = min(written.count_chars(), _MOST_LETTERS)
            text = written.get_text_range(0, count) if count > 0 else ""
        finally:
            written.close()
        return PdfPage(number=number, text=text, scanned=not text.strip() and _shows(page))
    finally:
        page.close()


def _shows(page: pypdfium2.PdfPage) -> bool:
    """Whether a page without text shows anything: a picture, or letters that are drawn."""
    if any(True for _ in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=5)):
        return True
    paths = page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_PATH,), max_depth=5)
    return sum(1 for _ in paths) > _MOST_PATHS


def _stamp(raw: str) -> datetime | None:
    """A PDF's date (ISO 32000-1, 7.9.4) in UTC."""
    found = _STAMP.match(raw)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    sign = -1 if found[8] == "-" else 1
    try:
        away = timezone(sign * timedelta(hours=int(found[9] or 0), minutes=int(found[10] or 0)))
        return datetime(year, month, day, hour, minute, second, tzinfo=away).astimezone(UTC)
    except (ValueError, OverflowError):
        return None

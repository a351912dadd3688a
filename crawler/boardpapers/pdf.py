"""Extracts the text of a PDF's pages with PDFium. Pure.

`crawler.boardpapers.pdf_process` runs this in a separate process: PDFium is C++ that parses
untrusted files, and may crash or hang.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import pypdfium2
import pypdfium2.raw as pdfium

from crawler.boardpapers.pdf_text import join_running_text
from crawler.errors import Unreadable
from crawler.text.dates import parse_date
from crawler.text.plain_text import one_line

_MAX_LETTERS = 200_000  # characters of a page: a dense one has 6,000
_MAX_PATHS = 100  # an empty page may have a frame and lines; text drawn as paths has many
_HEAD_BYTES = 1024  # bytes in which the PDF header must occur


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfInfo:
    """A PDF's metadata: its number of pages, and title and creation date as written."""

    count: int
    title: str
    created: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfPage:
    """A page of a PDF as read by PDFium. `number` counts from 1.

    `scanned`: it has only pictures; `broken`: it cannot be opened.
    """

    number: int
    text: str
    scanned: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfDocument:
    """The text and metadata of a PDF. Page numbers count from 1.

    `pages`: the text of each page that was read, empty if it has none; `scanned`: pages with
    only pictures; `broken`: pages that cannot be opened; `count`: the number of all pages, unread
    ones included.
    """

    pages: tuple[str, ...]
    count: int
    scanned: tuple[int, ...]
    broken: tuple[int, ...]
    title: str | None
    created_raw: str | None
    created_at: datetime | None


def read_pages(body: bytes, *, first: int, last: int) -> Iterator[PdfInfo | PdfPage]:
    """Yield the metadata of a PDF, then its pages from `first` to `last` as they are read.

    Raises:
        Unreadable: it is not a PDF, too damaged, or protected by a password ("encrypted").
    """
    if b"%PDF-" not in body[:_HEAD_BYTES]:
        raise Unreadable("not a PDF, despite its address")
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise Unreadable("encrypted", lasting=True) from error
        raise Unreadable(f"a damaged PDF: {error}") from error
    try:
        metadata = document.get_metadata_dict()
        yield PdfInfo(
            count=len(document),
            title=metadata.get("Title", ""),
            created=metadata.get("CreationDate", ""),
        )
        for number in range(first, min(len(document), last) + 1):
            try:
                yield _read_page(document, number)
            except (pypdfium2.PdfiumError, ValueError, MemoryError):
                yield PdfPage(number=number, text="", broken=True)
    finally:
        document.close()


def build_pdf_document(cover: PdfInfo, sheets: Sequence[PdfPage]) -> PdfDocument:
    """Build a document from the metadata and the pages that were read, in order."""
    return PdfDocument(
        pages=join_running_text([sheet.text for sheet in sheets]),
        count=cover.count,
        scanned=tuple(sheet.number for sheet in sheets if sheet.scanned),
        broken=tuple(sheet.number for sheet in sheets if sheet.broken),
        title=one_line(cover.title) or None,
        created_raw=cover.created or None,
        created_at=parse_date(cover.created),
    )


def _read_page(document: pypdfium2.PdfDocument, number: int) -> PdfPage:
    page = document[number - 1]
    try:
        written = page.get_textpage()
        try:
            # including text outside the crop box, which may be too small by mistake
            count = min(written.count_chars(), _MAX_LETTERS)
            text = written.get_text_range(0, count) if count > 0 else ""
        finally:
            written.close()
        return PdfPage(number=number, text=text, scanned=not text.strip() and _has_pictures(page))
    finally:
        page.close()


def _has_pictures(page: pypdfium2.PdfPage) -> bool:
    """Return whether a page without text has pictures, or so many paths that they may be text."""
    if any(True for _ in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=5)):
        return True
    paths = page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_PATH,), max_depth=5)
    return sum(1 for _ in paths) > _MAX_PATHS

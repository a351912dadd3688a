"""Reads a PDF by way of a process of its own, and goes on behind a page that broke it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from crawler.boardpapers.pdf import PdfDocument, PdfInfo, PdfPage, pdf_document
from crawler.errors import Unreadable

MOST_PAGES = 1000
PATIENCE = 60.0  # seconds for a whole document; its other pages are then left unread
_CRASHES = 3  # pages of one document that may end the process
_COMMAND = (sys.executable, "-m", "crawler.boardpapers.pdf_process")


def read_pdf(
    body: bytes,
    *,
    most_pages: int = MOST_PAGES,
    patience: float = PATIENCE,
    command: Sequence[str] = _COMMAND,
) -> PdfDocument:
    """Read a PDF; takes as long as its pages, so not in a thread that others wait for.

    Args:
        most_pages: pages beyond are counted and not read.
        patience: seconds after which the remaining pages are not read.
        command: the process that reads; it is told the first and the last page.

    Raises:
        Unreadable: it is no PDF, damaged beyond reading, locked ("encrypted"), or has no page
            that the reader survives.
    """
    until = time.monotonic() + patience
    cover: PdfInfo | None = None
    sheets: list[PdfPage] = []
    for _ in range(_CRASHES + 1):
        first = len(sheets) + 1
        said = _said(command, first, most_pages, body, timeout=until - time.monotonic())
        for one in said:
            if "unreadable" in one:
                raise Unreadable(**one["unreadable"])
            if "cover" in one:
                cover = PdfInfo(**one["cover"])
            if "sheet" in one:
                sheets.append(PdfPage(**one["sheet"]))
        if cover is None or "done" in (said[-1] if said else {}) or time.monotonic() > until:
            break
        sheets.append(PdfPage(number=len(sheets) + 1, text="", broken=True))
        if len(sheets) >= min(cover.count, most_pages):
            break
    if cover is None or not sheets:
        raise Unreadable("the PDF breaks the reader, or takes it too long", lasting=True)
    return pdf_document(cover, sheets)


def _said(
    command: Sequence[str], first: int, last: int, body: bytes, *, timeout: float
) -> list[dict[str, Any]]:
    """What the process said until it ended, was ended by a page, or had no more time."""
    arguments = [*command, str(first), str(last)]
    try:
        out = subprocess.run(  # noqa: S603 - this very program
            arguments, input=body, stdout=subprocess.PIPE, timeout=max(0.1, timeout), check=False
        ).stdout
    except subprocess.TimeoutExpired as error:
        out = error.stdout or b""
    # a line without its end is half a page
    return [json.loads(line) for line in out.split(b"\n")[:-1]]

"""Reads a PDF in a child process, and continues after a page that crashes it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from crawler.boardpapers.pdf import PdfDocument, PdfInfo, PdfPage, build_pdf_document
from crawler.errors import Unreadable

MAX_PAGES = 1000
MAX_SECONDS = 60.0  # for a document; its remaining pages are not read
_MAX_CRASHES = 3  # of the child process for one document
_COMMAND = (sys.executable, "-m", "crawler.boardpapers.pdf_process")


def read_pdf(
    body: bytes,
    *,
    most_pages: int = MAX_PAGES,
    timeout: float = MAX_SECONDS,
    command: Sequence[str] = _COMMAND,
) -> PdfDocument:
    """Read a PDF; block for up to `timeout` seconds.

    Args:
        body: the bytes of the PDF.
        most_pages: the number of pages to read; further ones are only counted.
        timeout: seconds after which the remaining pages are not read.
        command: the child process; the first and the last page are appended as arguments.

    Raises:
        Unreadable: it is not a PDF, too damaged, protected ("encrypted"), or none of its pages can
            be read.
    """
    until = time.monotonic() + timeout
    cover: PdfInfo | None = None
    sheets: list[PdfPage] = []
    for _ in range(_MAX_CRASHES + 1):
        first = len(sheets) + 1
        messages = _run_process(command, first, most_pages, body, timeout=until - time.monotonic())
        for message in messages:
            if "unreadable" in message:
                raise Unreadable(**message["unreadable"])
            if "cover" in message:
                cover = PdfInfo(**message["cover"])
            if "sheet" in message:
                sheets.append(PdfPage(**message["sheet"]))
        if (
            cover is None
            or "done" in (messages[-1] if messages else {})
            or time.monotonic() > until
        ):
            break
        sheets.append(PdfPage(number=len(sheets) + 1, text="", broken=True))
        if len(sheets) >= min(cover.count, most_pages):
            break
    if cover is None or not sheets:
        raise Unreadable("the PDF crashes its reader, or takes too long to read", lasting=True)
    return build_pdf_document(cover, sheets)


def _run_process(
    command: Sequence[str], first: int, last: int, body: bytes, *, timeout: float
) -> list[dict[str, Any]]:
    """Run the child process; return its messages until it ended, crashed or timed out."""
    arguments = [*command, str(first), str(last)]
    try:
        out = subprocess.run(  # noqa: S603 - a module of this program
            arguments, input=body, stdout=subprocess.PIPE, timeout=max(0.1, timeout), check=False
        ).stdout
    except subprocess.TimeoutExpired as error:
        out = error.stdout or b""
    # the last part is empty, or an incomplete message
    return [json.loads(line) for line in out.split(b"\n")[:-1]]

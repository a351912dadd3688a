"""Reads a PDF in a separate process: `python -m crawler.boardpapers.pdf_process FIRST LAST`.

The PDF is read from stdin; each page is written to stdout as a line of JSON as soon as it is read,
so that a page which crashes or hangs PDFium does not lose the pages before it.
`crawler.boardpapers.pdf_reader` runs in the parent process.
"""

from __future__ import annotations

import json
import signal
import sys
from dataclasses import asdict

from crawler.boardpapers.pdf import PdfInfo, read_pages
from crawler.errors import Unreadable

MAX_PAGE_SECONDS = 15.0  # for one page; then SIGALRM ends this process


def main(first: int, last: int) -> None:
    """Read the PDF on stdin and write its metadata and pages to stdout as JSON lines."""
    body = sys.stdin.buffer.read()
    signal.setitimer(signal.ITIMER_REAL, MAX_PAGE_SECONDS)
    try:
        for one in read_pages(body, first=first, last=last):
            _write("cover" if isinstance(one, PdfInfo) else "sheet", asdict(one))
            signal.setitimer(signal.ITIMER_REAL, MAX_PAGE_SECONDS)
    except Unreadable as error:
        _write("unreadable", {"reason": error.reason, "lasting": error.lasting})
    else:
        _write("done", None)


def _write(what: str, value: object) -> None:
    # json.dumps writes ASCII, so lone surrogates from PDFs need no encoding
    sys.stdout.write(json.dumps({what: value}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

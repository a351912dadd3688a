"""Reads a PDF in a process of its own: `python -m crawler.boardpapers.pdf_process FIRST LAST`.

The PDF comes on stdin; each page goes out as one line of JSON as soon as it has been read, so
that a page which breaks PDFium, or never ends, takes none of the pages before it along.
`crawler.boardpapers.pdf_reader` is the parent's side.
"""

from __future__ import annotations

import json
import signal
import sys
from dataclasses import asdict

from crawler.boardpapers.pdf import PdfInfo, read_pages
from crawler.errors import Unreadable

PAGE_PATIENCE = 15.0  # seconds for one page; then the kernel ends this process


def main(first: int, last: int) -> None:
    """Read the document on stdin and say what is in it."""
    body = sys.stdin.buffer.read()
    signal.setitimer(signal.ITIMER_REAL, PAGE_PATIENCE)
    try:
        for one in read_pages(body, first=first, last=last):
            _say("cover" if isinstance(one, PdfInfo) else "sheet", asdict(one))
            signal.setitimer(signal.ITIMER_REAL, PAGE_PATIENCE)
    except Unreadable as error:
        _say("unreadable", {"reason": error.reason, "lasting": error.lasting})
    else:
        _say("done", None)


def _say(what: str, value: object) -> None:
    # plain ASCII: the pipe knows no encoding, and PDFs hold halves of surrogate pairs
    sys.stdout.write(json.dumps({what: value}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

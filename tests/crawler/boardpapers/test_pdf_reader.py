"""PDFs are read page by page, and one page costs only itself."""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.boardpapers.pdf import PdfDocument
from crawler.boardpapers.pdf_reader import read_pdf
from crawler.errors import Unreadable
from tests.support.content.pdfs import BROKEN, Scan, a_pdf

pytestmark = pytest.mark.slow  # each starts a process


def test_each_page_has_its_text_and_the_document_its_title_and_date() -> None:
    paper = read_pdf(
        a_pdf(
            [["Trust board"], ["Halcyon’s costs – £4m"]],
            title="Board pack, March",
            created="D:20260320093000+01'00'",
        )
    )
    assert paper.pages == ("Trust board", "Halcyon’s costs – £4m")
    assert (paper.count, paper.scanned, paper.broken) == (2, (), ())
    assert paper.title == "Board pack, March"
    assert paper.created_at == datetime(2026, 3, 20, 8, 30, tzinfo=UTC)


def test_pages_that_are_pictures_are_told_from_empty_and_broken_ones() -> None:
    paper = read_pdf(a_pdf([["One"], Scan(), BROKEN, [], ["Five"]]))
    assert paper.pages == ("One", "", "", "", "Five")
    assert (paper.scanned, paper.broken) == ((2,), (3,))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(a_pdf([["One"]], encrypted=True), "encrypted", id="locked"),
        pytest.param(b"<html>Not found</html>", "not a PDF", id="a-web-page"),
        pytest.param(b"", "not a PDF", id="nothing"),
        pytest.param(b"%PDF-1.4\nrubbish", "a damaged PDF", id="damaged"),
        pytest.param(a_pdf([]), "a damaged PDF", id="no-pages"),
    ],
)
def test_what_cannot_be_read_says_why(body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_pdf(body)


def test_pages_beyond_the_limit_are_counted_and_not_read() -> None:
    paper = read_pdf(a_pdf([[f"page {n}x"] for n in range(5)]), most_pages=3)
    assert (len(paper.pages), paper.count) == (3, 5)


def a_reader(folder: Path, when_it_comes_to: str) -> tuple[str, ...]:
    """The reader's process, made to do something before it reads the pages 2 and 4."""
    program = folder / "reader.py"
    program.write_text(
        "import os, sys, time\n"
        "from crawler.boardpapers import pdf, pdf_process\n"
        "read = pdf._read_page\n"
        "def read_page(document, number):\n"
        f"    if number in (2, 4): {when_it_comes_to}\n"
        "    return read(document, number)\n"
        "pdf._read_page = read_page\n"
        "pdf_process.PAGE_PATIENCE = 1.0\n"
        "pdf_process.main(int(sys.argv[1]), int(sys.argv[2]))\n"
    )
    return (sys.executable, str(program))


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param("os.abort()", id="crash"),
        pytest.param("time.sleep(60)", id="hang"),
        pytest.param("raise MemoryError", id="too-much"),
        pytest.param("raise RuntimeError", id="defect"),
    ],
)
def test_a_page_that_breaks_the_reader_costs_itself_alone(tmp_path: Path, trouble: str) -> None:
    pack = a_pdf([["Alpha"], ["Bravo"], ["Cello"], ["Delta"], ["Echo"]])
    paper = read_pdf(pack, command=a_reader(tmp_path, trouble))
    assert paper.pages == ("Alpha", "", "Cello", "", "Echo")
    assert (paper.count, paper.broken) == (5, (2, 4))


def read_pdf_in_part(body: bytes, command: tuple[str, ...]) -> PdfDocument:
    """Read for a second, or for longer where a busy machine has not come to the first page then."""
    for patience in (1.0, 5.0, 25.0):
        with suppress(Unreadable):
            return read_pdf(body, timeout=patience, command=command)
    return read_pdf(body, timeout=125.0, command=command)


def test_a_document_that_takes_too_long_is_read_as_far_as_time_goes(tmp_path: Path) -> None:
    slowly = a_reader(
        tmp_path, "import signal; signal.setitimer(signal.ITIMER_REAL, 0); time.sleep(60)"
    )
    paper = read_pdf_in_part(a_pdf([["Alpha"], ["Bravo"]]), command=slowly)
    assert (paper.pages, paper.count) == (("Alpha",), 2)


def test_a_document_that_breaks_the_reader_at_once_cannot_be_read() -> None:
    with pytest.raises(Unreadable, match="crashes its reader"):
        read_pdf(a_pdf([["Alpha"]]), command=(sys.executable, "-c", "import os; os.abort()"))


@pytest.mark.parametrize("created", ["yesterday", "D:20261399000000Z", "D:2026", "D:202603"])
def test_a_date_that_no_calendar_has_is_none(created: str) -> None:
    assert read_pdf(a_pdf([["One"]], created=created)).created_at is None


def test_a_zone_that_cannot_be_leaves_the_day() -> None:
    paper = read_pdf(a_pdf([["One"]], created="D:20260320+99'99'"))
    assert paper.created_at == datetime(2026, 3, 20, tzinfo=UTC)

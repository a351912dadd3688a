"""PDFs are read page by page, and one page costs only itself."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

import pytest

from crawler.documents import read_paper
from crawler.errors import Unreadable
from tests.support.pdfs import BROKEN, Scan, a_pdf


def test_each_page_has_its_text_and_the_document_its_title_and_date() -> None:
    paper = read_paper(
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
    paper = read_paper(a_pdf([["One"], Scan(), BROKEN, [], ["Five"]]))
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
        read_paper(body)


def test_pages_beyond_the_limit_are_counted_and_not_read() -> None:
    paper = read_paper(a_pdf([[f"page {n}x"] for n in range(5)]), most_pages=3)
    assert (len(paper.pages), paper.count) == (3, 5)


def test_a_document_that_takes_too_long_is_read_as_far_as_time_goes() -> None:
    ticks = count()
    paper = read_paper(
        a_pdf([["Alpha"], ["Bravo"], ["Cello"]]), patience=2, seconds=lambda: next(ticks)
    )
    assert (paper.pages, paper.count) == (("Alpha", "Bravo"), 3)


@pytest.mark.parametrize("created", ["yesterday", "D:20261399000000Z", "D:20260320+99'99'"])
def test_a_date_that_no_calendar_has_is_none(created: str) -> None:
    assert read_paper(a_pdf([["One"]], created=created)).created_at is None

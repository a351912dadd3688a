"""Pages of board papers beside the papers and meetings that are to be read from them."""

from __future__ import annotations

import json
from typing import Any

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.model import Selectors
from crawler.boardpapers.paper_links import clean_link_text, file_name, is_meeting_link, stable_url
from crawler.boardpapers.paper_listing import PaperLink, find_paper_links
from tests import DATA

PAGES = DATA / "papers"
NAMES = sorted({path.stem for path in PAGES.iterdir()})
PAGE = "https://bexley-vale.example/board/"


def links_on(page: str, url: str = PAGE, *, whole: bool = True, **select: str) -> list[PaperLink]:
    document = lxml.html.document_fromstring(page)
    return find_paper_links(document, base=url, select=Selectors(**select), whole=whole)  # type: ignore[arg-type]


def test_each_page_has_its_answer_and_each_answer_its_page() -> None:
    assert NAMES
    assert {path.name for path in PAGES.iterdir()} == {
        f"{name}.{end}" for name in NAMES for end in ("html", "json")
    }


@pytest.mark.parametrize("name", NAMES)
def test_papers_and_meetings_are_read_whole_and_alone(name: str) -> None:
    meant: dict[str, Any] = json.loads((PAGES / f"{name}.json").read_text("utf-8"))
    page = (PAGES / f"{name}.html").read_text("utf-8")
    found = links_on(page, meant["url"], whole=not meant.get("part"), **meant["select"])
    assert [
        {"url": one.url, "title": one.title, "date": one.date and one.date.day.date().isoformat()}
        for one in found
        if not one.is_meeting
    ] == meant["papers"]
    assert [one.url for one in found if one.is_meeting] == meant["meetings"]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Board papers (PDF, 3.1 MB)", "Board papers"),
        ("PDF: Board papers 2.4MB", "Board papers"),
        ("Download the PDF of Board papers", "Board papers"),
        ("Open board papers", "Open board papers"),
        ("Board papers [pdf] 812KB (opens in new tab)", "Board papers"),
        ("Download", ""),
        ("Click here", ""),
        ("View PDF", ""),
        ("", ""),
    ],
)
def test_what_a_link_says_of_its_file_is_no_part_of_its_name(words: str, name: str) -> None:
    assert clean_link_text(words) == name


def test_a_file_is_named_by_its_address_where_the_link_says_nothing() -> None:
    address = "https://x.example/a/0b1c2d3e4f/Public_Board%20Pack-2026.PDF?x=1"
    assert file_name(address) == "Public Board Pack 2026"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("/a.pdf?v=1", "/a.pdf?v=2", True, id="version"),
        pytest.param("/a.pdf?sfvrsn=1a2b", "/a.pdf", True, id="a-cms-version"),
        pytest.param("/a.pdf?1711450000", "/a.pdf?1711459999", True, id="bare-number"),
        pytest.param("/a.pdf?id=1", "/a.pdf?id=2", False, id="identifier"),
        pytest.param("/download?v=1", "/download?v=2", False, id="no-file-name"),
    ],
)
def test_an_address_with_another_version_is_the_same_file(one: str, other: str, same: bool) -> None:
    host = "https://bexley-vale.example"
    assert (stable_url(f"{host}{one}") == stable_url(f"{host}{other}")) is same


@pytest.mark.parametrize(
    ("words", "path", "leads"),
    [
        ("26 March 2026", "/board/26-march", True),
        ("Board meetings 2025", "/board/2025", True),
        ("About the board", "/about/board", False),
        ("26 March 2026: new chair", "/news/new-chair", False),
        ("Front page 26 March 2026", "/", False),
        ("This page 2026 board", "/board/", False),
        ("Photographs 26 March 2026", "/board/26-march.jpg", False),
    ],
)
def test_a_link_to_a_meeting_names_a_day_or_a_year_of_a_board(
    words: str, path: str, leads: bool
) -> None:
    assert is_meeting_link(words, f"https://bexley-vale.example{path}", PAGE) is leads


@pytest.mark.slow
def test_a_row_that_holds_a_whole_page_names_no_paper() -> None:
    links = "".join(f"<a href='/{n}.pdf'>Paper {n}</a> and then " for n in range(3000))
    found = links_on(f"<table><tr><td>{links}</td></tr></table>")
    assert len(found) == 3000
    assert found[7].title == "Paper 7"


@given(
    st.lists(
        st.sampled_from(
            (
                *('<a href="/a.pdf">', "</a>", "<h2>", "</h2>", "26 March 2026", "<table>", "<tr>"),
                *("<nav>", "</nav>", '<a href="http://[">', "<button aria-expanded=1>", "PDF"),
            )
        ),
        max_size=20,
    )
)
def test_whatever_a_page_holds_each_paper_is_listed_once(parts: list[str]) -> None:
    found = links_on(f"<p>{''.join(parts)}</p>")
    assert len({one.url for one in found}) == len(found)
    assert all(one.title for one in found)

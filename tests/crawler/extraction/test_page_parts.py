"""The text under a fragment: live blogs, change logs, and pages that hold nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.model import Source
from crawler.errors import Unreadable
from crawler.extraction.page_part import parse_or_none, read_part
from crawler.extraction.selectors import read_selected
from storage.model import FetchedEntry, FetchedPage, PageText
from tests.support.builders import NOW, a_source, an_entry

URL = "https://ward-ledger.example/live/wards"
ONE = "The wards reopened at noon after the Halcyon form was put right."
TWO = "Marwick was named for the imaging contract by the board on Tuesday."
PLAIN: Source = a_source()


def page(inside: str, title: str = "All changes") -> FetchedPage:
    body = f"<html><head><title>{title}</title></head><body>{inside}</body></html>"
    return FetchedPage(
        requested_url=URL, final_url=URL, status=200, content_type="text/html; charset=utf-8",
        body=body.encode(), etag=None, last_modified=None, fetched_at=NOW,
    )  # fmt: skip


def read_part_of(page: FetchedPage, entry: FetchedEntry, fragment: str) -> PageText | None:
    document = parse_or_none(page)
    return None if document is None else read_part(document, entry, fragment)


def text_under(fragment: str, inside: str) -> str | None:
    found = read_part_of(page(inside), an_entry(title="An entry"), fragment)
    return None if found is None else found.text


SHAPES = {
    "posts": "<article id={0}><h3>At noon</h3><p>{1}</p></article>",
    "headings": "<h2 id={0}>At noon</h2><p>{1}</p>",
    "headings with parts": "<h2 id={0}>At noon</h2><h3>In short</h3><p>{1}</p>",
    "anchors in headings": "<h2><a name={0}></a>At noon</h2><p>{1}</p>",
    "links in headings": "<h2>At noon <a class=anchor id={0} href='#{0}'>#</a></h2><p>{1}</p>",
    "wrapped headings": "<div><div class=head><h2 id={0}>At noon</h2></div><p>{1}</p></div>",
    "anchors before": "<a name={0}></a><h3>At noon</h3><p>{1}</p>",
    "empty blocks before": "<div id={0}></div><h3>At noon</h3><p>{1}</p>",
    "anchors in paragraphs": "<p><a id={0}></a>{1}</p>",
    "permalinks of posts": "<div class=post><a id={0} href='#{0}'>12:00</a><p>{1}</p></div>",
    "terms": "<dt id={0}>At noon</dt><dd>{1}</dd>",
    "rows": "<tr id={0}><td>At noon</td><td>{1}</td></tr>",
    "points": "<li id={0}>{1}</li>",
    "data of posts": "<section data-post-id={0}><p>{1}</p></section>",
}
AROUND = {"terms": "<dl>{}</dl>", "rows": "<table>{}</table>", "points": "<ul>{}</ul>"}


def of_shape(name: str, first: str = "post-1", second: str = "post-2") -> str:
    posts = SHAPES[name].format(first, ONE) + SHAPES[name].format(second, TWO)
    top = "<h1>All changes</h1><p>What has changed on this site, the newest first.</p>"
    return top + AROUND.get(name, "<main>{}</main>").format(posts) + "<footer>About us</footer>"


@pytest.mark.parametrize("name", SHAPES)
def test_each_entry_gets_the_text_under_its_own_fragment(name: str) -> None:
    first, second = (text_under(one, of_shape(name)) or "" for one in ("post-1", "post-2"))

    assert (ONE in first, TWO in first) == (True, False)
    assert (ONE in second, TWO in second) == (False, True)


def test_an_escaped_fragment_finds_what_it_names() -> None:
    assert ONE in (text_under("na%C3%AFve", of_shape("posts", first="naïve")) or "")


@pytest.mark.parametrize("fragment", ["post-9", "!/news/1", "/news/1"])
def test_a_fragment_that_names_nothing_has_no_text_of_its_own(fragment: str) -> None:
    assert text_under(fragment, of_shape("posts")) is None
    with pytest.raises(Unreadable, match="cannot be separated") as raised:
        read(fragment, of_shape("posts"), title="Marwick named for imaging")
    assert raised.value.lasting


def test_the_whole_page_is_no_part_of_itself() -> None:
    assert text_under("x", f"<div id=x><h1>Story</h1><p>{ONE}</p><p>{TWO}</p></div>") is None


def test_menus_and_comments_are_no_text_of_a_part() -> None:
    post = (
        f"<article id=post-1><h2>At noon</h2><p>{ONE}</p><nav>Home Sport</nav>"
        "<button>Share this</button><script>var x = 1;</script></article>"
        f"<article id=post-2><p>{TWO}</p></article>"
    )

    assert text_under("post-1", post) == f"At noon\n{ONE}"


def read(fragment: str, inside: str, *, title: str) -> PageText:
    entry = an_entry(url=f"{URL}#{fragment}", title=title)
    return read_selected(page(inside, title="Halcyon is late again"), PLAIN, entry)


def test_a_page_about_the_entry_alone_is_read_whole_under_any_fragment() -> None:
    inside = (
        f"<article><h1>Halcyon is late again</h1><p>{ONE}</p><p>{TWO}</p><p>{ONE}</p></article>"
    )

    assert TWO in read("x-17", inside, title="Halcyon is late again").text


@given(st.text(max_size=30), st.text(alphabet="<>/=\"' adhp12i#", max_size=200))
def test_no_page_breaks_the_search_for_a_part(fragment: str, inside: str) -> None:
    read_part_of(page(inside), an_entry(), fragment or "x")

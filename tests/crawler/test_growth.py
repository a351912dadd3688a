"""Pages and feeds that strangers pump up are read in time that is linear in their size."""

from __future__ import annotations

from dataclasses import replace

import lxml.html
import pytest

from crawler.errors import NotAFeed, Unreadable
from crawler.extraction.cleaning.page_bounds import (
    MAX_ATTRIBUTES,
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_LETTERS,
    clean_markup,
    cut_page,
)
from crawler.extraction.normalise import normalise
from crawler.extraction.page import extract
from crawler.extraction.recurring.site_memory import SiteMemory
from crawler.extraction.significant_change import is_insignificant
from crawler.listings.feed_bounds import (
    MAX_CONTENT,
    MAX_IDENTIFIER,
    MAX_NAMES,
    MAX_SUMMARY,
    MAX_TITLE,
    limit_entry,
)
from crawler.listings.feeds import parse_feed
from storage.model import FetchedEntry, FetchedPage
from tests.support.builders import NOW
from tests.support.measuring.growth import growth
from tests.support.measuring.pumped_pages import FEEDS, PAGES, PROSE, TITLE, page
from tests.support.sizes import cases

# twice as large: linear is 2, quadratic 4
timed = pytest.mark.attack  # alone on the machine: others make one of two measurements slower
_MAX_GROWTH = 3.1
_SIZE = 50_000


def fetched(text: str) -> FetchedPage:
    return FetchedPage(
        requested_url="https://wharfside.example/1",
        final_url="https://wharfside.example/1",
        status=200,
        content_type="text/html; charset=utf-8",
        body=text.encode(),
        etag=None,
        last_modified=None,
        fetched_at=NOW,
    )


ENTRY = FetchedEntry(
    source_key="wharfside",
    url="https://wharfside.example/1",
    guid="1",
    title="",
    summary="",
    content="",
    authors=(),
    published_raw=None,
    published_at=None,
    updated_at=None,
    language=None,
    fetched_at=NOW,
)


def read_page(text: str) -> str:
    try:
        read = extract(fetched(text), site=SiteMemory())
    except Unreadable as error:
        return str(error)
    article = normalise(
        ENTRY, item_kind="news", page=fetched(text), text=read, thin_reason=None, language=None
    )
    return article.body


def read_feed(text: str) -> int:
    try:
        feed = parse_feed(
            text.encode(),
            source_key="wharfside",
            url="https://wharfside.example/feed",
            content_type="application/rss+xml",
            fetched_at=NOW,
        )
    except NotAFeed:
        return 0
    return len(feed.entries)


@timed
@pytest.mark.parametrize("family", PAGES)
def test_a_page_is_read_in_linear_time(family: str) -> None:
    small, large = PAGES[family](_SIZE), PAGES[family](2 * _SIZE)
    assert growth(read_page, small, large) < _MAX_GROWTH


# a page with a table of 50,000 letters beside three paragraphs is a page with that table
@pytest.mark.parametrize("family", [name for name in cases(PAGES) if name != "rows"])
def test_the_article_of_a_pumped_page_is_kept(family: str) -> None:
    assert PROSE.strip() in read_page(PAGES[family](_SIZE))


@timed
@pytest.mark.parametrize("family", FEEDS)
def test_a_feed_is_read_in_linear_time(family: str) -> None:
    small, large = FEEDS[family](_SIZE), FEEDS[family](2 * _SIZE)
    assert growth(read_feed, small, large) < _MAX_GROWTH


@pytest.mark.parametrize("family", [name for name in cases(FEEDS) if not name.startswith("JSON")])
def test_the_sound_item_of_a_pumped_feed_is_kept(family: str) -> None:
    assert read_feed(FEEDS[family](_SIZE)) >= 1


@timed
def test_texts_of_many_lines_are_compared_in_linear_time() -> None:
    def compare(lines: int) -> object:
        old = "\n".join(f"line {n} of the old text" for n in range(lines))
        new = "\n".join(f"line {n} of the new text" for n in range(lines, 0, -1))
        return is_insignificant(old, new, is_boilerplate=lambda _: False)

    assert growth(compare, 3_000, 6_000) < _MAX_GROWTH


def test_what_is_cut_from_a_page_is_said(caplog: pytest.LogCaptureFixture) -> None:
    read_page(page("<div>" * 200 + "x" + "</div>" * 200))
    assert "page.cut url=https://wharfside.example/1: nested more than" in caplog.text


def test_text_nested_too_deeply_is_kept_as_text() -> None:
    body = "<html><body>" + "<div>" * 120 + f"<h1>{TITLE}</h1>" + f"<p>{PROSE}</p>" * 3
    assert PROSE.strip() in read_page(body + "</div>" * 120)


def test_a_feed_says_that_its_head_was_left_out() -> None:
    feed = parse_feed(
        FEEDS["document types"](_SIZE).encode(),
        source_key="wharfside",
        url="https://wharfside.example/feed",
        content_type=None,
        fetched_at=NOW,
    )
    assert "before its first element" in (feed.degraded or "")


def test_what_is_left_of_a_page_is_within_the_limits() -> None:
    deep = document_of("<div>" * 120 + "deep" + "</div>" * 120)
    assert cut_page(deep) == (f"nested more than {MAX_DEPTH} deep",)
    assert max(len(list(element.iterancestors())) for element in deep.iter()) == MAX_DEPTH + 1
    wide = document_of("<b>x</b>" * (MAX_ELEMENTS + 10))
    assert cut_page(wide) == (f"more than {MAX_ELEMENTS} elements",)
    assert len(list(wide.iter())) <= MAX_ELEMENTS
    long = document_of(
        "<p>ab ba</p>" * (MAX_ELEMENTS // 2) + f"<p>{'x' * MAX_LETTERS}</p><b>late</b>"
    )
    assert cut_page(long) == (f"more than {MAX_LETTERS} characters",)
    assert len(long.text_content()) <= MAX_LETTERS
    assert not list(long.iter("b"))


def document_of(inside: str) -> lxml.html.HtmlElement:
    """A parsed page, of any depth."""
    parser = lxml.html.HTMLParser(huge_tree=True)
    return lxml.html.document_fromstring(f"<html><body>{inside}</body></html>", parser=parser)


@pytest.mark.slow
def test_what_a_page_has_too_much_of_is_cut_at_its_end(caplog: pytest.LogCaptureFixture) -> None:
    text = read_page(page("<b>x</b>" * (MAX_ELEMENTS + 10)))
    assert PROSE.strip() in text
    assert "elements" in caplog.text
    caplog.clear()
    text = read_page(page(f"<p>{'ab ba ' * (MAX_LETTERS // 5)}</p>"))
    assert len(text) <= MAX_LETTERS
    assert "characters" in caplog.text


def test_an_element_with_too_many_attributes_has_none() -> None:
    names = "".join(f' a{n}="<"' for n in range(MAX_ATTRIBUTES + 1))
    assert clean_markup(f"<p{names}>x</p>") == "<p>x</p>"
    few = '<p class="a" id=b hidden>x</p>'
    assert clean_markup(few) == few


def test_fields_of_an_entry_are_cut() -> None:
    long = "a" * (MAX_CONTENT + 1)
    entry = limit_entry(
        replace(
            ENTRY,
            **dict.fromkeys(("url", "guid", "title", "summary", "content"), long),
            authors=("Ann",) * (MAX_NAMES + 1),
            tags=("a",) * (MAX_NAMES + 1),
        )
    )
    assert entry.url is None
    lengths = [len(x or "") for x in (entry.guid, entry.title, entry.summary, entry.content)]
    assert lengths == [MAX_IDENTIFIER, MAX_TITLE, MAX_SUMMARY, MAX_CONTENT]
    assert (len(entry.authors), len(entry.tags)) == (MAX_NAMES, MAX_NAMES)

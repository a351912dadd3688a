"""Feeds as they are found: lying, relative, repeated, broken off."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from feedparser.html import _BaseHTMLProcessor
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import NotAFeed
from crawler.listings.feed_bounds import replace_invalid_reference
from crawler.listings.feeds import ParsedFeed, parse_feed
from tests.support.sizes import examples

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HERE = "https://wharfside.test/news/feed/"


def read(body: bytes | str, *, content_type: str | None = None) -> ParsedFeed:
    return parse_feed(
        body.encode() if isinstance(body, str) else body,
        source_key="wharfside",
        url=HERE,
        content_type=content_type,
        fetched_at=NOW,
    )


def rss(*items: str, head: str = "", encoding: str = "utf-8") -> str:
    told = "".join(f"<item>{item}</item>" for item in items)
    return (
        f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel>'
        f"<title>Wharfside</title>{head}{told}</channel></rss>"
    )


def json_feed(*items: dict[str, object], **more: object) -> str:
    version = "https://jsonfeed.org/version/1.1"
    return json.dumps({"version": version, "title": "Wharfside", **more, "items": list(items)})


@pytest.mark.parametrize(
    ("link", "meant"),
    [
        ("https://wharfside.test/a", "https://wharfside.test/a"),
        ("/a", "https://wharfside.test/a"),
        ("a", "https://wharfside.test/news/feed/a"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("http://[::1", None),
        ("https://", None),
    ],
)
@pytest.mark.parametrize("form", ["rss", "json"])
def test_a_link_is_an_address_that_can_be_fetched_or_none(
    link: str, meant: str | None, form: str
) -> None:
    body = (
        rss(f"<title>T</title><link>{link}</link><guid isPermaLink='false'>g</guid>")
        if form == "rss"
        else json_feed({"id": "g", "title": "T", "url": link})
    )
    (entry,) = read(body).entries
    assert entry.url == meant


def test_an_identifier_that_is_no_address_is_no_link_and_does_not_depend_on_the_feeds() -> None:
    (entry,) = read(rss("<title>T</title><guid>g0</guid>")).entries
    assert entry.url is None
    assert entry.guid == "g0"


def test_an_identifier_that_is_an_address_is_the_link_where_none_is_given() -> None:
    (entry,) = read(rss("<title>T</title><guid>https://wharfside.test/a</guid>")).entries
    assert entry.url == "https://wharfside.test/a"


@pytest.mark.parametrize(
    ("written", "encoded", "header"),
    [
        ("utf-8", "utf-8", "text/xml; charset=iso-8859-1"),
        ("iso-8859-1", "utf-8", None),
        ("utf-8", "latin-1", None),
        ("windows-1252", "cp1252", None),
        ("utf-16", "utf-16", "application/rss+xml"),
    ],
    ids=["header lies", "prolog lies", "says utf-8, is latin-1", "windows-1252", "utf-16"],
)
def test_names_survive_what_is_said_of_their_encoding(
    written: str, encoded: str, header: str | None
) -> None:
    body = rss("<title>Zoë Café</title><guid>1</guid>", encoding=written).encode(encoded)
    (entry,) = read(body, content_type=header).entries
    assert entry.title == "Zoë Café"


def test_a_json_feed_that_breaks_off_keeps_the_items_that_came_whole() -> None:
    whole = json_feed(*({"id": str(n), "title": f"Item {n}"} for n in range(5)))
    feed = read(whole[: whole.index("Item 3")])
    assert [entry.title for entry in feed.entries] == ["Item 0", "Item 1", "Item 2"]
    assert feed.title == "Wharfside"
    assert feed.degraded is not None


def test_a_whole_json_feed_is_not_called_degraded() -> None:
    assert read(json_feed({"id": 1, "title": "T"})).degraded is None


@pytest.mark.parametrize(
    ("said", "meant"),
    [("60", timedelta(hours=1)), ("525600", timedelta(days=7)), ("-1", None), ("soon", None)],
)
def test_a_time_to_live_is_heeded_within_bounds(said: str, meant: timedelta | None) -> None:
    assert read(rss("<title>T</title>", head=f"<ttl>{said}</ttl>")).ttl == meant


def test_the_same_entry_twice_is_one_and_two_entries_of_one_identifier_are_two() -> None:
    one = "<title>One</title><link>/1</link><guid isPermaLink='false'>x</guid>"
    two = "<title>Two</title><link>/2</link><guid isPermaLink='false'>x</guid>"
    assert [entry.title for entry in read(rss(one, two, two)).entries] == ["One", "Two"]


@settings(max_examples=examples(150), deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.tuples(st.integers(0, 400), st.binary(max_size=20)).map(
            lambda cut: (
                rss("<title>T</title><link>/a</link><pubDate>x</pubDate>").encode()[: cut[0]]
                + cut[1]
            )
        ),
    )
)
def test_whatever_comes_is_a_feed_or_is_named_as_none(body: bytes) -> None:
    try:
        entries = read(body).entries
    except NotAFeed:
        return
    assert all(entry.url is None or entry.url.startswith("http") for entry in entries)


@given(content_type=st.text(max_size=30))
def test_whatever_the_header_says_a_feed_is_read(content_type: str) -> None:
    body = rss("<title>Trust pauses move</title><link>/a</link>")
    feed = read(body, content_type=f"text/xml; charset={content_type}")
    assert [entry.title for entry in feed.entries] == ["Trust pauses move"]


@pytest.mark.parametrize("said", ["9" * 20, "9" * 400])
def test_a_ttl_of_more_minutes_than_there_are_is_cut(said: str) -> None:
    assert read(rss("<title>One</title>", head=f"<ttl>{said}</ttl>")).ttl == timedelta(days=7)


@pytest.mark.parametrize(
    "written",
    [
        *("&#xD800;", "&#xdfff;", "&#55296;", "&amp;#xD83D;", "&#1114112;", "&#x110000;"),
        *("&amp;#1114112;", f"&#{'9' * 5000};", f"&#x{'f' * 5000};", f"&amp;#{'9' * 5000};"),
        *("&#0;", "&#x0;", "<![CDATA[&#xD800; &#1114112;]]>", f"&#{'0' * 5000}65;"),
    ],
    ids=lambda written: written[:20],
)
def test_a_reference_that_names_no_character_costs_no_feed(written: str) -> None:
    broken = rss(f"<guid>1</guid><title>One {written}</title>", head="<broken>")
    [entry] = read(broken).entries
    assert entry.title.startswith("One")
    entry.title.encode()


@pytest.mark.parametrize(
    ("written", "is_read"),
    [
        ("9" * 5000, "xfffd"),
        ("x" + "f" * 5000, "xfffd"),
        ("0" * 5000 + "65", "65"),
        ("x" + "0" * 5000 + "41", "x41"),
        ("1114112", "xfffd"),
        ("xD800", "xfffd"),
        ("x10FFFF", "x10FFFF"),
        ("0008217", "0008217"),
    ],
    ids=lambda written: written[:12],
)
def test_a_reference_has_as_many_digits_as_a_character_has(written: str, is_read: str) -> None:
    assert replace_invalid_reference(written) == is_read
    # feedparser's own method fails for numbers of more digits than Python converts
    processor = _BaseHTMLProcessor("utf-8", "text/html")
    processor.handle_charref(written)
    assert processor.output() == f"&#{is_read.lower()};"

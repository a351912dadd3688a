"""Inputs that the fuzz found: each failed once, and has neighbours here."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from crawler.extraction.cleaning.page_bounds import clean_markup
from crawler.extraction.page import extract
from crawler.listings.feeds import read_feed
from crawler.text.dates import convert_struct_time
from storage.model import FetchedPage

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TEXT = "The trust said that Halcyon had delivered the system late, and that wards would wait. " * 6


@pytest.mark.parametrize(
    "reference", ["&#1;", "&#x1F;", "&#0;", "&#x0;", "&#xFFFE;", "&#12", "&#31;"]
)
def test_a_reference_to_a_control_character_costs_no_page(reference: str) -> None:
    deep = "<div>" * 90 + f"late {reference} text" + "</div>" * 90
    body = (
        f"<html><body><h1>Halcyon is late</h1><article><p>{TEXT}{reference}</p>"
        f"<script>x</script>{reference} tail<p>{TEXT}</p></article>{deep}</body></html>"
    )
    fetched = FetchedPage(
        requested_url="https://a.example/1",
        final_url="https://a.example/1",
        status=200,
        content_type="text/html",
        body=body.encode(),
        etag=None,
        last_modified=None,
        fetched_at=NOW,
    )
    assert "wards would wait" in extract(fetched).text


@pytest.mark.parametrize(
    "kept",
    ["&#9;", "&#10;", "&#13;", "&#xA;", "&#8217;", "&#160;", "&#x2019;", "&#80;"],
)
def test_references_to_other_characters_stay(kept: str) -> None:
    assert clean_markup(f"a{kept}b") == f"a{kept}b"


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize("name", ["xmlns", "xmlns:media"])
def test_a_namespace_with_a_blank_costs_no_feed(name: str, quote: str) -> None:
    feed = (
        f"<rss version='2.0' {name}={quote}http://a b/ns{quote}><channel><title>T</title>"
        "<item><title>Halcyon is late</title><link>https://a.example/1</link></item>"
        "</channel></rss>"
    )
    read = read_feed(feed.encode(), source_key="s", content_type=None, fetched_at=NOW)
    assert [entry.title for entry in read.entries] == ["Halcyon is late"]


@pytest.mark.parametrize("year", [1, 9999])
def test_a_date_at_an_end_of_the_calendar_is_none(year: int) -> None:
    written = f"{year:04}-01-01" if year == 1 else f"{year}-12-31"
    day = (year, 1, 1) if year == 1 else (year, 12, 31)
    parsed = time.struct_time((*day, 0, 0, 0, 0, 1, 0))
    assert convert_struct_time(parsed, written=written) is None

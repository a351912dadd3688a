"""Who wrote a page and when."""

from __future__ import annotations

from datetime import UTC, datetime

import lxml.html
import pytest

from crawler.extraction.bylines import authors_of, published_of
from crawler.extraction.structured_data import read_structured_data

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def authors(head: str, body: str = "") -> tuple[str, ...]:
    document = lxml.html.document_fromstring(
        f"<html><head>{head}</head><body>{body}<p>Text.</p></body></html>"
    )
    return authors_of(document, read_structured_data(document))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Ada Okonjo", ("Ada Okonjo",)),
        ("By Ada Okonjo and Rhys Penhale", ("Ada Okonjo", "Rhys Penhale")),
        ("Ada Okonjo, Rhys Penhale, and Mei Tan", ("Ada Okonjo", "Rhys Penhale", "Mei Tan")),
        ("Ada Okonjo, PhD", ("Ada Okonjo",)),
        ("Rhys Penhale Jr.", ("Rhys Penhale Jr.",)),
        ("View all posts by Ada Okonjo", ("Ada Okonjo",)),
        ("admin", ()),
        ("No Author", ()),
    ],
)
def test_names_are_told_from_what_stands_around_them(written: str, meant: tuple[str, ...]) -> None:
    assert authors(f'<meta name="author" content="{written}">') == meant


def test_an_author_named_by_identifier_is_looked_up() -> None:
    graph = """{"@context": "https://schema.org", "@graph": [
      {"@type": "NewsArticle", "headline": "x", "author": {"@id": "https://wharfside.test/#ada"}},
      {"@type": "Person", "@id": "https://wharfside.test/#ada", "name": "Ada Okonjo"}]}"""
    assert authors(f'<script type="application/ld+json">{graph}</script>') == ("Ada Okonjo",)


def test_a_byline_that_only_readers_see_is_read() -> None:
    assert authors("", '<div class="byline"><span class="author">Ada Okonjo</span></div>') == (
        "Ada Okonjo",
    )


def published(head: str, body: str = "") -> tuple[str | None, datetime | None]:
    document = lxml.html.document_fromstring(
        f"<html><head>{head}</head><body>{body}<p>Text.</p></body></html>"
    )
    said = read_structured_data(document)
    return published_of(document, said, url="https://wharfside.test/a", fetched_at=NOW)


def test_a_claimed_date_is_read_with_its_zone_and_kept_as_written() -> None:
    raw, when = published(
        '<meta property="article:published_time" content="2026-01-27T00:30:00+01:00">'
    )
    assert raw == "2026-01-27T00:30:00+01:00"
    assert when == datetime(2026, 1, 26, 23, 30, tzinfo=UTC)


def test_a_date_that_only_readers_see_is_read() -> None:
    _, when = published("", '<div class="date">27 January 2026</div>')
    assert when == datetime(2026, 1, 27, tzinfo=UTC)


def test_a_page_without_a_date_has_none() -> None:
    assert published("") == (None, None)

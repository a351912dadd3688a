"""Who wrote a page."""

from __future__ import annotations

import lxml.html
import pytest

from crawler.extraction.bylines import authors_of
from crawler.extraction.structured_data import read_structured_data


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

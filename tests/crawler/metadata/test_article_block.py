"""Which structured block of a page is taken, and that all claims come from it."""

from __future__ import annotations

import json
from typing import Any

import lxml.html
import pytest

from crawler.metadata.structured_data import StructuredData, read_structured_data

URL = "https://wharfside.test/news/castellan"
OTHER_FORM = "http://www.wharfside.test/news/castellan/"
STORY = "Castellan opens an office in Marlow Vale"
OURS = {
    "@type": "NewsArticle",
    "headline": STORY,
    "url": URL,
    "datePublished": "2026-02-03T09:30:00+01:00",
    "author": {"@type": "Person", "name": "Ada Okonjo"},
    "publisher": {"@type": "Organization", "name": "Wharfside"},
    "articleBody": "Castellan has opened an office.",
}
OTHER = {
    "@type": "NewsArticle",
    "headline": "Brightwell closes its own",
    "url": "https://wharfside.test/news/brightwell",
    "datePublished": "2019-01-01T00:00:00Z",
    "author": {"@type": "Person", "name": "Rhys Penhale"},
    "publisher": {"@type": "Organization", "name": "Ledger"},
    "articleBody": "Brightwell has closed its own.",
}


def without(block: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in block.items() if key not in keys}


def read(*scripts: object, h1: str = STORY, head: str = "") -> StructuredData:
    tags = "".join(
        f'<script type="application/ld+json">{json.dumps(one)}</script>' for one in scripts
    )
    document = lxml.html.document_fromstring(
        f"<html><head>{head}{tags}</head><body><h1>{h1}</h1><p>Text.</p></body></html>"
    )
    return read_structured_data(document, (URL,))


def claims(data: StructuredData) -> tuple[object, ...]:
    names = [one.name for one in data.block_authors]
    return data.headline, data.published, names, data.publisher, data.body


WANTED = (
    STORY,
    "2026-02-03T09:30:00+01:00",
    ["Ada Okonjo"],
    "Wharfside",
    "Castellan has opened an office.",
)
NAMELESS = without(OURS, "url")


@pytest.mark.parametrize(
    "scripts",
    [
        ([OURS, OTHER],),
        ([OTHER, OURS],),
        (OTHER, OURS),
        ({"@graph": [OTHER, OURS]},),
        ([{"@graph": [OTHER]}, {"@graph": [[OURS]]}],),
        (OTHER, {"@type": "WebPage", "mainEntity": OURS}),
        (OTHER, NAMELESS | {"@id": f"{URL}#article"}),
        (OTHER, NAMELESS | {"@id": "#article"}),
        (OTHER, NAMELESS | {"mainEntityOfPage": URL + "/"}),
        (OTHER, NAMELESS | {"mainEntityOfPage": {"@type": "WebPage", "@id": URL}}),
        (OTHER, NAMELESS | {"mainEntityOfPage": [{"@id": OTHER_FORM}]}),
        (OTHER, NAMELESS | {"url": "/news/castellan?utm_source=feed"}),
        (OTHER, NAMELESS),
        (without(OTHER, "url"), NAMELESS),
        (OTHER, OURS | {"url": "https://copy.test/a-copy"}),
        (OTHER, OURS | {"@type": ["NewsArticle", "ReportageNewsArticle"]}),
        (OTHER, OURS | {"@type": "http://schema.org/NewsArticle"}),
        (OTHER, OURS | {"@type": "schema:LiveBlogPosting"}),
        (OTHER, OURS | {"headline": [STORY], "datePublished": ["2026-02-03T09:30:00+01:00"]}),
        (OTHER, OURS | {"headline": {"@value": STORY, "@language": "en"}}),
        (OTHER, OURS | {"author": [OURS["author"]], "publisher": [OURS["publisher"]]}),
        (OTHER, OURS | {"author": [["Ada Okonjo"]]}),
        (OTHER, OURS | {"author": {"@type": "Person", "givenName": "Ada", "familyName": "Okonjo"}}),
        ({"@type": "BreadcrumbList", "name": "Home"}, OTHER, OURS),
    ],
)  # fmt: skip
def test_all_claims_come_from_the_block_of_the_page(scripts: tuple[object, ...]) -> None:
    assert claims(read(*scripts)) == WANTED


def test_the_address_decides_before_the_headline() -> None:
    renamed = OURS | {"headline": "Office opens"}
    assert read(OTHER | {"headline": STORY}, renamed).headline == "Office opens"


def test_the_first_block_is_taken_where_nothing_else_decides() -> None:
    first, second = without(OTHER, "url"), without(OTHER, "url") | {"headline": "A third"}
    assert read(first, second, h1="").headline == "Brightwell closes its own"


def test_a_block_of_another_page_with_another_headline_says_nothing() -> None:
    data = read(OTHER, head='<meta name="author" content="Ada Okonjo">')
    assert claims(data) == (None, None, [], None, None)
    assert data.meta_authors == ["Ada Okonjo"]


def test_the_front_page_is_the_address_of_no_article() -> None:
    front = "https://wharfside.test/"
    assert read(OTHER | {"url": front}, OURS | {"url": front}).headline == STORY


def test_what_the_block_leaves_out_is_taken_from_another_of_the_same_page() -> None:
    page = {"@type": "WebPage", "@id": URL, "author": {"@id": "#ada"}}
    ada = {"@type": "Person", "@id": "#ada", "name": "Ada Okonjo"}
    graph = {"@graph": [page, ada, OTHER, without(OURS, "author")]}
    assert claims(read(graph)) == WANTED


def test_an_author_that_is_named_elsewhere_is_looked_up_at_any_depth() -> None:
    page = {"@type": "ProfilePage", "about": [{"@id": "#ada", "name": "Ada Okonjo"}]}
    assert claims(read(page, OURS | {"author": {"@id": "#ada"}})) == WANTED


def test_entities_in_values_are_resolved_also_when_they_are_escaped_twice() -> None:
    data = read(OURS | {"headline": "Castellan&#8217;s &amp;amp; Brightwell&amp;#8217;s office"})
    assert data.headline == "Castellan’s & Brightwell’s office"

"""Which links of a page may be its articles: what is offered to the person who adds a source."""

from __future__ import annotations

import lxml.html
import pytest

from crawler.listings.link_groups import find_link_groups
from crawler.listings.listing_pages import read_listed_links

HEADLINES = (
    "Millbrook pauses its move to the platform",
    "Trusts in the north wait for the review",
    "Halcyon wins a contract for bed planning",
    "Board papers name a new supplier for maternity",
)
MENU = "".join(f'<li><a href="/topic/{n}">Topic {n}</a></li>' for n in range(8))


def page(listing: str) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(
        f"<html><body><nav><ul>{MENU}</ul></nav><main>{listing}</main>"
        '<footer><p><a href="/terms">Terms of use of this web site</a></p>'
        '<p><a href="/privacy">How we treat what we know of you</a></p>'
        '<p><a href="/contact">How you can reach our news desk</a></p></footer></body></html>'
    )


def cards() -> str:
    return "".join(
        f'<article class="card card-{n}"><a href="/news/{n}"><img alt=""></a>'
        f'<h3><a href="/news/{n}">{title}</a></h3><time datetime="2026-11-0{n + 1}">day {n}</time>'
        f"<p>What the trust said of it.</p></article>"
        for n, title in enumerate(HEADLINES)
    )


def found(listing: str) -> list[tuple[str | None, int]]:
    groups = find_link_groups(page(listing), base="https://ward.example/news", most=3)
    return [(group.select.entry, group.links) for group in groups]


def test_cards_are_found_with_title_date_and_teaser() -> None:
    document = page(f'<div class="list">{cards()}</div>')
    (group,) = find_link_groups(document, base="https://ward.example/news", most=3)

    assert (group.links, group.headlines) == (4, 4)
    assert group.select.entry == "article.card", "the class of one card alone is not named"
    links = read_listed_links(document, base="https://ward.example/news", select=group.select).links
    assert [(link.title, link.url) for link in links] == [
        (title, f"https://ward.example/news/{n}") for n, title in enumerate(HEADLINES)
    ]
    assert links[0].summary == "What the trust said of it."
    assert links[0].published_raw == "2026-11-01"


@pytest.mark.parametrize(
    ("cover", "selector"), [("ul", "main > ul > li"), ("ol", "ol > li")], ids=["as-menu", "other"]
)
def test_a_plain_list_is_told_from_the_menu_by_where_it_stands(cover: str, selector: str) -> None:
    lines = "".join(
        f'<li><a href="/news/{n}">{title}</a></li>' for n, title in enumerate(HEADLINES)
    )
    assert found(f"<{cover}>{lines}</{cover}>") == [(selector, 4)]


def test_the_list_with_the_most_headlines_comes_first() -> None:
    few = "".join(f'<p><a href="/old/{n}">{title}</a></p>' for n, title in enumerate(HEADLINES[:3]))
    assert [links for _, links in found(f"<section>{few}</section>{cards()}")] == [4, 3]


@pytest.mark.parametrize(
    "listing",
    [
        "",
        "".join(f'<p><a href="/t/{n}">Short {n}</a></p>' for n in range(9)),
        "".join(
            f'<p><a href="https://other.example/{n}">{title}</a></p>'
            for n, title in enumerate(HEADLINES)
        ),
        "".join(f'<p><a href="#{n}">{title}</a></p>' for n, title in enumerate(HEADLINES)),
        "".join(f'<p><a href="/n/{n}">{t}</a></p>' for n, t in enumerate(HEADLINES[:2])),
    ],
    ids=["nothing", "menu", "other-site", "same-page", "two"],
)
def test_what_lists_no_articles_is_not_offered(listing: str) -> None:
    assert found(listing) == []

"""Which of the titles that a page gives itself is the headline."""

from __future__ import annotations

import lxml.html
import pytest

from crawler.extraction.headline import choose_headline
from crawler.extraction.page import extract
from crawler.metadata.structured_data import read_structured_data
from tests.support.builders import an_entry
from tests.support.pages import a_fetched_page

STORY = "Castellan opens an office in Marlow Vale"
SITE = "Wharfside"


def headline(
    *, h1: str = "", og: str = "", title: str = "", site: str = "", listed: str | None = None
) -> str | None:
    document = lxml.html.document_fromstring(
        f'<html><head><title>{title}</title><meta property="og:title" content="{og}">'
        f'<meta property="og:site_name" content="{site}"></head>'
        f"<body><h1>{h1}</h1><p>Text.</p></body></html>"
    )
    return choose_headline(document, read_structured_data(document), listed)


@pytest.mark.parametrize(
    "titles",
    [
        {"h1": STORY, "og": "You won't believe where Castellan is opening", "title": STORY},
        {"h1": f"Local news | {STORY}", "og": STORY, "title": f"{STORY} - Wharfside"},
        {"h1": f"{STORY} Forty people are to be hired", "og": STORY, "title": STORY},
        {"h1": "Wharfside", "og": f"{STORY} | Wharfside", "site": "Wharfside"},
        {"h1": "", "title": f"{STORY} – Wharfside Health"},
        {"h1": STORY, "listed": STORY},
        {"h1": STORY},
        {"h1": SITE, "og": SITE, "title": f"{STORY} | {SITE}", "site": SITE},
        {"title": f"The Wharfside: {STORY}", "site": "Wharfside"},
        {"title": f"{STORY} - {SITE} Online", "og": f"{SITE}.test » {STORY}", "site": SITE},
        {"og": f"{STORY} - Health - Wharfside", "h1": STORY, "site": "Wharfside"},
        {"h1": f"<a>News</a><span>{STORY}</span>", "og": STORY, "title": f"News {STORY}"},
        {"h1": f"{STORY}<small>Wharfside</small>", "og": STORY},
        {"h1": STORY, "og": f"{STORY} - Ferries", "title": f"{STORY} - Ferries"},
        {"h1": STORY, "title": f"{STORY.partition(' opens')[0]} opens - Wharfside"},
        {"h1": SITE, "title": f"{STORY} | {SITE}"},
        {"h1": f'<a href="/">{SITE}</a>', "title": f"{SITE} - {STORY}"},
        {"h1": f"<span>Exclusive</span> {STORY}", "title": f"{STORY} | {SITE}"},
        {"h1": "Ferries", "title": f"{STORY} | Ferries | {SITE}"},
        {"h1": "The harbour blog", "title": f"The harbour blog: {STORY} | {SITE}"},
    ],
    ids=[
        "what readers see, not what search engines are told",
        "without the name of its section",
        "without a subtitle",
        "without the name of the site",
        "of the window's title alone",
        "as it was listed",
        "of a heading alone",
        "where the heading and the shared title are the site's name",
        "behind the name of the site",
        "with variants of the name of the site",
        "with a section between it and the site",
        "in the part of a heading that is shared",
        "in a heading with the site in it",
        "before a section that both titles name",
        "whole, where the window has its first two words and the site",
        "where the heading is the end of the window's title",
        "where the heading is a link to the front page, with which the window's title begins",
        "without a word above it",
        "where the heading is a section in the window's title",
        "where the heading is a blog in the window's title",
    ],
)  # fmt: skip
def test_the_headline_is_found(titles: dict[str, str]) -> None:
    assert headline(**titles) == STORY


def test_a_headline_with_a_dash_in_it_keeps_what_follows() -> None:
    dashed = "Chapter and verse: the contract - revised"
    assert headline(h1=dashed, og=dashed, title=dashed) == dashed


def test_a_page_without_any_title_has_none() -> None:
    assert headline() is None


def test_the_name_of_the_site_is_no_headline() -> None:
    assert (
        headline(h1="Wharfside", og="Wharfside", title="Wharfside Online", site="Wharfside") is None
    )


def test_a_tail_that_is_no_name_of_the_site_stays_in_a_shared_title() -> None:
    dashed = "Castellan opens an office - and this is where"
    assert headline(og=dashed, site="Wharfside") == dashed


@pytest.mark.parametrize(
    "shared",
    [
        "Castellan opens an office in Marlow",
        "Castellan opens office in Marlow Vale",
        "Castellan opens an office in",
    ],
)
def test_a_shared_title_that_leaves_words_out_is_the_headline_in_short(shared: str) -> None:
    assert headline(h1=STORY, title=STORY, og=shared) == shared


@pytest.mark.parametrize(
    "shared",
    ["Castellan opens office", "Marlow Vale: Castellan opens an office", f"{STORY} for forty"],
)
def test_a_shared_title_in_other_words_is_not(shared: str) -> None:
    assert headline(h1=STORY, title=STORY, og=shared) == STORY


def test_a_shared_title_with_signs_of_its_own_is_another_wording() -> None:
    whole = "Castellan, Brindle and two other firms open offices in Marlow Vale"
    other = "Castellan, Brindle, other firms open offices in Marlow Vale"
    assert headline(h1=whole, title=whole, og=other) == whole


def test_a_sign_moves_up_to_the_word_before_what_is_left_out() -> None:
    whole = "As Castellan grows in Vale, patients warn that many clinics are full"
    shared = "As Castellan grows, patients warn that clinics are full"
    assert headline(h1=whole, title=whole, og=shared) == shared


@pytest.mark.parametrize("is_listed", [False, True])
def test_a_heading_that_says_more_than_the_title_is_not_lost(*, is_listed: bool) -> None:
    fuller = "Castellan and Lindqvist open an office in Marlow"
    shorter = "Castellan open an office in Marlow"
    body = "".join(f"<p>The room beside the ferry has {n} desks for clerks.</p>" for n in range(9))
    page = a_fetched_page(
        f'<html><head><meta property="og:title" content="{shorter}"><title>{fuller}</title></head>'
        f"<body><article><h1>{fuller}</h1>{body}</article></body></html>"
    )
    entry = an_entry(title=shorter, summary="", content="") if is_listed else None
    read = extract(page, entry=entry)
    assert read.title == shorter
    assert read.standfirst == fuller
    assert fuller not in [block.text for block in read.asides]

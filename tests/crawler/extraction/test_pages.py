"""What is the article on a page, and what only surrounds it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.errors import Unreadable
from crawler.extraction.page import extract
from storage.model import FetchedEntry, PageText
from tests.support.builders import an_entry
from tests.support.pages import a_fetched_page

NOW = datetime(2026, 9, 2, 9, 0, tzinfo=UTC)
STANDFIRST = "Staff at Brackenford were told on Monday that the move would wait until the spring."
STORY = tuple(
    f"Paragraph {number} of the account says that the trust in Brackenford has {what}, and that "
    "the board will hear of it when it meets again in the town hall in October."
    for number, what in enumerate(
        (
            "paused the move",
            "paid the bill",
            "lost two clinics",
            "asked for help",
            "hired more staff",
        ),
        start=1,
    )
)


def read(html: str, *, listed: FetchedEntry | None = None) -> PageText:
    page = a_fetched_page(html, "https://ledger.example/a", fetched_at=NOW)
    return extract(page, entry=listed)


def a_page(body: str, *, head: str = "", title: str = "Trust pauses records move") -> str:
    return (
        f'<html lang="en"><head><title>{title} | Ward Ledger</title>{head}</head>'
        f"<body><main><article><h1>{title}</h1>{body}</article></main></body></html>"
    )


def told(*paragraphs: str) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs or STORY)


@pytest.mark.parametrize(
    ("standfirst", "head"),
    [
        (f'<p class="article__standfirst">{STANDFIRST}</p>', ""),
        (f"<h2>{STANDFIRST}</h2>", f'<meta name="description" content="{STANDFIRST}">'),
    ],
    ids=["by its name", "by the page's description"],
)
def test_the_standfirst_is_read_once(standfirst: str, head: str) -> None:
    within = a_page(f'<header>{standfirst}</header><div class="body">{told()}</div>', head=head)
    above = (
        f'<html lang="en"><head><title>Trust pauses records move</title>{head}</head><body>'
        f"<div class='top'><h1>Trust pauses records move</h1>{standfirst}</div>"
        f"<main><article><div class='body'>{told()}</div></article></main></body></html>"
    )
    for html in (within, above):
        page = read(html)
        assert (page.text.count(STANDFIRST), page.standfirst) in ((1, ""), (0, STANDFIRST))
        assert all(line in page.text for line in STORY)


@pytest.mark.parametrize("tag", ["script", "style", "noscript", "template"])
def test_program_code_is_no_standfirst(tag: str) -> None:
    code = (
        "!function(n){if(!window.ward){window.ward={}, window.ward.cmd = [] ; var t = 1}}(window);"
    )
    lead = f'<div class="article-lead"><{tag}>{code}</{tag}></div>'
    page = read(a_page(f'{lead}<div class="body">{told()}</div>'))
    assert page.standfirst == ""
    lead = f'<div class="article-lead"><{tag}>{code}</{tag}>{STANDFIRST}</div>'
    assert read(a_page(f'{lead}<div class="body">{told()}</div>')).standfirst == STANDFIRST


@pytest.mark.parametrize("text", ["Test", "Back on Monday", "Ward 7 is open again"])
def test_a_short_post_that_no_listing_announced_is_read(text: str) -> None:
    html = f"<html><body>{text}</body></html>"
    assert read(html).text == text
    with pytest.raises(Unreadable):
        read(html, listed=an_entry(title="Minister opens a bridge at Thornby"))


def test_an_article_in_several_boxes_of_a_kind_is_read_whole_and_in_order() -> None:
    boxes = "".join(
        f'<div class="row"><div class="text-box">{told(*part)}</div><i>Advert</i></div>'
        for part in (STORY[:2], STORY[2:4], STORY[4:])
    )
    assert read(a_page(boxes)).text.split("\n") == list(STORY)


@pytest.mark.parametrize(
    "beside",
    [
        '<div style="display: none"><p>Zephyrine wins a deal in Corvant.</p></div>',
        '<p hidden>Zephyrine wins a deal in Corvant.</p>',
        '<p><span class="sr-only">Zephyrine wins a deal in Corvant.</span></p>',
        '<span class="hover-card"><a href="/z">Zephyrine</a> See all stories</span>',
        '<span class="tip tooltip-text">Zephyrine wins a deal in Corvant.</span>',
        "<figure><img src=x><figcaption>Zephyrine wins a deal in Corvant.</figcaption></figure>",
        '<div class="wp-caption"><p class="wp-caption-text">Zephyrine wins a deal.</p></div>',
        '<aside class="related"><ul><li><a href="/z">Zephyrine wins a deal</a></li></ul></aside>',
        '<p>READ MORE: <a href="/z">Zephyrine wins a deal in Corvant</a></p>',
        '<p>Sign up for our Zephyrine newsletter</p>',
        '<div class="cookie-banner">Zephyrine and 600 partners store cookies.</div>',
    ],
    ids=[
        "hidden by style", "hidden", "for the ear", "shown on hover", "tooltip", "caption",
        "older caption", "related", "pointer", "plea", "cookies",
    ],
)  # fmt: skip
def test_a_supplier_named_beside_the_article_is_not_in_its_text(beside: str) -> None:
    page = read(a_page(f'<div class="body">{told(*STORY[:3])}{beside}{told(*STORY[3:])}</div>'))
    assert "Zephyrine" not in page.text
    assert [line for line in page.text.split("\n") if line in STORY] == list(STORY)


def test_an_article_that_a_script_unfolds_is_read_all_the_same() -> None:
    html = a_page(f'<div class="body" style="display:none">{told()}</div>')
    assert STORY[4] in read(html).text


def test_an_article_that_is_told_in_captions_is_read() -> None:
    slides = "".join(
        f'<figure><img src="{n}.jpg"><figcaption><p>{one}</p></figcaption></figure>'
        for n, one in enumerate(STORY)
    )
    assert STORY[2] in read(a_page(slides)).text


def test_comments_are_apart_from_the_text() -> None:
    comments = (
        '<section id="comments"><ol class="comment-list"><li class="comment">'
        "<p>Karp would never have let that happen, would he?</p></li></ol></section>"
    )
    page = read(a_page(told() + comments))
    assert "Karp" not in page.text
    assert "Karp would never" in page.comments


def test_a_listed_date_is_taken_where_the_page_claims_none() -> None:
    listed = an_entry(published_at=NOW, published_raw="Wed, 02 Sep 2026 09:00:00 GMT")
    page = read(a_page(told() + "<p>Published on 4 May 2019</p>"), listed=listed)
    assert (page.published_at, page.published_raw) == (NOW, "Wed, 02 Sep 2026 09:00:00 GMT")
    claimed = '<meta property="article:published_time" content="2026-09-01T08:00:00Z">'
    page = read(a_page(told(), head=claimed), listed=listed)
    assert page.published_at == datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


def test_text_before_a_paywall_is_read_and_an_empty_room_behind_it_is_not() -> None:
    head = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": '
        '"Trust pauses records move", "isAccessibleForFree": false}</script>'
    )
    assert STORY[0] in read(a_page(told(*STORY[:2]), head=head)).text
    with pytest.raises(Unreadable):
        read(a_page("<p>The trust said on Monday that the move would wait…</p>", head=head))

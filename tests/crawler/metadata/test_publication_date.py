"""When a page was published: what it claims, and what its article shows."""

from __future__ import annotations

from datetime import UTC, datetime

import lxml.html
import pytest

from crawler.metadata.structured_data import read_structured_data
from crawler.page_dates.date_candidates import MAX_CANDIDATES
from crawler.page_dates.date_places import MAX_TEXT
from crawler.page_dates.publication_date import published_of

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
THE_DAY = datetime(2026, 3, 2, tzinfo=UTC)
HALF_PAST_NINE = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HEADLINE = "Fenmoor trust moves its records to Ostler"
PROSE = "<p>The trust said that the move of its ward records is done and paid for.</p>" * 3


def published(
    body: str = "", *, head: str = "", url: str = "https://ledger.test/a", language: str = "en"
) -> tuple[str | None, datetime | None]:
    document = lxml.html.document_fromstring(
        f'<html lang="{language}"><head><title>{HEADLINE}</title>{head}</head>'
        f"<body>{body}</body></html>"
    )
    data = read_structured_data(document)
    return published_of(
        document,
        claimed=data.published,
        language=data.language,
        url=url,
        fetched_at=NOW,
        title=HEADLINE,
    )


def article(line: str = "", after: str = "") -> str:
    return f"<main><article><h1>{HEADLINE}</h1>{line}{PROSE}{after}</article></main>"


ELSEWHERE = [
    "<footer>Copyright 2003-2026 Ledger</footer>",
    "<footer>Site updated 2 March 2026</footer>",
    "<footer><time datetime='2026-03-02'>2 March 2026</time></footer>",
    "<div class='site-footer'>2 March 2026</div>",
    "<section id='comments'><div class='comment'><time datetime='2026-03-02'></time></div>"
    "</section>",
    "<ol class='comment-list'><li><span class='date'>2 March 2026</span></li></ol>",
    "<div itemscope itemtype='https://schema.org/Comment'><meta itemprop='datePublished'"
    " content='2026-03-02'><span class='date'>2 March 2026</span></div>",
    "<aside><span class='date'>2 March 2026</span></aside>",
    "<div class='sidebar'><time datetime='2026-03-02'></time></div>",
    "<nav><span class='date'>2 March 2026</span></nav>",
    "<div class='related'><time datetime='2026-03-02'></time></div>",
    "<ul><li><a href='/b'>Harbourlight hospital picks a new supplier</a>"
    "<time datetime='2026-03-02'></time></li></ul>",
    "<table><tr><th>Year</th><th>Cost</th></tr><tr><td>2026</td><td>4m</td></tr></table>",
    "<p>March 2026</p>",
    "<p>2026</p>",
    "<p>The contract that was signed on 2 March 2026 runs for seven years and is worth a lot.</p>",
    "<p>Deadline: 2 March 2026</p>",
    "<p>This consultation closes at 11:59pm on 2 March 2026</p>",
    "<p>Closing at noon, Monday 2 March 2026</p>",
    "<p>Board meeting held on 2 March 2026</p>",
    "<p>The hearing takes place on 2 March 2026</p>",
    "<p class='date'>Reply by 5pm on Monday 2 March 2026</p>",
    "<p class='date'>Scheduled for 2 March 2026</p>",
    "<p class='date'>Review date: 2 March 2026</p>",
    "<p class='date'>Next meeting: 2 March 2026</p>",
    "<div><footer>2 March 2026</footer></div>",
    "<div><div><p class='copyright'>Ledger, 2 March 2026</p></div></div>",
    "<section><div class='comment'>Rhys, 2 March 2026: I agree</div></section>",
    "<ol class='commentlist'><li>2 March 2026</li></ol>",
    "<div role='contentinfo'>2 March 2026</div>",
    "<div class='upcoming'><h3>Coming up</h3><p>2 March 2026</p></div>",
    "<figure><img src='a.png'><figcaption>The ward on 2 March 2026</figcaption></figure>",
    "<p>The board met on 2 March 2026 to decide.</p>",
    "<p>The launch was on <time datetime='2026-03-02'>2 March 2026</time>.</p>",
    "<p>It was signed on 2 March 2026.</p>",
    "<ul><li>2 March 2026: the wards move</li><li>4 May 2026: review</li></ul>",
    "<table><tr><th>Milestone</th></tr><tr><td>2 March 2026</td></tr></table>",
    "<table><tr><td>2 March 2026</td></tr><tr><td>4 May 2026</td></tr></table>",
    "<dl><dt>Contract begins</dt><dd>2 March 2026</dd></dl>",
    "<table><tr><td>2 March 2026</td><td>Move of the wards</td></tr></table>",
    "<table><tr><th>Milestone</th><th>Done</th></tr><tr><td>Move</td><td>2 March 2026</td></tr>"
    "</table>",
    "<div itemscope itemtype='https://schema.org/BusinessEvent'>"
    "<time datetime='2026-03-02'>2 March 2026</time></div>",
    "<time itemprop='startDate' datetime='2026-03-02'>2 March 2026</time>",
]


@pytest.mark.parametrize("part", ELSEWHERE)
def test_what_stands_around_an_article_does_not_date_it(part: str) -> None:
    assert published(article() + part) == (None, None)
    assert published(article(after=part)) == (None, None)


@pytest.mark.parametrize("part", ELSEWHERE)
def test_the_articles_time_comes_before_what_stands_around_it(part: str) -> None:
    line = "<time datetime='2026-02-27T09:30:00+01:00'>27 February 2026</time>"
    meant = ("2026-02-27T09:30:00+01:00", datetime(2026, 2, 27, 8, 30, tzinfo=UTC))
    assert published(part + article(line)) == meant
    assert published(article(line) + part) == meant


@pytest.mark.parametrize(
    "line",
    [
        "<time datetime='2026-03-02T09:30:00Z'>Monday</time>",
        "<time>2 March 2026, 9:30am</time>",
        "<time datetime='soon'>09:30, 2 March 2026</time>",
        "<abbr class='published' title='2026-03-02T09:30:00Z'>Monday</abbr>",
        "<p class='byline'>By Ada Okonjo, 2 March 2026 09:30</p>",
        "<p>Published: 2 March 2026 at 9.30am</p>",
        "<p>Ada Okonjo | 2 March 2026 | 09:30 GMT</p>",
        "<p>By Ada Okonjo for the Ledger on 2 March 2026 at 09:30.</p>",
        "<p>First published on <time datetime='2026-03-02T09:30:00Z'>Monday</time>.</p>",
        "<table><tr><th>Date</th><td>2 March 2026 09:30</td></tr></table>",
        "<table><tr><td>2 March 2026 09:30</td></tr></table>",
        "<header><p>2 March 2026 09:30</p></header>",
        "<div class='widget Blog'><p>2 March 2026, 09:30 GMT</p></div>",
        "<ul class='nav meta'><li><a href='/time/2026-03-02'>2 Mar 2026 09:30</a></li></ul>",
        "<p class='date'>Published 2 March 2026 09:30, updated 4 March 2026 10:00</p>",
        "<p class='date'>Updated 4 March 2026 10:00. Published 2 March 2026 09:30</p>",
        "<time class='updated' datetime='2026-03-04'></time>"
        "<time class='entry-date published' datetime='2026-03-02T09:30:00Z'></time>",
        "<div itemscope><meta itemprop='datePublished' content='2026-03-02T09:30:00Z'></div>",
        "<span itemprop='datePublished'>2 March 2026 09:30</span>",
        "<span class='date'>02.03.26 09:30</span>",
        "<p class='byline'>By Ada Okonjo | 2/3/26 | 09:30</p>",
    ],
)
def test_a_date_that_readers_see_is_read(line: str) -> None:
    assert published(article(line))[1] == HALF_PAST_NINE
    assert published(f"<div class='has-sidebar'>{article(line)}</div>")[1] == HALF_PAST_NINE


@pytest.mark.parametrize(
    "line",
    [
        "<p class='date'>Last updated: 2 March 2026</p>",
        "<time class='updated' datetime='2026-03-02'>2 March 2026</time>",
        "<time itemprop='dateModified' datetime='2026-03-02'>2 March 2026</time>",
        "<p>Updated: <time datetime='2026-03-02'>2 March 2026</time></p>",
        "<time datetime='2026-03-02'>Updated Monday, 2 March 2026</time>",
        "<p>Page last reviewed: 2 March 2026</p>",
        "<p>When: 2 March 2026</p>",
        "<p>Prices correct as of 2 March 2026</p>",
        "<p>Modified on 2 March 2026</p>",
        "<p>Aktualisiert am 2. März 2026</p>",
        "<p>Mis à jour le 2 mars 2026</p>",
        "<p>Corrected 2 March 2026</p>",
        "<p class='date'>Updated: 2/3/26</p>",
    ],
)
def test_the_date_of_an_update_is_not_that_of_publication(line: str) -> None:
    assert published(article(line)) == (None, None)


def test_the_date_of_a_change_in_place_of_the_publication_is_passed_over() -> None:
    block = '{"@type": "NewsArticle", "headline": "x", "datePublished": "2026-03-04T09:30:00Z"}'
    head = (
        f'<script type="application/ld+json">{block}</script>'
        '<meta property="article:published_time" content="2026-03-02T09:30:00Z">'
    )
    changed = '<meta property="article:modified_time" content="2026-03-04T09:30:00+00:00">'
    assert published(head=head + changed)[1] == HALF_PAST_NINE
    assert published(head=head)[1] == datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "path",
    ["/2026/03/02/a", "/2026/mar/2/a", "/news/2026-03-02-a", "/20260302/a", "/a-20260302-b.html"],
)
def test_the_address_dates_a_page_that_shows_nothing(path: str) -> None:
    assert published(article(), url=f"https://ledger.test{path}")[1] == THE_DAY


@pytest.mark.parametrize(
    "path", ["/2026/03/a", "/2026", "/a-2026", "/2026/13/45/a", "/1.20260302x", "/2099/03/02/a"]
)
def test_a_month_or_a_number_in_the_address_is_no_date(path: str) -> None:
    assert published(article(), url=f"https://ledger.test{path}") == (None, None)


def test_a_shown_date_that_agrees_with_the_address_is_more_precise() -> None:
    line, url = "<p class='date'>2 March 2026, 09:30</p>", "https://ledger.test/2026/03/02/a"
    assert published(article(line), url=url)[1] == HALF_PAST_NINE
    assert published(article("<p class='date'>4 May 2019</p>"), url=url)[1] == THE_DAY


def test_the_date_of_today_above_the_headline_dates_nothing() -> None:
    head = "<div class='bar'><div><span class='date'>Friday, 27 November 2026</span></div></div>"
    page = f"<div>{head}</div><div><div><div><div><div>{article()}</div></div></div></div></div>"
    assert published(page) == (None, None)
    line = "<p>2 March 2026</p>"
    assert published(page.replace("</h1>", f"</h1>{line}"))[1] == THE_DAY


@pytest.mark.parametrize(
    "top",
    [
        "<header><span>Friday 27 November 2026</span></header>",
        "<div role='banner'><span>Friday 27 November 2026</span></div>",
        "<div><p>Friday, 27 November 2026</p></div>",
    ],
)
def test_the_date_of_today_at_the_top_of_a_plain_page_dates_nothing(top: str) -> None:
    assert published(top + article()) == (None, None)


def test_a_date_between_the_top_of_the_body_and_its_headline_is_of_the_article() -> None:
    line = "<p>27 November 2026</p>"
    assert published(f"{line}<h1>{HEADLINE}</h1>{PROSE}")[0] == "27 November 2026"
    head = f"<header><h1>{HEADLINE}</h1>{line}</header>"
    assert published(head + PROSE)[0] == "27 November 2026"


@pytest.mark.parametrize(
    "claim", ["0001-01-01T00:00:00Z", "1970-01-01", "2099-01-01", "0", "yesterday"]
)
def test_a_claim_that_cannot_be_leaves_the_date_that_readers_see(claim: str) -> None:
    head = f'<meta property="article:published_time" content="{claim}">'
    assert published(article("<time datetime='2026-03-02'></time>"), head=head)[1] == THE_DAY
    assert published(article(), head=head) == (claim, None)


def test_a_claim_is_read_with_its_zone_and_kept_as_written() -> None:
    raw, when = published(
        head='<meta property="article:published_time" content="2026-01-27T00:30:00+01:00">'
    )
    assert raw == "2026-01-27T00:30:00+01:00"
    assert when == datetime(2026, 1, 26, 23, 30, tzinfo=UTC)


def test_the_publishers_own_offset_is_kept_where_the_page_gives_it() -> None:
    head = '<meta property="article:published_time" content="2026-03-03T02:30:00Z">'
    line = "<time datetime='2026-03-02T21:30:00-05:00'>March 2, 2026</time>"
    meant = datetime(2026, 3, 3, 2, 30, tzinfo=UTC)
    assert published(article(line), head=head) == ("2026-03-02T21:30:00-05:00", meant)
    assert published(article(), head=head) == ("2026-03-03T02:30:00Z", meant)


def test_the_language_of_the_page_orders_its_numbers() -> None:
    line = "<p class='date'>03/02/2026</p>"
    assert published(article(line), language="en-US")[1] == THE_DAY
    assert published(article(line), language="en-GB")[1] == datetime(2026, 2, 3, tzinfo=UTC)


def test_only_the_first_elements_that_may_be_dated_are_looked_at() -> None:
    many = "<b class='date'>soon</b>" * (MAX_CANDIDATES + 10)
    line = "<time datetime='2026-03-02'></time>"
    assert published(article(many + line)) == (None, None)
    assert published(article(line + many))[1] == THE_DAY


def test_an_element_of_many_characters_or_nodes_dates_no_article() -> None:
    label = "Published 2 March 2026"
    for more, when in (("", THE_DAY), (" and so on" * 12, THE_DAY), (" and so on" * 24, None)):
        assert published(article(f"<p class='date'>{label}{more}</p>"))[1] == when
    for nodes, when in ((100, THE_DAY), (300, None)):
        assert published(article(f"<p class='date'>{'<b></b>' * nodes}{label}</p>"))[1] == when


def test_a_date_as_written_is_kept_up_to_a_length() -> None:
    written, _ = published(article(f"<time datetime='2026-03-02{' -' * 300}'></time>"))
    assert written is not None
    assert len(written) <= MAX_TEXT


def test_a_page_without_a_date_has_none() -> None:
    assert published() == (None, None)
    assert published(article()) == (None, None)

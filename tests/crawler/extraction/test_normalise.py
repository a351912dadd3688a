"""What the listing and the page said, brought together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.extraction.normalise import normalise
from storage.model import Article, FetchedEntry, ItemKind, PageText, TextState

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SENTENCE = "The trust said on Monday that the move of its records is done and paid for. "


def joined(
    *,
    title: str,
    content: str = "",
    page: str | None = None,
    teaser: str = "",
    description: str = "",
    standfirst: str = "",
) -> Article:
    entry = FetchedEntry(
        source_key="wharfside",
        url="https://wharfside.test/a",
        guid="1",
        title=title,
        summary=teaser,
        content=content,
        authors=(),
        published_raw=None,
        published_at=None,
        updated_at=None,
        language="en",
        fetched_at=NOW,
    )
    text = None
    if page is not None:
        text = PageText(
            title=None,
            published_raw=None,
            published_at=None,
            authors=(),
            language="en",
            canonical_url=None,
            summary=description,
            text=page,
            comments="",
            standfirst=standfirst,
        )
    return normalise(entry, item_kind="news", page=None, text=text, thin_reason=None, language=None)


def test_a_title_is_mended_by_the_damage_that_its_article_shows() -> None:
    article = joined(title="A âfirstâ for Ostler", page=f"{SENTENCE}âIt wasâ, said its chair.")
    assert article.title == "A “first” for Ostler"


STANDFIRST = "Halcyon is to move the records of three wards."


@pytest.mark.parametrize(
    ("teaser", "description", "summary"),
    [
        ("Wards wait.", "All about wards.", f"Wards wait.\n{STANDFIRST}"),
        ("", "All about wards.", f"All about wards.\n{STANDFIRST}"),
        (f"{STANDFIRST} More to come.", "", f"{STANDFIRST} More to come."),
        ("Halcyon is to move the records", "", STANDFIRST),
        ("", "", STANDFIRST),
    ],
    ids=["teaser", "description", "in the teaser", "teaser is cut", "neither"],
)
def test_the_standfirst_is_part_of_the_summary_once(
    teaser: str, description: str, summary: str
) -> None:
    article = joined(
        title="Done",
        page=SENTENCE * 3,
        teaser=teaser,
        description=description,
        standfirst=STANDFIRST,
    )
    assert article.summary == summary
    assert STANDFIRST not in article.body


def test_a_page_that_only_begins_what_its_feed_tells_whole_does_not_cut_it() -> None:
    article = joined(title="Done", content=f"<p>{SENTENCE * 30}</p>", page=SENTENCE * 3)
    assert article.body.count("The trust said") == 30
    assert article.text_state is TextState.FULL


def test_a_page_that_tells_as_much_as_its_feed_is_the_text() -> None:
    article = joined(title="Done", content=f"<p>{SENTENCE * 30} Sponsored.</p>", page=SENTENCE * 29)
    assert "Sponsored" not in article.body


ENTRY = FetchedEntry(
    source_key="wharfside",
    url="https://wharfside.test/a",
    guid="1",
    title="Done",
    summary="",
    content="",
    authors=(),
    published_raw="as written",
    published_at=None,
    updated_at=None,
    language="en",
    fetched_at=NOW,
)


def dated(
    listed: datetime | None, page: datetime | None = None, *, kind: ItemKind = "news"
) -> Article:
    entry = replace(ENTRY, published_at=listed)
    text = PageText(
        title=None,
        published_raw=None,
        published_at=page,
        authors=(),
        language="en",
        canonical_url=None,
        summary="",
        text=SENTENCE,
        comments="",
    )
    return normalise(entry, item_kind=kind, page=None, text=text, thin_reason=None, language=None)


IMPOSSIBLE = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(1989, 12, 31, 23, 59, tzinfo=UTC),
    NOW + timedelta(days=2, seconds=1),
    datetime(9999, 12, 31, tzinfo=UTC),
]


@pytest.mark.parametrize("when", IMPOSSIBLE)
@pytest.mark.parametrize("place", ["listing", "page"])
def test_a_date_that_cannot_be_is_none_and_stays_as_written(when: datetime, place: str) -> None:
    article = dated(when) if place == "listing" else dated(None, when)
    assert (article.published_at, article.published_raw) == (None, "as written")


@pytest.mark.parametrize("when", IMPOSSIBLE)
def test_the_pages_date_stands_in_for_one_of_the_listing_that_cannot_be(when: datetime) -> None:
    assert dated(when, NOW).published_at == NOW


def test_a_date_up_to_two_days_ahead_is_kept_for_sorting() -> None:
    assert dated(NOW + timedelta(days=2)).published_at == NOW + timedelta(days=1)
    assert dated(datetime(1990, 1, 1, tzinfo=UTC)).published_at == datetime(1990, 1, 1, tzinfo=UTC)


def test_a_feed_of_papers_may_date_them_far_ahead() -> None:
    entry = replace(ENTRY, published_raw="Thu, 12 Mar 2026 09:30:00 GMT")
    article = normalise(
        entry, item_kind="boardpaper", page=None, text=None, thin_reason=None, language=None
    )
    assert article.published_at == NOW + timedelta(days=1)  # clamped: it is a meeting to come
    news = normalise(entry, item_kind="news", page=None, text=None, thin_reason=None, language=None)
    assert (news.published_at, news.published_raw) == (None, entry.published_raw)


def test_papers_bear_the_day_of_a_meeting_that_is_to_come() -> None:
    ahead = NOW + timedelta(days=14)
    assert dated(ahead, kind="boardpaper").published_at == NOW + timedelta(days=1)
    assert dated(datetime(1, 1, 1, tzinfo=UTC), kind="boardpaper").published_at is None

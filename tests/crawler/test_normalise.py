"""What the listing and the page said, brought together."""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.normalise import normalise
from storage.model import Article, FetchedEntry, PageText, TextState

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SENTENCE = "The trust said on Monday that the move of its records is done and paid for. "


def joined(*, title: str, content: str = "", page: str | None = None) -> Article:
    entry = FetchedEntry(
        source_key="wharfside",
        url="https://wharfside.test/a",
        guid="1",
        title=title,
        summary="",
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
            summary="",
            text=page,
            comments="",
        )
    return normalise(entry, item_kind="news", page=None, text=text, thin_reason=None, language=None)


def test_a_title_is_mended_by_the_damage_that_its_article_shows() -> None:
    article = joined(title="A âfirstâ for Ostler", page=f"{SENTENCE}âIt wasâ, said its chair.")
    assert article.title == "A “first” for Ostler"


def test_a_page_that_only_begins_what_its_feed_tells_whole_does_not_cut_it() -> None:
    article = joined(title="Done", content=f"<p>{SENTENCE * 30}</p>", page=SENTENCE * 3)
    assert article.body.count("The trust said") == 30
    assert article.text_state is TextState.FULL


def test_a_page_that_tells_as_much_as_its_feed_is_the_text() -> None:
    article = joined(title="Done", content=f"<p>{SENTENCE * 30} Sponsored.</p>", page=SENTENCE * 29)
    assert "Sponsored" not in article.body

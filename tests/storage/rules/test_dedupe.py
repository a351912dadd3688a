"""The decision, case by case: the same item, a change of one, another one."""

from __future__ import annotations

from typing import Any

import pytest

from storage.model import (
    Article,
    Completion,
    Decision,
    Duplicate,
    KnownItem,
    New,
    Revision,
    TextState,
)
from storage.rules.dedupe import decide
from storage.rules.identity import content_hash
from tests.support.builders import (
    NOW,
    a_known_item,
    a_listed_article,
    a_text,
    an_article,
)

ELSEWHERE = {"url": "https://ward-ledger.example/moved/77", "guid": "another-77"}


SHORT = "This video is not available."


def decided(article: Article, *known: KnownItem, expected: int | None = None) -> Decision:
    return decide(article, known, expected=expected)


def again(article: Article, **changes: Any) -> Article:
    """The article as it is read another time."""
    return an_article(
        **{name: getattr(article, name) for name in ("source_key", "url", "guid", "title")}
        | {name: getattr(article, name) for name in ("summary", "body", "published_raw")}
        | {"published_at": article.published_at}
        | changes
    )


FIRST = an_article()


THIN = an_article(text_state=TextState.THIN, thin_reason="paywall")


LISTED = a_listed_article()


@pytest.mark.parametrize(
    ("article", "known", "verdict"),
    [
        pytest.param(again(FIRST), FIRST, Duplicate(item_id=1, by="url"), id="nothing changed"),
        pytest.param(
            again(FIRST, url=FIRST.url + "?utm_source=rss", guid="x"),
            FIRST,
            Duplicate(item_id=1, by="url"),
            id="link with tracking",
        ),
        pytest.param(
            again(FIRST, guid="renamed-1"),
            FIRST,
            Duplicate(item_id=1, by="url"),
            id="renamed guid",
        ),
        pytest.param(
            again(FIRST, url="https://new-host.example/7"),
            FIRST,
            Duplicate(item_id=1, by="guid"),
            id="changed link",
        ),
        pytest.param(
            again(FIRST, **ELSEWHERE),
            FIRST,
            Duplicate(item_id=1, by="text"),
            id="changed link and guid, full text",
        ),
        pytest.param(
            again(LISTED, text_state=TextState.LISTED, body="", **ELSEWHERE),
            LISTED,
            Duplicate(item_id=1, by="entry"),
            id="changed link and guid, telling entry",
        ),
        pytest.param(
            again(FIRST, url=None),
            FIRST,
            Duplicate(item_id=1, by="guid"),
            id="link shared by all entries, guid known",
        ),
        pytest.param(
            an_article(url=None, guid=None),
            an_article(url=None, guid=None),
            New(),
            id="shared link, no guid, other words",
        ),
        pytest.param(
            again(FIRST, url=None, guid=None),
            FIRST,
            Duplicate(item_id=1, by="text"),
            id="no link, no guid, same full text",
        ),
        pytest.param(
            again(FIRST, **ELSEWHERE, title="Another headline altogether", body=a_text(number=99)),
            FIRST,
            New(),
            id="another article",
        ),
        pytest.param(
            again(
                FIRST,
                **ELSEWHERE,
                body=a_text(number=99),
                published_at=NOW,
                published_raw="now",
            ),
            FIRST,
            New(),
            id="title alone is no identity",
        ),
        pytest.param(
            again(
                FIRST,
                url="https://ward-ledger.example/other",
                title="Tomorrow's story under yesterday's number",
                body=a_text(number=98),
                published_at=NOW,
            ),
            FIRST,
            New(),
            id="guid used again for another article",
        ),
        pytest.param(
            again(FIRST, url="https://new-host.example/7", published_at=NOW, published_raw="now"),
            FIRST,
            Duplicate(item_id=1, by="guid"),
            id="moved and dated anew, same title",
        ),
        pytest.param(
            again(FIRST, url="https://new-host.example/7", title="Another headline"),
            FIRST,
            Revision(item_id=1, number=2),
            id="moved with a new headline, same date",
        ),
        pytest.param(
            again(FIRST, published_at=NOW, published_raw="now"),
            FIRST,
            Duplicate(item_id=1, by="url"),
            id="dated anew",
        ),
        pytest.param(
            again(FIRST, body=a_text(number=50)),
            FIRST,
            Revision(item_id=1, number=2),
            id="text changed",
        ),
        pytest.param(
            again(FIRST, title=f"Corrected: {FIRST.title}"),
            FIRST,
            Revision(item_id=1, number=2),
            id="headline changed",
        ),
        pytest.param(
            again(FIRST, title=FIRST.title.upper() + "  "),
            FIRST,
            Duplicate(item_id=1, by="url"),
            id="headline in other case and spacing",
        ),
        pytest.param(
            again(FIRST, source_key="trolley-times", guid="t-1", url="https://tt.example/1"),
            FIRST,
            New(),
            id="same text in another source is a story",
        ),
        pytest.param(
            again(FIRST, source_key="trolley-times", url="https://tt.example/1"),
            FIRST,
            New(),
            id="same guid in another source",
        ),
        pytest.param(
            again(FIRST, source_key="trolley-times", guid="t-1"),
            FIRST,
            Duplicate(item_id=1, by="url"),
            id="same link in another source",
        ),
        pytest.param(
            again(
                FIRST, source_key="trolley-times", guid="t-1", title="Cut", body=a_text(words=45)
            ),
            FIRST,
            Duplicate(item_id=1, by="url"),
            id="another source's wording of the same page is no revision",
        ),
        pytest.param(
            again(THIN, text_state=TextState.THIN, **ELSEWHERE, published_at=None),
            THIN,
            New(),
            id="thin, no telling entry",
        ),
        pytest.param(
            again(FIRST, text_state=TextState.THIN),
            FIRST,
            Duplicate(item_id=1, by="url"),
            id="a paywall came down: the full text stays",
        ),
        pytest.param(
            again(THIN, body=a_text(number=51)),
            THIN,
            Completion(item_id=1),
            id="the text of a thin item comes late",
        ),
        pytest.param(
            again(THIN, text_state=TextState.LISTED, body="", title="Halcyon is named now"),
            THIN,
            Revision(item_id=1, number=2),
            id="a thin item gets another headline",
        ),
        pytest.param(
            again(THIN, text_state=TextState.LISTED, body="", published_at=NOW),
            THIN,
            Duplicate(item_id=1, by="url"),
            id="a thin item is dated anew",
        ),
        pytest.param(
            again(LISTED, text_state=TextState.THIN, body="", thin_reason="http-403"),
            LISTED,
            Completion(item_id=1),
            id="a listed item turns out thin",
        ),
    ],
)
def test_verdict(article: Article, known: Article, verdict: Decision) -> None:
    assert decided(article, a_known_item(known)) == verdict


def test_nothing_known_is_new() -> None:
    assert decided(an_article()) == New()


@pytest.mark.parametrize("state", [TextState.THIN, TextState.LISTED])
def test_without_a_full_text_no_hash_is_compared(state: TextState) -> None:
    paywall = content_hash("Subscribe", a_text())
    known = a_known_item(an_article(), content_hash=paywall)

    assert decided(an_article(text_state=state, content_hash=paywall), known) == New()


def test_a_short_text_identifies_nothing() -> None:
    first = an_article(title="Video", body=SHORT)

    assert decided(an_article(title="Video", body=SHORT), a_known_item(first)) == New()


def test_notices_with_a_date_only_are_not_known_by_their_words() -> None:
    words = {
        "summary": "The board papers of the ordinary public meeting of the trust are available now",
        "title": "Board papers",
        "published_at": NOW.replace(hour=0, minute=0, second=0),
        "published_raw": "2026-11-24",
    }
    first = a_listed_article(**words)

    assert decided(a_listed_article(**words), a_known_item(first)) == New()

"""The decision, case by case: the same item, a change of one, another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from storage.model import (
    Article,
    Completion,
    Decision,
    Duplicate,
    KnownItem,
    New,
    ProcurementNotice,
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


def test_the_page_completes_the_row_that_its_listing_made() -> None:
    page = again(LISTED, body=a_text(number=60))

    assert decided(page, a_known_item(LISTED, item_id=4), expected=4) == Completion(item_id=4)


def test_a_page_that_is_another_known_item_absorbs_the_listed_row() -> None:
    known = a_known_item(FIRST, item_id=1)
    listed = a_listed_article(title=FIRST.title)
    page = again(FIRST, url=listed.url, alias_urls=(FIRST.url,), guid=listed.guid)

    verdict = decided(page, known, a_known_item(listed, item_id=9), expected=9)

    assert verdict == Duplicate(item_id=1, by="url", absorb=9)


def test_one_text_on_two_pages_of_a_source_is_one_item() -> None:
    listed = a_listed_article()
    page = again(FIRST, url=listed.url, guid=listed.guid)

    verdict = decided(page, a_known_item(FIRST), a_known_item(listed, item_id=9), expected=9)

    assert verdict == Duplicate(item_id=1, by="text", absorb=9)


def test_a_listed_row_with_mentions_is_not_absorbed() -> None:
    listed = a_listed_article()
    page = again(FIRST, url=listed.url, guid=listed.guid)
    told = a_known_item(listed, item_id=9, has_mentions=True)

    assert decided(page, a_known_item(FIRST), told, expected=9) == Completion(item_id=9)


def test_a_section_named_as_canonical_by_all_its_pages_merges_none_of_them() -> None:
    section = "https://ward-ledger.example/news/"
    first = an_article(url=section)
    listed = a_listed_article()
    page = again(listed, url=section, alias_urls=(listed.url,), body=a_text(number=61))

    verdict = decided(page, a_known_item(first), a_known_item(listed, item_id=9), expected=9)

    assert verdict == Completion(item_id=9)


def test_the_oldest_of_several_known_rows_is_the_item() -> None:
    younger = a_known_item(FIRST, item_id=8)
    older = a_known_item(FIRST, item_id=3)

    assert decided(again(FIRST), younger, older) == Duplicate(item_id=3, by="url")


def test_an_address_is_trusted_before_an_identifier() -> None:
    by_guid = a_known_item(replace(an_article(), guid=FIRST.guid), item_id=1)
    by_url = a_known_item(replace(FIRST, guid="other"), item_id=2)

    assert decided(again(FIRST), by_guid, by_url) == Duplicate(item_id=2, by="url")


def test_a_feed_that_renames_everything_at_once_brings_nothing_new() -> None:
    entries = [a_listed_article() for _ in range(50)]
    known = [a_known_item(entry, item_id=n) for n, entry in enumerate(entries, 1)]

    renamed = [
        again(
            entry,
            text_state=TextState.LISTED,
            body="",
            url=f"https://new.example/{n}",
            guid=f"urn:{n}",
        )
        for n, entry in enumerate(entries, 1)
    ]

    assert [decided(entry, *known) for entry in renamed] == [
        Duplicate(item_id=n, by="entry") for n in range(1, 51)
    ]


def test_the_decision_is_the_same_whatever_the_order_of_what_is_known() -> None:
    known = [a_known_item(FIRST, item_id=n, url_keys=frozenset()) for n in (5, 2, 7)]

    assert decided(again(FIRST), *known) == decided(again(FIRST), *reversed(known))
    assert decided(again(FIRST, published_at=NOW + timedelta(days=1)), *known) == Duplicate(
        item_id=2, by="guid"
    )


def a_notice_of(*buyers: str, **changes: Any) -> Article:
    """A release of one contracting process: each has an address, a title and a date of its own."""
    values: dict[str, Any] = {"kind": "tender", "guid": "ocds-h6vhtk-00aa01"}
    return an_article(**(values | {"notice": ProcurementNotice(buyers=buyers)} | changes))


TENDERED = a_notice_of("Fenmoor NHS Trust", published_at=NOW - timedelta(days=9))


def tendered() -> KnownItem:
    return a_known_item(TENDERED, buyers=("Fenmoor NHS Trust",))


def test_a_later_notice_of_a_procurement_is_a_revision_whatever_its_title() -> None:
    later = a_notice_of("FENMOOR NHS Trust", title="Award: another title altogether")

    assert decided(later, tendered()) == Revision(item_id=1, number=2)


def test_an_older_notice_of_a_procurement_does_not_take_the_place_of_the_newer() -> None:
    older = a_notice_of("Fenmoor NHS Trust", published_at=NOW - timedelta(days=10))

    assert decided(older, tendered()) == Duplicate(item_id=1, by="guid")


def test_another_buyer_under_the_identifier_of_a_framework_is_another_item() -> None:
    call_off = a_notice_of("Quayside Council", title="Lifts for the new depot")
    same_title = a_notice_of("Quayside Council", title=TENDERED.title)

    assert decided(call_off, tendered()) == New()
    assert decided(same_title, tendered()) == Revision(item_id=1, number=2)


def test_a_notice_that_another_source_brings_is_a_revision_all_the_same() -> None:
    award = a_notice_of("Fenmoor NHS Trust", url=TENDERED.url, source_key="awards-alone")

    assert decided(award, tendered()) == Revision(item_id=1, number=2)


def test_an_entry_of_twelve_words_is_known_again_by_them_and_one_of_eleven_is_not() -> None:
    """Different notices of one source share short titles: eleven words say too little."""
    for words, verdict in ((12, Duplicate(item_id=1, by="entry")), (11, New())):
        entry = a_listed_article(
            title="Notice of award", summary=" ".join(f"w{n}" for n in range(words - 3))
        )
        moved = again(entry, text_state=TextState.LISTED, body="", **ELSEWHERE)
        assert decided(moved, a_known_item(entry)) == verdict, words


def test_a_text_of_forty_words_is_known_again_by_them_and_one_of_thirty_nine_is_not() -> None:
    """A shorter text is too often a template that many pages carry."""
    for words, verdict in ((40, Duplicate(item_id=1, by="text")), (39, New())):
        title, body = "Video", " ".join(f"w{n}" for n in range(words))
        first = an_article(title=title, body=body, summary="")
        moved = again(first, published_at=None, published_raw=None, **ELSEWHERE)
        assert decided(moved, a_known_item(first)) == verdict, words

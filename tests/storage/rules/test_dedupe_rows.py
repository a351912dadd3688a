"""The decision where several rows are known, and for procurement notices."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from storage.model import (
    Article,
    Completion,
    Duplicate,
    KnownItem,
    New,
    ProcurementNotice,
    Revision,
    TextState,
)
from tests.storage.rules.test_dedupe import ELSEWHERE, FIRST, LISTED, again, decided
from tests.support.builders import (
    NOW,
    a_known_item,
    a_listed_article,
    a_text,
    an_article,
)


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

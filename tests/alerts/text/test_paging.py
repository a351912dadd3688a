"""Spans of a document's text are told as its pages, as the PDF counts them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.query.text.document import Document
from alerts.text.page_numbers import format_pages, page_address, page_of, pages_of, unread_pages
from storage.model import ProcurementNotice, Span, StoredItem
from tests.support.builders import a_stored_item

PACK = ("Halcyon on one", "", "Halcyon on three", "Halcyon on three")


def a_pack(*pages: str, **changes: object) -> StoredItem:
    return a_stored_item(kind="boardpaper", pages=pages, body="\n".join(pages), **changes)


def test_each_place_stands_on_its_page_though_texts_repeat() -> None:
    pack = a_pack(*PACK)
    places = [at for at in range(len(pack.body)) if pack.body.startswith("Halcyon", at)]
    spans = [Span("body", at, at + 7) for at in places]
    assert [page_of(pack, span) for span in spans] == [1, 3, 4]
    assert pages_of(pack, [*spans, Span("title", 0, 4)]) == (1, 3, 4)


def test_places_outside_pages_have_none() -> None:
    pack = a_pack(*PACK)
    assert page_of(pack, Span("title", 0, 7)) is None
    assert page_of(pack, Span("body", 10_000, 10_007)) is None
    assert page_of(a_stored_item(body="Halcyon"), Span("body", 0, 7)) is None


@given(st.lists(st.text(alphabet="ab \n", max_size=6), min_size=1, max_size=6))
def test_every_letter_of_a_page_is_on_that_page(pages: list[str]) -> None:
    pack = a_pack(*pages)
    for number, zone in enumerate(Document.of(pack).page_zones(), start=1):
        for at in range(zone.offset, zone.offset + len(zone.text)):
            assert page_of(pack, Span("body", at, at + 1)) == number


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ((), ""),
        ((37,), "page 37"),
        ((3, 37, 40), "pages 3, 37 and 40"),
        (tuple(range(1, 10)), "pages 1, 2, 3, 4, 5, 6 and 3 more"),
    ],
)
def test_pages_are_said_in_words(pages: tuple[int, ...], said: str) -> None:
    assert format_pages(pages) == said


def test_a_link_leads_to_the_page() -> None:
    assert page_address("https://x.example/a.pdf", 37) == "https://x.example/a.pdf#page=37"
    assert page_address("https://x.example/a.pdf", None) == "https://x.example/a.pdf"
    assert page_address("https://x.example/a.pdf#top", 3) == "https://x.example/a.pdf#top"


def test_what_could_not_be_read_is_said() -> None:
    facts = (("pages", "9"), ("scanned pages", "3, 7"), ("broken pages", "8"))
    pack = a_pack(*PACK, notice=ProcurementNotice(facts=facts))
    assert unread_pages(pack) == (
        "Pages 3, 7 are scanned and cannot be read. Page 8 is damaged and cannot be read."
    )
    assert unread_pages(a_pack(*PACK)) == ""

"""What is remembered of a host's pages: counting, bounds, and the way to bytes and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction.recurring.site_memory import (
    MAX_ARTICLES,
    MAX_BLOCKS,
    MAX_HEADINGS,
    MAX_TEXTS,
    InvalidSiteMemory,
    SiteMemory,
    has_beginning_of,
    heading_key,
    key_of,
)

keys = st.integers(0, 2**64 - 1)
pages = st.lists(st.tuples(st.text(max_size=12), st.lists(keys, max_size=6)), max_size=12)


def a_memory(*pages: tuple[str, list[int]]) -> SiteMemory:
    memory = SiteMemory()
    for article, blocks in pages:
        memory.learn(article, blocks)
    return memory


def test_a_block_recurs_from_its_third_page_on() -> None:
    memory = SiteMemory()
    seen = []
    for number in range(4):
        memory.learn(f"article {number}", [7])
        seen.append(memory.recurs(7))
    assert seen == [False, False, True, True]


def test_a_block_that_came_late_is_counted_over_the_pages_since_then() -> None:
    memory = a_memory(*((f"old {n}", [n + 100]) for n in range(100)))
    for number in range(3):
        memory.learn(f"new {number}", [7])
    assert memory.recurs(7)


def test_a_block_on_few_of_many_pages_does_not_recur() -> None:
    memory = a_memory(*((f"a {n}", [7] if n % 5 == 0 else [n + 100]) for n in range(60)))
    assert not memory.recurs(7)


def test_most_of_the_pages_are_asked_for_where_it_has_to_be_sure() -> None:
    half = a_memory(*((f"a {n}", [7] if n % 2 else [8]) for n in range(12)))
    assert half.recurs(7)
    assert not half.recurs(7, surely=True)
    assert a_memory(*((f"a {n}", [7]) for n in range(5))).recurs(7, surely=True)


def test_one_article_under_several_addresses_does_not_make_itself_recur() -> None:
    memory = SiteMemory()
    counted = [memory.learn("Trust pauses move", [1, 2]) for _ in range(5)]
    assert counted == [True, False, False, False, False]
    assert memory.pages == 1
    assert not memory.recurs(1)


def test_a_block_that_stands_twice_on_a_page_counts_once() -> None:
    memory = a_memory(("a", [7, 7, 7]), ("b", [7]))
    assert not memory.recurs(7)


def test_words_are_the_same_block_whatever_their_case_and_signs() -> None:
    assert key_of("Most read: 'Wards'") == key_of("most READ - wards")
    assert key_of("Most read") != key_of("Most widely read")


def test_a_heading_is_known_by_its_beginning() -> None:
    memory = SiteMemory()
    teaser = (
        "The board of Fenmoor heard on Monday that the planner for its wards costs four times what "
        "its makers had said"
    )
    memory.record_headings([teaser + " in spring, and asked for a report.", "Two words"])
    assert memory.is_heading(teaser + " in…")
    assert not memory.is_heading("Two words")  # a rubric would be one on every page
    assert heading_key("A b") != key_of("A b")  # a headline is no block


def test_a_text_under_another_headline_is_noticed_and_under_its_own_is_not() -> None:
    memory = SiteMemory()
    assert memory.record_text("Trust pauses", "We value your privacy") == 0
    assert memory.record_text("Trust pauses", "We value your privacy") == 0
    assert memory.record_text("Board resigns", "We value your privacy") == 1
    assert memory.record_text("Third", "We value your privacy") == 2


@pytest.mark.parametrize(
    ("said", "words", "stands"),
    [
        (("Trust pauses the move to Halcyon",), "Trust pauses the move", True),
        (("Trust pauses",), "Board resigns", False),
        ((), "Board resigns", False),
        (("",), "Board resigns", False),
    ],
)
def test_what_an_article_says_of_itself_covers_its_beginning(
    said: tuple[str, ...], words: str, stands: bool
) -> None:
    assert has_beginning_of(said, words) is stands


@given(pages=pages, texts=st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_a_memory_comes_back_from_its_bytes_as_it_was(
    pages: list[tuple[str, list[int]]], texts: list[tuple[str, str]]
) -> None:
    memory = a_memory(*pages)
    memory.record_headings(article for article, _ in pages)
    for article, text in texts:
        memory.record_text(article, text)
    again = SiteMemory.from_bytes(memory.to_bytes())
    assert again.to_bytes() == memory.to_bytes()
    assert again.pages == memory.pages
    assert not again.changed
    for _, blocks in pages:
        assert [again.recurs(one) for one in blocks] == [memory.recurs(one) for one in blocks]


@given(packed=st.binary(max_size=200))
def test_bytes_of_something_else_are_refused(packed: bytes) -> None:
    try:
        memory = SiteMemory.from_bytes(packed)
    except InvalidSiteMemory:
        return
    assert memory.to_bytes()[:1] == packed[:1]  # a memory by chance is a whole one


@pytest.mark.parametrize("cut", [1, 10, 24, 60])
def test_a_memory_that_breaks_off_is_refused(cut: int) -> None:
    packed = a_memory(("a", [1, 2, 3]), ("b", [4, 5])).to_bytes()
    with pytest.raises(InvalidSiteMemory, match="damaged"):
        SiteMemory.from_bytes(packed[:-cut])


def test_a_memory_of_a_later_release_says_so() -> None:
    with pytest.raises(InvalidSiteMemory, match="format 9"):
        SiteMemory.from_bytes(b"\x09" + SiteMemory().to_bytes()[1:])


def test_it_stays_within_its_bounds_and_keeps_what_recurs() -> None:
    memory = SiteMemory()
    footer = 7
    for number in range(MAX_ARTICLES + 200):
        own = range(1000 + number * 40, 1000 + number * 40 + 40)
        memory.learn(f"article {number}", [footer, *own])
        memory.record_text(f"article {number}", f"text {number}")
        memory.record_headings([f"headline of article {number} and {2 * n}" for n in range(3)])
    most = 33 + 8 * (MAX_ARTICLES + MAX_HEADINGS) + 16 * MAX_TEXTS + 20 * MAX_BLOCKS
    assert len(memory.to_bytes()) <= most
    assert memory.recurs(footer, surely=True)

"""Lines of a document's pages become running text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.boardpapers.pdf_text import join_running_text

NOTICE = "The committee noted that the move to the new record system"


def test_a_word_cut_at_a_line_end_is_made_whole() -> None:
    assert join_running_text(["the elec\ufffetronic record of Hal-\r\ncyon Health"]) == (
        "the electronic record of Halcyon Health",
    )


@pytest.mark.parametrize(
    ("cut", "whole"),
    [
        pytest.param("a well-known risk\nwell\ufffeknown", "well-known", id="as-written-elsewhere"),
        pytest.param("Bexley-\nVale", "Bexley-Vale", id="before-a-capital"),
        pytest.param("2025\ufffe26", "2025-26", id="between-figures"),
    ],
)
def test_a_hyphen_that_belongs_to_its_word_stays(cut: str, whole: str) -> None:
    assert join_running_text([cut])[0].endswith(whole)


def test_a_word_cut_twice_is_made_whole() -> None:
    assert join_running_text(["elec\ufffetro\ufffenic"]) == ("electronic",)


def test_a_page_that_is_one_endless_word_is_read() -> None:
    assert join_running_text(["a" * 200_000]) == ("a" * 200_000,)


def test_ligatures_become_letters_and_unseen_signs_go() -> None:
    assert join_running_text(["Of\ufb01ce work\ufb02ow, e\ufb03cient\u200b\xad"]) == (
        "Office workflow, efficient",
    )


def test_lines_of_a_paragraph_are_one_line() -> None:
    page = f"{NOTICE}\nwould take longer than planned.\n1. Next steps\nHalcyon"
    assert join_running_text([page])[0].split("\n") == [
        f"{NOTICE} would take longer than planned.",
        "1. Next steps",
        "Halcyon",
    ]


def test_a_table_is_not_taken_for_a_paragraph() -> None:
    page = "Risk\nScore\nowner\n12"
    assert join_running_text([f"{page}\nend"]) == ("Risk\nScore\nowner\n12\nend",)


def test_heads_and_feet_are_kept_on_their_first_page_alone() -> None:
    pages = [
        f"Bexley Vale NHS Trust\nHalcyon business case\n{word} is the text\nPaper C, {n} of 5"
        for n, word in enumerate(("Alpha", "Bravo", "Cello", "Delta", "Echo"), start=1)
    ]
    read = join_running_text(pages)
    assert read[0].startswith("Bexley Vale NHS Trust\nHalcyon business case\nAlpha is the text")
    assert read[1:] == tuple(f"{w} is the text" for w in ("Bravo", "Cello", "Delta", "Echo"))


def test_the_head_of_a_paper_within_a_pack_is_kept_on_its_first_page_alone() -> None:
    own = [f"Halcyon business case\n{word}" for word in ("one", "two", "three")]
    others = [f"{word} stands alone" for word in ("alpha", "bravo", "cello", "delta", "echo")]
    assert join_running_text([*others, *own, *others])[5:8] == (
        "Halcyon business case\none",
        "two",
        "three",
    )


def test_rows_that_count_otherwise_than_the_pages_are_text() -> None:
    pages = [f"Ward {number}\nquiet {number * number}" for number in (3, 5, 6, 9, 12)]
    assert join_running_text(pages) == tuple(pages)


def test_lines_that_two_pages_share_are_text() -> None:
    pages = ["Halcyon\none", "Halcyon\ntwo", "three", "four", "five", "six"]
    assert join_running_text(pages) == tuple(pages)


def test_page_numbers_are_no_text() -> None:
    assert join_running_text(["Halcyon is late\nPage 3 of 12", "It came\n4"]) == (
        "Halcyon is late",
        "It came",
    )


@given(st.lists(st.text(alphabet="aB -\ufffe\n\r1.\xad", max_size=40), max_size=8))
def test_no_page_is_lost_or_added(pages: list[str]) -> None:
    read = join_running_text(pages)
    assert len(read) == len(pages)
    assert all("\ufffe" not in page and page == page.strip() for page in read)

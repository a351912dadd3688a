"""Words become numbers as a plain reading of them says, whatever else stands in the text."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from storage.rules.word_numbers import word_numbers

PLAIN = st.text(st.characters(max_codepoint=0xFFFE, exclude_categories=["Cs"]), max_size=200)


def numbers(text: str) -> list[int]:
    return [int(number) for number in word_numbers(text)]


@given(PLAIN)
def test_there_is_a_number_for_each_word_and_equal_ones_for_equal_words(text: str) -> None:
    words = re.findall(r"\w+", text.casefold())

    found = numbers(text)

    assert len(found) == len(words)
    assert len(set(zip(words, found, strict=True))) == len(set(words)) == len(set(found))


@given(PLAIN, st.sampled_from(["", "£", "“", "中", "😀", "x" * 9_000]))
def test_what_stands_around_a_word_makes_no_difference(text: str, beside: str) -> None:
    alone = numbers(text)

    assert numbers(f"{beside} {text}")[len(numbers(beside)) :] == alone


def test_numbers_are_those_that_databases_hold() -> None:
    # another number for a word, and no copy of a stored text is found any more
    assert numbers("Trust's NHS") == [3660826300746021830, 115, 10532153705778820881]


def test_broken_characters_break_nothing() -> None:
    assert len(numbers("a \ud800 b")) == 2
    assert numbers("") == numbers("… ,") == []

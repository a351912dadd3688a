"""What the full-text index is asked: no more than it answers fast."""

from __future__ import annotations

import pytest

from storage.text_index.full_text_query import (
    ANYTHING,
    MAX_PREFIXES,
    MAX_WORDS,
    Word,
    WordPrefix,
    all_of,
    any_of,
    bound_query,
)

WORD = Word("halcyon")


@pytest.mark.parametrize(("prefixes", "asked"), [(MAX_PREFIXES, True), (MAX_PREFIXES + 1, False)])
def test_more_prefixes_than_that_are_left_to_the_matcher(prefixes: int, asked: bool) -> None:
    open_words = any_of(WordPrefix(f"p{n}") for n in range(prefixes))
    assert bound_query(all_of([WORD, open_words])) == (
        all_of([WORD, open_words]) if asked else WORD
    )


@pytest.mark.parametrize(("words", "asked"), [(MAX_WORDS, True), (MAX_WORDS + 1, False)])
def test_a_query_of_more_words_than_that_is_left_to_the_matcher(words: int, asked: bool) -> None:
    query = any_of(Word(f"w{n}") for n in range(words))
    assert bound_query(query) == (query if asked else ANYTHING)

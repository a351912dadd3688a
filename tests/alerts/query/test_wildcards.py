"""Wildcards: what they fit, and that no word makes them slow (S-18)."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.query.model.query_errors import QueryError
from alerts.query.query import compile_query
from alerts.query.text.terms import MAX_WILDCARDS, pattern_of

# five stars, of which plain backtracking tries each against every place of the others
WORST = ("aaa*a*a*a*a*b", "aaa*aa?a*a?a*b", "abc*a*a*a*a*c", "a?a*a*a*a*ab", "aaa*b*a*b*a*c")


def fits(wildcard: str, word: str) -> bool:
    """What a wildcard means, as a table over both texts: no pattern is asked."""
    reached = {0}
    for sign in wildcard:
        if sign == "*":
            reached = set(range(min(reached), len(word) + 1)) if reached else set()
        else:
            reached = {at + 1 for at in reached if at < len(word) and sign in ("?", word[at])}
    return len(word) in reached


@given(wildcard=st.text("ab*?.", max_size=9), word=st.text("ab.", max_size=12))
def test_a_wildcard_fits_what_it_means(wildcard: str, word: str) -> None:
    assert bool(pattern_of(wildcard).fullmatch(word)) is fits(wildcard, word)


def seconds(wildcard: str, word: str, times: int) -> float:
    """Processor time of this thread, the least of five."""
    pattern = pattern_of(wildcard)
    taken = []
    for _ in range(5):
        begin = time.thread_time()
        for _ in range(times):
            pattern.fullmatch(word)
        taken.append(time.thread_time() - begin)
    return min(taken)


@pytest.mark.parametrize("wildcard", WORST)
@pytest.mark.parametrize("letters", ["a", "ab", "aab", "abc"])
def test_a_word_of_twice_the_length_takes_about_twice_the_time(wildcard: str, letters: str) -> None:
    # short first: were it to grow with a power, the long one would never end
    words = [f"aaa{letters * (size // len(letters))}x" for size in (200, 400, 4_000, 8_000)]
    short, double = (seconds(wildcard, word, times=20) for word in words[:2])
    assert double < 6 * max(short, 1e-4), (short, double)
    long, longer = (seconds(wildcard, word, times=20) for word in words[2:])
    assert longer < 4 * max(long, 1e-4), (long, longer)


def test_more_wildcards_in_a_word_are_refused_with_their_place() -> None:
    compile_query("aaa" + "*a" * MAX_WILDCARDS)
    with pytest.raises(QueryError, match="wildcards"):
        compile_query("aaa" + "*a" * (MAX_WILDCARDS + 1))

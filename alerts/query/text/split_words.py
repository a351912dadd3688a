"""Compound words that a text may write with a space: e prescribing, health care. Pure."""

from __future__ import annotations

from functools import lru_cache

from alerts.query.model.common_words import COMMON_WORDS, FUNCTION_WORDS, PREFIXES

# shorter pairs are adjacent by chance
MIN_LETTERS = 5
_HALVES = (COMMON_WORDS | PREFIXES) - FUNCTION_WORDS


def may_be_one(one: str, two: str) -> bool:
    """Return whether two adjacent words may be one word written with a space.

    One must be an everyday word or a prefix, the other must have at least three letters, and
    neither may be a function word: "health care" is healthcare, but "are a" is not area, and "the
    rapist" is not therapist.
    """
    if one in FUNCTION_WORDS or two in FUNCTION_WORDS or len(one) + len(two) < MIN_LETTERS:
        return False
    return (one in _HALVES and len(two) > 2) or (two in _HALVES and len(one) > 2)


@lru_cache(maxsize=262_144)
def halves(word: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs of words as which `word` may be written."""
    if len(word) < MIN_LETTERS:
        return ()
    cuts = ((word[:at], word[at:]) for at in range(1, len(word)))
    return tuple(cut for cut in cuts if may_be_one(*cut))

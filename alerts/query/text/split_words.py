"""Words that a text may write apart with a blank: e prescribing, health care, open AI. Pure."""

from __future__ import annotations

from functools import lru_cache

from alerts.query.model.common_words import COMMON_WORDS, FUNCTION_WORDS, PREFIXES

# shorter words meet by chance
FEWEST_LETTERS = 5
_HALVES = (COMMON_WORDS | PREFIXES) - FUNCTION_WORDS


def may_be_one(one: str, two: str) -> bool:
    """Whether two neighbouring words may be one word written apart.

    One of them must be an everyday word or a prefix and the other have three letters at least, and
    neither may be a word of grammar: "health care" is healthcare, but "are a" is not area, and "the
    rapist" is not therapist.
    """
    if one in FUNCTION_WORDS or two in FUNCTION_WORDS or len(one) + len(two) < FEWEST_LETTERS:
        return False
    return (one in _HALVES and len(two) > 2) or (two in _HALVES and len(one) > 2)


@lru_cache(maxsize=262_144)
def halves(word: str) -> tuple[tuple[str, str], ...]:
    """The pairs of words that `word` may be written as."""
    if len(word) < FEWEST_LETTERS:
        return ()
    cuts = ((word[:at], word[at:]) for at in range(1, len(word)))
    return tuple(cut for cut in cuts if may_be_one(*cut))

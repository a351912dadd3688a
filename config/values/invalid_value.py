"""The error for a single invalid value, to which callers add file and line, and close matches."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class InvalidValue(ValueError):
    """An invalid value.

    Args:
        message: a predicate of the value ("is empty").
        hint: how to fix it.
        secret: the value must not be shown.
    """

    def __init__(self, message: str, hint: str, *, secret: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.secret = secret


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the closest match for `word` among `known`, ignoring case; None if none is close."""
    by_folded = {each.casefold(): each for each in known}
    found = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None

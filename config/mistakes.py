"""A value that cannot be, told to whoever knows where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class Mistake(ValueError):
    """What is wrong with a value, said as a predicate of it, and the mend.

    With `secret` the value itself must not be shown.
    """

    def __init__(self, message: str, mend: str, *, secret: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend
        self.secret = secret


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The one of `known` that was probably meant, if any comes near."""
    by_folded = {each.casefold(): each for each in known}
    found = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None

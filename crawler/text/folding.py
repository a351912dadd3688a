"""Reduces texts to words or letters, to compare them without punctuation. Pure."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+")


def fold_words(text: str) -> str:
    """Return the words of a text in lower case, with one blank between them."""
    return " ".join(_WORD.findall(text.casefold()))


def fold_letters(text: str) -> str:
    """Return the letters and digits of a text in lower case."""
    return "".join(_WORD.findall(text.casefold()))


def get_letters(text: str) -> str:
    """Return the letters and digits of a text, case kept: extractors change only the rest."""
    return "".join(_WORD.findall(text))

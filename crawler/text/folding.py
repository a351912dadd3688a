"""Reduce texts to their words or letters, to compare them whatever their punctuation. Pure."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+")


def fold_words(text: str) -> str:
    """Return the words of a text in lower case, with one blank between them."""
    return " ".join(_WORD.findall(text.casefold()))


def fold_letters(text: str) -> str:
    """Return the letters and digits of a text in lower case."""
    return "".join(_WORD.findall(text.casefold()))


def letters_of(text: str) -> str:
    """Return the letters and digits of a text as written: extractors change the rest."""
    return "".join(_WORD.findall(text))

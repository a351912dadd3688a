"""Folds equivalent characters: case, diacritics, quotes, hyphens, invisible characters.

Works on characters only; `tokens` splits text into words.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from storage.rules.combining_marks import limit_marks

# apostrophes and signs of transliteration (Hawaiʻi, Shiʿa) that Unicode counts as letters
LETTER_APOSTROPHES = "ʹʻʼʽʾʿꞌ"
APOSTROPHES = "'’‘‛＇`´′՚׳" + LETTER_APOSTROPHES
HYPHENS = "-‐‑‒–−﹣－"
# soft hyphen, zero-width space and joiners, word joiner, byte order mark
INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
# letters that NFKD does not decompose: with a stroke, or ligatures
_NOT_DECOMPOSED = str.maketrans(
    {
        "ß": "ss", "ẞ": "SS", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
        "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE",
        "ı": "i", "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T",
    }
)  # fmt: skip

# of scripts that are matched by character: one character has to stay one
_TWO_LETTERS = frozenset("ໜໝゟヿ")


def _characters_of_category(*wanted: str) -> str:
    return "".join(c for c in map(chr, range(0x300, 0x20000)) if unicodedata.category(c) in wanted)


# non-spacing and enclosing marks, variation selectors, and voicing marks of half-width kana
MARKS = (
    _characters_of_category("Mn", "Me")
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
    + "\uff9e\uff9f"
)
# vowel signs of Indic scripts: not letters in Python's \w, but part of words
SPACING_MARKS = _characters_of_category("Mc")

_DROPPED = dict.fromkeys(map(ord, MARKS + INVISIBLE))
_TO_QUOTES = dict.fromkeys(map(ord, APOSTROPHES), "'")
_TO_HYPHENS = dict.fromkeys(map(ord, HYPHENS), "-")


def keep_case(word: str) -> str:
    """Strip diacritics and decompose ligatures, keeping case: the form that `cs()` compares."""
    return word if word.isascii() else _strip_marks(word)


@lru_cache(maxsize=65_536)
def _strip_marks(word: str) -> str:
    stripped = _decompose(word)
    if not _is_word(stripped) or not _TWO_LETTERS.isdisjoint(word):
        # characters that decompose into several words or into a fraction are kept as they are
        each = [_decompose(character) for character in word]
        stripped = "".join(
            a if _is_word(a) and c not in _TWO_LETTERS else c
            for a, c in zip(each, word, strict=True)
        )
    return stripped


def _decompose(word: str) -> str:
    apart = unicodedata.normalize("NFKD", limit_marks(word.translate(_NOT_DECOMPOSED)))
    return apart.translate(_DROPPED).translate(_NOT_DECOMPOSED)


def _is_word(text: str) -> bool:
    return text.isalnum() or all(c.isalnum() or c == "." or c in SPACING_MARKS for c in text)


def fold(word: str) -> str:
    """Apply `keep_case` and fold the case: the form that terms compare."""
    return word.lower() if word.isascii() else _fold_beyond_ascii(word)


@lru_cache(maxsize=65_536)
def _fold_beyond_ascii(word: str) -> str:
    folded = keep_case(word).casefold()
    # a few capitals decompose only after case folding
    return folded if folded.isascii() else keep_case(folded).casefold()


def plain_signs(text: str) -> str:
    """Map every kind of quote, apostrophe, hyphen and space to ASCII; the length is kept."""
    return text if text.isascii() else text.translate(_PLAIN)


_PLAIN = {
    **_TO_QUOTES,
    **_TO_HYPHENS,
    **dict.fromkeys(map(ord, "“”„‟«»″＂"), '"'),
    **dict.fromkeys(
        (c for c in range(0x80, 0x3001) if chr(c).isspace()),
        " ",
    ),
    ord("（"): "(",
    ord("）"): ")",
}


@lru_cache(maxsize=65_536)
def as_ascii(run: str) -> str:
    """Convert a run of characters outside printable ASCII to ASCII with the same tokens.

    Returns the run unchanged if there is no such ASCII; then the full tokeniser is needed.
    """
    converted = []
    for character in run:
        if character in MARKS or character in INVISIBLE:
            continue
        if character in APOSTROPHES:
            converted.append("'")
        elif character in HYPHENS:
            converted.append("-")
        elif not character.isalnum() and character not in SPACING_MARKS:
            converted.append(" ")
        else:
            plain = keep_case(character)
            if len(plain) != 1 or not (plain.isascii() and plain.isalpha() and character.isalpha()):
                return run
            converted.append(plain)
    return "".join(converted)

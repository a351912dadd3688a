"""How characters of one meaning become one: case, diacritics, quotes, hyphens, invisible signs.

Only characters are known here; what makes a word is in `tokens`.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from storage.rules.combining_marks import limit_marks

APOSTROPHES = "'’‘‛ʼ＇`´′"
HYPHENS = "-‐‑‒–−﹣－"
# soft hyphen, zero-width space and joiners, word joiner, byte order mark: seen by no reader
INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
# letters that Unicode does not take apart although they are read as one with a stroke or two in one
_WHOLE = str.maketrans(
    {
        "ß": "ss", "ẞ": "SS", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
        "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE",
        "ı": "i", "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T",
    }
)  # fmt: skip


def _of_category(*wanted: str) -> str:
    return "".join(c for c in map(chr, range(0x300, 0x20000)) if unicodedata.category(c) in wanted)


# marks that stand over, under or around a letter; selectors of glyphs are among them
MARKS = _of_category("Mn", "Me") + "".join(map(chr, range(0xE0100, 0xE01F0)))
# vowel signs of Indic scripts: no letters to Python, but part of words
SPACING_MARKS = _of_category("Mc")

_DROPPED = dict.fromkeys(map(ord, MARKS + INVISIBLE))
_TO_QUOTES = dict.fromkeys(map(ord, APOSTROPHES), "'")
_TO_HYPHENS = dict.fromkeys(map(ord, HYPHENS), "-")


def keep_case(word: str) -> str:
    """`word` without diacritics, ligatures taken apart: what `cs()` compares."""
    return word if word.isascii() else _cased(word)


@lru_cache(maxsize=65_536)
def _cased(word: str) -> str:
    made = _apart(word)
    if not _is_word(made):
        # some signs come apart into several words, or into a fraction: these stay as they are
        each = [_apart(character) for character in word]
        made = "".join(a if _is_word(a) else c for a, c in zip(each, word, strict=True))
    return made


def _apart(word: str) -> str:
    apart = unicodedata.normalize("NFKD", limit_marks(word.translate(_WHOLE)))
    return apart.translate(_DROPPED).translate(_WHOLE)


def _is_word(text: str) -> bool:
    return text.isalnum() or all(c.isalnum() or c == "." or c in SPACING_MARKS for c in text)


def fold(word: str) -> str:
    """`keep_case` with the case gone too: what terms compare."""
    return word.lower() if word.isascii() else _folded(word)


@lru_cache(maxsize=65_536)
def _folded(word: str) -> str:
    folded = keep_case(word).casefold()
    # a few capitals come apart only when they are small
    return folded if folded.isascii() else keep_case(folded).casefold()


def plain_signs(text: str) -> str:
    """`text` with one kind of quote, apostrophe, hyphen and blank; as long as before."""
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
    """A run of characters beyond printable ASCII as ASCII of one meaning to `tokens`.

    Comes back as it is where there is none; then only the full tokeniser will do.
    """
    made = []
    for character in run:
        if character in MARKS or character in INVISIBLE:
            continue
        if character in APOSTROPHES:
            made.append("'")
        elif character in HYPHENS:
            made.append("-")
        elif not character.isalnum() and character not in SPACING_MARKS:
            made.append(" ")
        else:
            plain = keep_case(character)
            if len(plain) != 1 or not (plain.isascii() and plain.isalpha() and character.isalpha()):
                return run
            made.append(plain)
    return "".join(made)

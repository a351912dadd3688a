"""Words of a text as the watch language sees them: folded, numbered, with their places. Pure.

One folding serves queries and documents: case, diacritics, possessives, dotted acronyms and inner
apostrophes go. A compound (e-prescribing, AT&T) is one word of several parts.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "＇": "'"})
_TOKEN = re.compile(
    r"(?<![^\W_])(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W_]))?"  # N.H.S.
    r"|\d+(?:[.,]\d+)+"  # 1,000 and 3.5
    r"|[^\W_]+(?:['’‘ʼ`´][^\W_]+)*"
)
_JOINERS = frozenset("-‐‑‒&\u00ad")


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a word. `word` numbers words from 0; the parts of a compound share it."""

    norm: str
    cased: str
    start: int
    end: int
    word: int


def tokenise(text: str) -> list[Token]:
    """The tokens of a text, in order."""
    made: list[Token] = []
    word = -1
    last_end = -1
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        joined = start == last_end + 1 and text[last_end] in _JOINERS
        if not joined:
            word += 1
        norm, cased = fold(found[0])
        last_end = end
        if norm:
            made.append(Token(norm, cased, start, end, word))
    return made


@lru_cache(maxsize=200_000)
def fold(raw: str) -> tuple[str, str]:
    """A raw token as (folded, folded with its case kept)."""
    if raw.isascii() and raw.isalnum():
        return raw.lower(), raw
    text = raw.translate(_QUOTES)
    if text[-2:] in ("'s", "'S"):
        text = text[:-2]
    text = unicodedata.normalize("NFKD", text)
    text = "".join(c for c in text if not unicodedata.combining(c) and c not in "'.,")
    if any(c.isdigit() for c in raw) and "." in raw:
        text = raw.replace(",", "")
    text = text.replace("ß", "ss").replace("ø", "o").replace("ł", "l").replace("Ł", "L")
    return text.casefold(), text

"""Finds where sentences and paragraphs begin, for SENTENCE, PARAGRAPH and `lead:`. Pure."""

from __future__ import annotations

import re

_BLANK_LINE = re.compile(r"\n[^\S\n]*+\n\s*+")
_LINE = re.compile(r"\n\s*+")
# possessive, and anchored at the first stop of a run: hostile runs of stops cost linear time
_STOP = re.compile(r"(?<![.!?…。！？])(?:(?P<stop>[.!?…]++)[\"'”’»)\]]*+\s++|[。！？]++\s*+)")
_LAST_WORD = re.compile(r"[^\s(\[\"“‘«]+$")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_ABBREVIATIONS = frozenset(
    """
    mr mrs ms dr prof st rev hon sir gen lt col sgt capt vs cf ltd inc co corp plc no nos p pp vol
    art para fig figs approx est ca al etc jan feb mar apr jun jul aug sep sept oct nov dec dept
    """.split()  # noqa: SIM905  a list would be unreadable
)


def paragraph_starts(text: str) -> list[int]:
    """Character offsets of paragraphs: after blank lines; if there are none, each line."""
    last = len(text.rstrip())
    first = min(len(text) - len(text.lstrip()), last)
    border = _BLANK_LINE if _BLANK_LINE.search(text, first, last) else _LINE
    return [first, *(found.end() for found in border.finditer(text, first, last))]


def sentence_starts(text: str) -> list[int]:
    """Character offsets of sentences: paragraphs, and after stops except in abbreviations."""
    stops = (found.end() for found in _STOP.finditer(text) if _ends_sentence(text, found))
    return sorted({*paragraph_starts(text), *stops})


def first_paragraph(text: str) -> str:
    """Return the text up to the end of its first paragraph, with leading whitespace."""
    starts = paragraph_starts(text)
    return text[: starts[1]] if len(starts) > 1 else text


def _ends_sentence(text: str, found: re.Match[str]) -> bool:
    if found["stop"] != ".":
        return True
    last = _LAST_WORD.search(text, max(0, found.start() - 24), found.start())
    if last is None:
        return True
    word = last[0]
    return word.lower() not in _ABBREVIATIONS and not _INITIALS.fullmatch(word)

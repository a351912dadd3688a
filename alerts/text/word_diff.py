"""Computes the word difference of two texts. Pure, and bounded in time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Indel

MAX_WORDS = 1000  # between the common beginning and end; more is shown as rewritten
COMPARED_WORDS = 200  # of a sentence, from its beginning, that `similarity` compares
_TOKENS = re.compile(r"\S+")
_EDGES = re.compile(r"\A\W++|(?<!\W)\W++\Z")


@dataclass(frozen=True, slots=True)
class DiffPiece:
    """Consecutive words that are unchanged, removed (gone) or added (come)."""

    text: str
    what: Literal["same", "gone", "come"]


def word_diff(old: str, new: str) -> tuple[DiffPiece, ...]:
    """Compare two texts; removed words come before the words that replace them.

    The text between the common beginning and end is compared word by word if it has at most
    `MAX_WORDS` words in each text; else all of it counts as removed and added.
    """
    was, now = _TOKENS.findall(old), _TOKENS.findall(new)
    first, last = _count_common(was, now)
    pieces: list[DiffPiece] = []
    _append(pieces, now[:first], "same")
    middle_was, middle_now = was[first : len(was) - last], now[first : len(now) - last]
    if max(len(middle_was), len(middle_now)) > MAX_WORDS:
        _append(pieces, middle_was, "gone")
        _append(pieces, middle_now, "come")
    else:
        _append_compared(pieces, middle_was, middle_now)
    _append(pieces, now[len(now) - last :], "same")
    return _merge_neighbours(pieces)


def format_diff(pieces: Iterable[DiffPiece]) -> str:
    """Format a difference as plain text: removed words as [-so-], added ones as {+so+}."""
    marks = {"same": "{}", "gone": "[-{}-]", "come": "{{+{}+}}"}
    return " ".join(marks[piece.what].format(piece.text) for piece in pieces)


def compared_words(text: str) -> tuple[str, ...]:
    """Return the first `COMPARED_WORDS` words, case-folded, without outer punctuation."""
    words = text[: COMPARED_WORDS * 40].split()[:COMPARED_WORDS]
    return tuple(_EDGES.sub("", word).casefold() for word in words)


def similarity(old: Sequence[str], new: Sequence[str]) -> float:
    """Return the similarity of two sentences, 0 to 1: normalised insertions and deletions of words.

    Both as returned by `compared_words`.
    """
    return float(Indel.normalized_similarity(*_number_words(old, new)))


def _count_common(was: Sequence[str], now: Sequence[str]) -> tuple[int, int]:
    """Count the common words at the beginning of two texts and, beyond these, at their end."""
    shorter = min(len(was), len(now))
    first = 0
    while first < shorter and was[first] == now[first]:
        first += 1
    last = 0
    while last < shorter - first and was[-1 - last] == now[-1 - last]:
        last += 1
    return first, last


def _append_compared(pieces: list[DiffPiece], was: list[str], now: list[str]) -> None:
    gone: list[str] = []
    come: list[str] = []
    for step in Indel.opcodes(*_number_words(was, now)):
        if step.tag == "equal":
            _append(pieces, gone, "gone")
            _append(pieces, come, "come")
            gone, come = [], []
            _append(pieces, now[step.dest_start : step.dest_end], "same")
        else:
            gone += was[step.src_start : step.src_end]
            come += now[step.dest_start : step.dest_end]
    _append(pieces, gone, "gone")
    _append(pieces, come, "come")


def _number_words(one: Sequence[str], other: Sequence[str]) -> tuple[list[int], list[int]]:
    """Replace each different word by a number, which compares faster."""
    numbers: dict[str, int] = {}
    first = [numbers.setdefault(word, len(numbers)) for word in one]
    return first, [numbers.setdefault(word, len(numbers)) for word in other]


def _append(
    pieces: list[DiffPiece], words: Sequence[str], what: Literal["same", "gone", "come"]
) -> None:
    if words:
        pieces.append(DiffPiece(" ".join(words), what))


def _merge_neighbours(pieces: Sequence[DiffPiece]) -> tuple[DiffPiece, ...]:
    """Merge adjacent pieces of the same kind."""
    merged: list[DiffPiece] = []
    for piece in pieces:
        if merged and merged[-1].what == piece.what:
            merged[-1] = DiffPiece(f"{merged[-1].text} {piece.text}", piece.what)
        else:
            merged.append(piece)
    return tuple(merged)

"""Which words of a text went and which came. Pure, and bounded in time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Indel

MOST_WORDS = 1000  # between what two texts begin and end with alike; more is shown as rewritten
COMPARED_WORDS = 200  # at the beginning of a sentence, by which its likeness is judged
_TOKENS = re.compile(r"\S+")
_EDGES = re.compile(r"\A\W++|(?<!\W)\W++\Z")


@dataclass(frozen=True, slots=True)
class DiffPiece:
    """Words in a row that stayed, went or came."""

    text: str
    what: Literal["same", "gone", "come"]


def word_diff(old: str, new: str) -> tuple[DiffPiece, ...]:
    """The words of both texts, in their order; what went stands before what came for it.

    What lies between the common beginning and the common end is compared word by word if it has
    at most `MOST_WORDS` words in each text; else all of it went, and all of it came.
    """
    was, now = _TOKENS.findall(old), _TOKENS.findall(new)
    first, last = _count_common(was, now)
    pieces: list[DiffPiece] = []
    _add(pieces, now[:first], "same")
    middle_was, middle_now = was[first : len(was) - last], now[first : len(now) - last]
    if max(len(middle_was), len(middle_now)) > MOST_WORDS:
        _add(pieces, middle_was, "gone")
        _add(pieces, middle_now, "come")
    else:
        _compare(pieces, middle_was, middle_now)
    _add(pieces, now[len(now) - last :], "same")
    return _joined(pieces)


def written(pieces: Iterable[DiffPiece]) -> str:
    """A difference in plain text: what went as [-so-], what came as {+so+}."""
    marks = {"same": "{}", "gone": "[-{}-]", "come": "{{+{}+}}"}
    return " ".join(marks[piece.what].format(piece.text) for piece in pieces)


def compared_words(text: str) -> tuple[str, ...]:
    """The first `COMPARED_WORDS` words of a sentence, without case and the signs around them."""
    words = text[: COMPARED_WORDS * 40].split()[:COMPARED_WORDS]
    return tuple(_EDGES.sub("", word).casefold() for word in words)


def likeness(old: Sequence[str], new: Sequence[str]) -> float:
    """How much of two sentences is the same words in the same order, 0 to 1.

    Both as `compared_words` gives them.
    """
    return float(Indel.normalized_similarity(*_numbered(old, new)))


def _count_common(was: Sequence[str], now: Sequence[str]) -> tuple[int, int]:
    """How many words two texts begin, and beyond these end, with alike."""
    shorter = min(len(was), len(now))
    first = 0
    while first < shorter and was[first] == now[first]:
        first += 1
    last = 0
    while last < shorter - first and was[-1 - last] == now[-1 - last]:
        last += 1
    return first, last


def _compare(pieces: list[DiffPiece], was: list[str], now: list[str]) -> None:
    gone: list[str] = []
    come: list[str] = []
    for step in Indel.opcodes(*_numbered(was, now)):
        if step.tag == "equal":
            _add(pieces, gone, "gone")
            _add(pieces, come, "come")
            gone, come = [], []
            _add(pieces, now[step.dest_start : step.dest_end], "same")
        else:
            gone += was[step.src_start : step.src_end]
            come += now[step.dest_start : step.dest_end]
    _add(pieces, gone, "gone")
    _add(pieces, come, "come")


def _numbered(one: Sequence[str], other: Sequence[str]) -> tuple[list[int], list[int]]:
    """Both texts with a number for each different word, which compares faster."""
    numbers: dict[str, int] = {}
    first = [numbers.setdefault(word, len(numbers)) for word in one]
    return first, [numbers.setdefault(word, len(numbers)) for word in other]


def _add(
    pieces: list[DiffPiece], words: Sequence[str], what: Literal["same", "gone", "come"]
) -> None:
    if words:
        pieces.append(DiffPiece(" ".join(words), what))


def _joined(pieces: Sequence[DiffPiece]) -> tuple[DiffPiece, ...]:
    """Pieces of which no two of a kind are neighbours."""
    made: list[DiffPiece] = []
    for piece in pieces:
        if made and made[-1].what == piece.what:
            made[-1] = DiffPiece(f"{made[-1].text} {piece.text}", piece.what)
        else:
            made.append(piece)
    return tuple(made)

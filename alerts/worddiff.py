"""Which words of a text went and which came. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_TOKENS = re.compile(r"\S+")
_BARE = re.compile(r"^\W+|\W+$")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words in a row that stayed, went or came."""

    text: str
    what: Literal["same", "gone", "come"]


def word_diff(old: str, new: str) -> tuple[Piece, ...]:
    """The words of both texts, in their order; what went stands before what came for it."""
    was, now = _TOKENS.findall(old), _TOKENS.findall(new)
    pieces: list[Piece] = []
    for what, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(Piece(" ".join(now[c:d]), "same"))
            continue
        if a < b:
            pieces.append(Piece(" ".join(was[a:b]), "gone"))
        if c < d:
            pieces.append(Piece(" ".join(now[c:d]), "come"))
    return tuple(pieces)


def written(pieces: Iterable[Piece]) -> str:
    """A difference in plain text: what went as [-so-], what came as {+so+}."""
    marks = {"same": "{}", "gone": "[-{}-]", "come": "{{+{}+}}"}
    return " ".join(marks[piece.what].format(piece.text) for piece in pieces)


def likeness(old: str, new: str) -> float:
    """How much of two sentences is the same words in the same order, 0 to 1."""
    was, now = ([_BARE.sub("", word).casefold() for word in text.split()] for text in (old, new))
    return SequenceMatcher(None, was, now, autojunk=False).ratio()

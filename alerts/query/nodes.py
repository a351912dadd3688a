"""The parts that a query is made of, as values. What they mean is in `evaluate`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Mode = Literal["fold", "case", "raw"]
Bound = Literal["words", "sentence", "paragraph"]


@dataclass(frozen=True, slots=True)
class Word:
    """One written word of a term: its alternatives, each a sequence of tokens or wildcards."""

    alternatives: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase. `text` is what was written, `column` where (from 1)."""

    text: str
    words: tuple[Word, ...]
    mode: Mode = "fold"
    column: int = 0
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class And:
    """All of these."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Not this."""

    part: Node
    column: int = 0


@dataclass(frozen=True, slots=True)
class Near:
    """Both within `distance` words (between), one sentence or one paragraph."""

    left: Node
    right: Node
    distance: int
    ordered: bool = False
    bound: Bound = "words"


@dataclass(frozen=True, slots=True)
class NotNear:
    """Some occurrence of `left` has no `right` within `distance` words."""

    left: Node
    right: Node
    distance: int


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The part occurs `count` times or more."""

    count: int
    part: Node


@dataclass(frozen=True, slots=True)
class First:
    """The part occurs within the first `words` words of title, summary and body."""

    words: int
    part: Node


@dataclass(frozen=True, slots=True)
class Scoped:
    """The part is looked for in this field alone."""

    field: str
    part: Node


@dataclass(frozen=True, slots=True)
class Filter:
    """A property of the item: site, source, lang, type."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Compare:
    """A number or date of the item against a bound; `<` and `>` include it."""

    name: Literal["value", "date"]
    relation: Literal["<", ">", "="]
    bound: float | date
    text: str


@dataclass(frozen=True, slots=True)
class Macro:
    """A supplier by key, with what it stands for."""

    key: str
    part: Node


Node = Term | And | Or | Not | Near | NotNear | AtLeast | First | Scoped | Filter | Compare | Macro

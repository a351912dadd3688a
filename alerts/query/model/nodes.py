"""The parts that a query is made of, as values. What they mean is in `evaluate`.

A node is either *placed* (it has occurrences in a text: terms, groups of OR over placed nodes,
proximities) or it is only true or false of an item. `column` never takes part in comparison.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Exactness = Literal["", "case", "raw"]
PartKind = Literal["word", "wild", "stem"]


@dataclass(frozen=True, slots=True)
class TermPart:
    """A part of a written word. `cased` is `text` (folded) before its case went."""

    text: str
    cased: str = field(compare=False)
    kind: PartKind = "word"


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase: written words, each of one or more parts.

    `written` is what stood in the query, and takes part in what a raw term means; `exact` "case"
    compares `cased` too, "raw" every character of `written`.
    """

    words: tuple[tuple[TermPart, ...], ...]
    exact: Exactness = ""
    written: str = field(default="", compare=False)
    column: int = field(default=0, compare=False)
    key: tuple[str, ...] = ()  # what exactness adds to the meaning
    # the parts of all words in a row; the one label that is the whole of it, if there is one; all
    # letters, unless some are left open
    parts: tuple[TermPart, ...] = field(init=False, compare=False, repr=False)
    label: str | None = field(init=False, compare=False, repr=False)
    letters: str | None = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        parts = tuple(part for word in self.words for part in word)
        settled = all(part.kind == "word" for part in parts)
        letters = "".join(part.text for part in parts) if settled else None
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "label", letters if len(parts) == 1 and not self.exact else None)
        object.__setattr__(self, "letters", letters)


@dataclass(frozen=True, slots=True)
class And:
    """All of these."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these. `labels` are those of its plain terms, `others` the parts that are no such."""

    parts: tuple[Node, ...]
    labels: frozenset[str] = field(init=False, compare=False, repr=False)
    others: tuple[Node, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        labels = frozenset(p.label for p in self.parts if isinstance(p, Term) and p.label)
        others = tuple(p for p in self.parts if not (isinstance(p, Term) and p.label))
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "others", others)


@dataclass(frozen=True, slots=True)
class Not:
    """Not this."""

    part: Node
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Near:
    """Two placed nodes by an infix operator of `operators.INFIX`; `negated`: left without right."""

    operator: str
    distance: int
    left: Node
    right: Node
    negated: bool = False
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ProximityGroup:
    """Placed nodes, each once, in any order, in a stretch with at most `distance` other words."""

    parts: tuple[Node, ...]
    distance: int
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Apply:
    """A function of `operators.FUNCTIONS` with its number, over a placed node."""

    function: str
    number: int
    part: Node
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Field:
    """The part is looked for in this field (of `fields.FIELDS`) and not in the default ones."""

    name: str
    part: Node
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Filter:
    """A property of the item (of `filters.FILTERS`) compared with a value."""

    name: str
    relation: Literal["=", "<", "<=", ">", ">="]
    value: str | float | date
    until: date | None = None  # the last day of a span of days; then relation is "="
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Prefer:
    """The part, which chooses the sentence that is shown for a match: the highest weight wins."""

    part: Node
    weight: int


@dataclass(frozen=True, slots=True)
class Macro:
    """A supplier by key, with what it stands for."""

    key: str
    part: Node
    column: int = field(default=0, compare=False)


Node = Term | And | Or | Not | Near | ProximityGroup | Apply | Field | Filter | Prefer | Macro


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below a node."""
    match node:
        case And(parts) | Or(parts) | ProximityGroup(parts):
            return parts
        case Near(_, _, left, right):
            return (left, right)
        case Not(part) | Prefer(part) | Apply(_, _, part) | Field(_, part) | Macro(_, part):
            return (part,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in the order written."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(reversed(children(one)))


def is_placed(node: Node) -> bool:
    """Whether a node has occurrences, so that it can stand beside NEAR."""
    match node:
        case Term() | Near() | ProximityGroup():
            return True
        case Or(parts):
            return all(map(is_placed, parts))
        case Macro(_, part):
            return is_placed(part)
        case _:
            return False


def column_of(node: Node) -> int:
    """Where a node begins in the query, 0 where it is not known."""
    return min((one.column for one in walk(node) if getattr(one, "column", 0)), default=0)  # type: ignore[union-attr]

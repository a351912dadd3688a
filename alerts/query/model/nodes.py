"""Nodes of the query syntax tree. Their meaning is in `evaluate`.

A node is either *placed* (it has occurrences in a text: terms, OR groups of placed nodes,
proximities) or it is only true or false for an item. `column` never takes part in comparison.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Exactness = Literal["", "case", "raw", "signs"]
PartKind = Literal["word", "wild", "stem"]


@dataclass(frozen=True, slots=True)
class TermPart:
    """A part of a written word. `text` is folded; `cased` is the same before case folding."""

    text: str
    cased: str = field(compare=False)
    kind: PartKind = "word"


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase: written words, each of one or more parts.

    `written` is the source text in the query. `exact` "case" compares `cased` too, "raw" every
    character of `written`, "signs" every character but not their case.
    """

    words: tuple[tuple[TermPart, ...], ...]
    exact: Exactness = ""
    written: str = field(default="", compare=False)
    column: int = field(default=0, compare=False)
    key: tuple[str, ...] = ()  # what `exact` compares; part of equality
    # derived, for speed: the parts of all words in order; the label of a term of a single part, if
    # it is not exact; all letters joined, unless a part is a wildcard or a stem
    parts: tuple[TermPart, ...] = field(init=False, compare=False, repr=False)
    label: str | None = field(init=False, compare=False, repr=False)
    letters: str | None = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        parts = tuple(part for word in self.words for part in word)
        literal = all(part.kind == "word" for part in parts)
        letters = "".join(part.text for part in parts) if literal else None
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "label", letters if len(parts) == 1 and not self.exact else None)
        object.__setattr__(self, "letters", letters)


@dataclass(frozen=True, slots=True)
class And:
    """All of these."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these. `labels` are those of its plain terms of one word, `others` all other parts."""

    parts: tuple[Node, ...]
    labels: frozenset[str] = field(init=False, compare=False, repr=False)
    others: tuple[Node, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        labels: set[str] = set()
        others: list[Node] = []
        for part in self.parts:
            if isinstance(part, Term) and part.label:
                labels.add(part.label)
            elif isinstance(part, Spellings) and not part.part.others:
                labels |= part.part.labels
            else:
                others.append(part)
        object.__setattr__(self, "labels", frozenset(labels))
        object.__setattr__(self, "others", tuple(others))


@dataclass(frozen=True, slots=True)
class Not:
    """Not this."""

    part: Node
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Near:
    """Two placed nodes and an operator of `operators.INFIX`; `negated`: left without right."""

    operator: str
    distance: int
    left: Node
    right: Node
    negated: bool = False
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ProximityGroup:
    """Placed nodes, in any order, within a range with at most `distance` other words."""

    parts: tuple[Node, ...]
    distance: int
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Apply:
    """A function of `operators.FUNCTIONS` with its number, applied to a placed node."""

    function: str
    number: int
    part: Node
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Field:
    """The part is searched in this field (of `fields.FIELDS`) instead of the default scope."""

    name: str
    part: Node
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Filter:
    """A property of the item (of `filters.FILTERS`) compared with a value."""

    name: str
    relation: Literal["=", "<", "<=", ">", ">="]
    value: str | float | date
    until: date | None = None  # the last day of a date range; then relation is "="
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Prefer:
    """A part with a weight: the excerpt of a match shows the part with the greatest weight."""

    part: Node
    weight: int


@dataclass(frozen=True, slots=True)
class Macro:
    """A supplier key and the node that it expands to."""

    key: str
    part: Node
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Spellings:
    """A term that is looked for in several spellings, and a term for each.

    `plural`: whether singular and plural are among them, as `plural()` asks for. `written`: the
    term with its case and possessives, from which the same spellings are made again.
    """

    term: Term
    part: Or
    plural: bool
    written: str
    column: int = field(default=0, compare=False)


Node = (
    Term
    | Spellings
    | And
    | Or
    | Not
    | Near
    | ProximityGroup
    | Apply
    | Field
    | Filter
    | Prefer
    | Macro
)


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below a node."""
    match node:
        case And(parts) | Or(parts) | ProximityGroup(parts):
            return parts
        case Near(_, _, left, right):
            return (left, right)
        case Not(part) | Prefer(part) | Apply(_, _, part) | Field(_, part) | Macro(_, part):
            return (part,)
        case Spellings(part=part):
            return (part,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and all nodes below it, in the order written."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(children(current)))


def is_placed(node: Node) -> bool:
    """Return whether a node has occurrences, so that it can be an operand of NEAR."""
    match node:
        case Term() | Spellings() | Near() | ProximityGroup():
            return True
        case Or(parts):
            return all(map(is_placed, parts))
        case Macro(_, part):
            return is_placed(part)
        case _:
            return False


def column_of(node: Node) -> int:
    """Return the column at which a node begins in the query, from 1; 0 if unknown."""
    return min((one.column for one in walk(node) if getattr(one, "column", 0)), default=0)  # type: ignore[union-attr]

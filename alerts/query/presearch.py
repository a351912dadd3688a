"""What must occur in an item for a query to have a chance: most queries are never evaluated.

A query's needs are clauses, each of which must be met: one of some labels occurs, or a label that
fits one of some wildcards. Sound: what matches meets every clause. Not exact: that is for
`evaluate`.
"""

from __future__ import annotations

from dataclasses import dataclass

from alerts.query.apart import halves
from alerts.query.fields import COUNTED, FIELD_NAMES
from alerts.query.nodes import (
    And,
    Apply,
    Field,
    Macro,
    Near,
    Node,
    Or,
    Part,
    Prefer,
    Term,
    Window,
)
from alerts.query.quick import MOST_JOINED
from alerts.query.stemming import forms
from alerts.query.terms import joined
from alerts.query.words import COMMON_WORDS

MOST_CLAUSES = 4


# stands before what must occur in a field that is looked at only when asked for
ELSEWHERE = "\0"


@dataclass(frozen=True, slots=True)
class Clause:
    """One of these labels, both words of one of these pairs, or what fits a wildcard."""

    labels: frozenset[str]
    wildcards: frozenset[str] = frozenset()
    pairs: frozenset[tuple[str, str]] = frozenset()

    def met_by(self, labels: set[str]) -> bool:
        """Whether a text with `labels` may meet it; wildcards are not asked and count as met."""
        return (
            not labels.isdisjoint(self.labels)
            or bool(self.wildcards)
            or any(one in labels and two in labels for one, two in self.pairs)
        )

    @property
    def is_usual(self) -> bool:
        """Whether title, summary and body alone are asked."""
        return not any(one.startswith(ELSEWHERE) for one in (*self.labels, *self.wildcards))

    @property
    def cost(self) -> tuple[int, int, int, int]:
        """Smaller is met by fewer texts: no wildcards, few labels, none of everyday use, long."""
        common = sum(label in COMMON_WORDS for label in self.labels)
        shortest = min(map(len, self.labels), default=0)
        return len(self.wildcards), common, len(self.labels), -shortest


Needs = tuple[Clause, ...]


def needs_of(node: Node, *, where: str = "") -> Needs:
    """The clauses of a node, the cheapest first; none where it can match without any word.

    Args:
        node: the query, or a part of it.
        where: ELSEWHERE within the fields that are looked at only when asked for.
    """
    match node:
        case Term():
            return _of_term(node, where)
        case And(parts) | Window(parts):
            return _best([clause for part in parts for clause in needs_of(part, where=where)])
        case Near(_, _, left, right, negated):
            sides = (left,) if negated else (left, right)
            return _best([clause for side in sides for clause in needs_of(side, where=where)])
        case Or(parts):
            return _of_either([needs_of(part, where=where) for part in parts])
        case Field(name, part):
            row = FIELD_NAMES[name]
            if not row.counts:
                return ()
            return needs_of(part, where="" if COUNTED.issuperset(row.scope) else ELSEWHERE)
        case Apply(_, _, part) | Prefer(part) | Macro(_, part):
            return needs_of(part, where=where)
        case _:
            return ()


def _best(clauses: list[Clause]) -> Needs:
    return tuple(sorted(dict.fromkeys(clauses), key=lambda clause: clause.cost)[:MOST_CLAUSES])


def _of_either(each: list[Needs]) -> Needs:
    """The cheapest clauses of the alternatives, as one; none if one of them has none."""
    if not all(each):
        return ()
    cheapest = [needs[0] for needs in each]
    return (
        Clause(
            frozenset().union(*(clause.labels for clause in cheapest)),
            frozenset().union(*(clause.wildcards for clause in cheapest)),
            frozenset().union(*(clause.pairs for clause in cheapest)),
        ),
    )


def _of_term(term: Term, where: str) -> Needs:
    parts = term.parts
    return _best([_of_part(parts, at, where) for at in range(len(parts))])


def _of_part(parts: tuple[Part, ...], at: int, where: str) -> Clause:
    """The labels in which a text can have a part: itself, joined with its neighbours, apart."""
    part = parts[at]
    if part.kind == "wild":
        return Clause(frozenset(), frozenset({where + part.text}))
    labels = set(forms(part.text)) if part.kind == "stem" else set()
    for start in range(max(0, at - MOST_JOINED + 1), at + 1):
        for end in range(at + 1, min(start + MOST_JOINED, len(parts)) + 1):
            row = parts[start:end]
            if all(one.kind == "word" for one in row):
                labels.add(joined(row))
    pairs = {pair for label in labels for pair in halves(label) if labels.isdisjoint(pair)}
    return Clause(
        frozenset(where + label for label in labels),
        pairs=frozenset((where + one, where + two) for one, two in pairs),
    )

"""What must occur in an item for a query to have a chance: most queries are never evaluated.

A query's needs are clauses, each of which must be met: one of some labels occurs, or a label with
one of some beginnings. Sound: what matches meets every clause. Not exact: that is for
`evaluate`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from alerts.query.model.common_words import COMMON_WORDS
from alerts.query.model.fields import COUNTED, FIELD_NAMES
from alerts.query.model.nodes import (
    And,
    Apply,
    Field,
    Macro,
    Near,
    Node,
    Or,
    Prefer,
    ProximityGroup,
    Term,
    TermPart,
)
from alerts.query.text.split_words import halves
from alerts.query.text.stemming import forms
from alerts.query.text.terms import joined
from alerts.query.text.token_set import MOST_JOINED, stands

MOST_CLAUSES = 4
_MANY = 8  # labels
Where = Literal["usual", "elsewhere", "anywhere"]


@dataclass(frozen=True, slots=True)
class LabelClause:
    """One of these labels, or a label that begins so; two words with a blank are a label here.

    `where`: in title, summary and body; in the fields that are looked at only when asked for; or in
    any of all these.
    """

    labels: frozenset[str]
    beginnings: frozenset[str] = frozenset()
    where: Where = "usual"

    def met_by(self, haystack: str) -> bool:
        """Whether a text with this haystack (`quick.Reading`) may meet it.

        A long list is not gone through for that: the evaluation has better means.
        """
        return (
            len(self.labels) > _MANY
            or any(stands(label, haystack) for label in self.labels)
            or any(f" {beginning}" in haystack for beginning in self.beginnings)
        )

    @property
    def cost(self) -> tuple[int, int, int, int]:
        """Smaller is met by fewer texts: no wildcards, few labels, none of everyday use, long."""
        common = sum(label in COMMON_WORDS for label in self.labels)
        shortest = min(map(len, self.labels), default=0)
        return len(self.beginnings), common, len(self.labels), -shortest


Needs = tuple[LabelClause, ...]


def needs_of(node: Node, *, where: Where = "usual") -> Needs:
    """The clauses of a node, the cheapest first; none where it can match without any word.

    Args:
        node: the query, or a part of it.
        where: "elsewhere" within the fields that are looked at only when asked for.
    """
    match node:
        case Term():
            return _of_term(node, where)
        case And(parts) | ProximityGroup(parts):
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
            return needs_of(part, where="usual" if COUNTED.issuperset(row.scope) else "elsewhere")
        case Apply(_, _, part) | Prefer(part) | Macro(_, part):
            return needs_of(part, where=where)
        case _:
            return ()


def _best(clauses: list[LabelClause]) -> Needs:
    return tuple(sorted(dict.fromkeys(clauses), key=lambda clause: clause.cost)[:MOST_CLAUSES])


def _of_either(each: list[Needs]) -> Needs:
    """The cheapest clauses of the alternatives, as one; none if one of them has none."""
    if not all(each):
        return ()
    cheapest = [needs[0] for needs in each]
    where = {clause.where for clause in cheapest}
    return (
        LabelClause(
            frozenset().union(*(clause.labels for clause in cheapest)),
            frozenset().union(*(clause.beginnings for clause in cheapest)),
            where.pop() if len(where) == 1 else "anywhere",
        ),
    )


def _of_term(term: Term, where: Where) -> Needs:
    parts = term.parts
    return _best([_of_part(parts, at, where) for at in range(len(parts))])


def _of_part(parts: tuple[TermPart, ...], at: int, where: Where) -> LabelClause:
    """The labels in which a text can have a part: itself, joined with its neighbours, apart."""
    part = parts[at]
    if part.kind == "wild":
        beginning = re.split(r"[*?]", part.text, maxsplit=1)[0]
        return LabelClause(frozenset(), frozenset({beginning}), where=where)
    labels = set(forms(part.text)) if part.kind == "stem" else set()
    for start in range(max(0, at - MOST_JOINED + 1), at + 1):
        for end in range(at + 1, min(start + MOST_JOINED, len(parts)) + 1):
            row = parts[start:end]
            if all(one.kind == "word" for one in row):
                labels.add(joined(row))
    labels |= {f"{one} {two}" for label in labels for one, two in halves(label)}
    return LabelClause(frozenset(labels), where=where)

"""Derives necessary conditions of a query, so that most queries need no evaluation.

A query's needs are clauses, all of which must be met: one of some labels occurs, or a label with
one of some prefixes. Necessary: whatever matches meets every clause. Not sufficient: `evaluate`
decides.
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
    Spellings,
    Term,
    TermPart,
)
from alerts.query.text.split_words import halves
from alerts.query.text.stemming import forms
from alerts.query.text.terms import join_parts
from alerts.query.text.token_set import MAX_JOINED, has_label

MAX_CLAUSES = 4
_MANY = 8  # labels
Where = Literal["default", "other", "any"]


@dataclass(frozen=True, slots=True)
class LabelClause:
    """A condition: one of these labels occurs, or a label that begins with one of `beginnings`.

    A label may be two words with a space between. `where`: in the default scope (title, summary
    and body), in the other fields, or in any.
    """

    labels: frozenset[str]
    beginnings: frozenset[str] = frozenset()
    where: Where = "default"

    def met_by(self, haystack: str) -> bool:
        """Return whether a text with this haystack (`TokenSet.haystack`) may meet the clause.

        True without a search for a long list, which `evaluate` handles faster.
        """
        return (
            len(self.labels) > _MANY
            or any(has_label(label, haystack) for label in self.labels)
            or any(f" {beginning}" in haystack for beginning in self.beginnings)
        )

    @property
    def cost(self) -> tuple[int, int, int, int]:
        """A sort key, smaller for clauses that fewer texts meet: (prefixes, common words, ...)."""
        common = sum(label in COMMON_WORDS for label in self.labels)
        shortest = min(map(len, self.labels), default=0)
        return len(self.beginnings), common, len(self.labels), -shortest


Needs = tuple[LabelClause, ...]


def needs_of(node: Node, *, where: Where = "default") -> Needs:
    """Derive the clauses of a node, the cheapest first; none if it can match without any word.

    Args:
        node: the query, or a part of it.
        where: "other" within a field outside the default scope.
    """
    match node:
        case Term():
            return _needs_of_term(node, where)
        case And(parts) | ProximityGroup(parts):
            return _select_cheapest(
                [clause for part in parts for clause in needs_of(part, where=where)]
            )
        case Near(_, _, left, right, negated):
            sides = (left,) if negated else (left, right)
            return _select_cheapest(
                [clause for side in sides for clause in needs_of(side, where=where)]
            )
        case Or(parts):
            return _merge_alternatives([needs_of(part, where=where) for part in parts])
        case Field(name, part):
            row = FIELD_NAMES[name]
            if not row.counts:
                return ()
            return needs_of(part, where="default" if COUNTED.issuperset(row.scope) else "other")
        case Apply(_, _, part) | Prefer(part) | Macro(_, part) | Spellings(part=part):
            return needs_of(part, where=where)
        case _:
            return ()


def _select_cheapest(clauses: list[LabelClause]) -> Needs:
    return tuple(sorted(dict.fromkeys(clauses), key=lambda clause: clause.cost)[:MAX_CLAUSES])


def _merge_alternatives(each: list[Needs]) -> Needs:
    """Merge the cheapest clause of each alternative to one; none if an alternative has none."""
    if not all(each):
        return ()
    cheapest = [needs[0] for needs in each]
    where = {clause.where for clause in cheapest}
    return (
        LabelClause(
            frozenset().union(*(clause.labels for clause in cheapest)),
            frozenset().union(*(clause.beginnings for clause in cheapest)),
            where.pop() if len(where) == 1 else "any",
        ),
    )


def _needs_of_term(term: Term, where: Where) -> Needs:
    parts = term.parts
    return _select_cheapest([_clause_of_part(parts, at, where) for at in range(len(parts))])


def _clause_of_part(parts: tuple[TermPart, ...], at: int, where: Where) -> LabelClause:
    """Return the labels that a part can have: itself, joined with neighbours, or split."""
    part = parts[at]
    if part.kind == "wild":
        beginning = re.split(r"[*?]", part.text, maxsplit=1)[0]
        return LabelClause(frozenset(), frozenset({beginning}), where=where)
    labels = set(forms(part.text)) if part.kind == "stem" else set()
    for start in range(max(0, at - MAX_JOINED + 1), at + 1):
        for end in range(at + 1, min(start + MAX_JOINED, len(parts)) + 1):
            row = parts[start:end]
            if all(neighbour.kind == "word" for neighbour in row):
                labels.add(join_parts(row))
    labels |= {f"{one} {two}" for label in labels for one, two in halves(label)}
    return LabelClause(frozenset(labels), where=where)

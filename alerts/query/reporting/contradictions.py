"""Finds parts of a query that no item can satisfy; not all such parts are found. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from math import inf

from alerts.query.model.fields import FIELD_NAMES
from alerts.query.model.nodes import (
    And,
    Apply,
    Field,
    Filter,
    Macro,
    Near,
    Node,
    Not,
    Or,
    Prefer,
    ProximityGroup,
    Spellings,
    Term,
    children,
    column_of,
    walk,
)
from alerts.query.model.query_errors import QueryWarning
from alerts.query.reporting.canonical import canonical

Scope = tuple[str, ...]


def find_contradictions(node: Node, scope: Scope) -> Iterator[QueryWarning]:
    """Yield a warning for each part of a query that no item can satisfy.

    Args:
        node: the query, or a part of it.
        scope: the document fields that it searches.
    """
    if isinstance(node, And):
        yield from _check_and(node, scope)
    if isinstance(node, Near) and node.negated and node.left == node.right:
        yield _make_warning("each word is near itself", node, "Name two different words")
    if isinstance(node, Apply) and node.function == "first":
        shortest = min((len(t.words) for t in walk(node.part) if isinstance(t, Term)), default=0)
        if shortest > node.number:
            yield _make_warning(
                f"a phrase of {shortest} words does not fit in the first {node.number}", node,
                f"Write first/{shortest}(...) or more",
            )  # fmt: skip
    if isinstance(node, Macro):
        return
    inner = FIELD_NAMES[node.name].scope if isinstance(node, Field) else scope
    for part in children(node):
        yield from find_contradictions(part, inner)


def _check_and(node: And, scope: Scope) -> Iterator[QueryWarning]:
    wanted = [leaf for part in node.parts for leaf in _required_terms(part, scope)]
    for part in node.parts:
        if not isinstance(part, Not):
            continue
        for bad, where in _excluded_terms(part.part, scope):
            for term, fields in wanted:
                if set(fields) <= set(where) and _implies(term, bad):
                    yield _make_warning(
                        f"this can never match: {canonical(term)} is wanted and"
                        f" {canonical(bad)} is excluded", part,
                        "Take one of the two out, or exclude it close by only: a NOT NEAR/5 b",
                    )  # fmt: skip
                    return
    filters = [part for part in node.parts if isinstance(part, Filter)]
    for at, one in enumerate(filters):
        for other in filters[at + 1 :]:
            if one.name == other.name and not _are_compatible(one, other):
                yield _make_warning(
                    f"this can never match: no item has both {canonical(one)} and"
                    f" {canonical(other)}", other, "Write OR between them, or take one out",
                )  # fmt: skip
                return


def _required_terms(node: Node, scope: Scope) -> list[tuple[Term, Scope]]:
    """Terms that must occur, each with the fields searched."""
    match node:
        case Term():
            return [(node, scope)]
        case And(parts) | ProximityGroup(parts):
            return [leaf for part in parts for leaf in _required_terms(part, scope)]
        case Near(_, _, left, right, negated):
            sides = (left,) if negated else (left, right)
            return [leaf for side in sides for leaf in _required_terms(side, scope)]
        case Field(name, part):
            inner = FIELD_NAMES[name].scope
            return _required_terms(part, ("summary", "body") if inner == ("lead",) else inner)
        case Apply(_, _, part) | Prefer(part) | Macro(_, part):
            return _required_terms(part, scope)
        case _:
            return []


def _excluded_terms(node: Node, scope: Scope) -> list[tuple[Term, Scope]]:
    """Terms each of which alone excludes an item, each with the fields searched."""
    match node:
        case Term():
            return [(node, scope)]
        case Or(parts):
            return [leaf for part in parts for leaf in _excluded_terms(part, scope)]
        case Field(name, part):
            return _excluded_terms(part, FIELD_NAMES[name].scope)
        case Prefer(part) | Macro(_, part) | Spellings(part=part):
            return _excluded_terms(part, scope)
        case _:
            return []


def _implies(term: Term, bad: Term) -> bool:
    """Return whether an item that contains `term` in any spelling also contains `bad`."""
    if term == bad:
        return True
    if bad.exact or any(part.kind != "word" for part in (*term.parts, *bad.parts)):
        return False
    if len(bad.parts) == len(term.parts):
        return bad.parts == term.parts
    # a text may join two words of a phrase into one, but hardly does
    row, wanted = [p.text for p in term.parts], [p.text for p in bad.parts]
    return any(row[at : at + len(wanted)] == wanted for at in range(len(row) - len(wanted) + 1))


def _are_compatible(one: Filter, other: Filter) -> bool:
    """Return whether an item can pass both filters (of the same name)."""
    if one.name == "site":
        long, short = sorted((str(one.value), str(other.value)), key=len, reverse=True)
        return long == short or long.endswith(f".{short}")
    if one.name == "lang":
        long, short = sorted((str(one.value), str(other.value)), key=len, reverse=True)
        return long == short or long.startswith(f"{short}-")
    if one.name == "type":
        return one.value == other.value
    return max(_lower_bound(one), _lower_bound(other)) <= min(
        _upper_bound(one), _upper_bound(other)
    )


Bound = tuple[float, float]


def _lower_bound(node: Filter) -> Bound:
    """Return the lower bound of a filter, and 1 if the bound itself is excluded, else 0."""
    if node.relation in ("<", "<="):
        return -inf, 0
    return _to_number(node.value), float(node.relation == ">")


def _upper_bound(node: Filter) -> Bound:
    """Return the upper bound of a filter, and -1 if the bound itself is excluded, else 0."""
    if node.relation in (">", ">="):
        return inf, 0
    return _to_number(node.until or node.value), -float(node.relation == "<")


def _to_number(value: str | float | date) -> float:
    return float(value.toordinal()) if isinstance(value, date) else float(value)


def _make_warning(message: str, node: Node, hint: str) -> QueryWarning:
    return QueryWarning(message=message, hint=hint, column=column_of(node))

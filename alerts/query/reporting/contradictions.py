"""Parts of a query that no item can satisfy, as far as that can be seen. Pure."""

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
    Term,
    children,
    column_of,
    walk,
)
from alerts.query.model.query_errors import QueryWarning
from alerts.query.reporting.canonical import canonical

Scope = tuple[str, ...]


def never_true(node: Node, scope: Scope) -> Iterator[QueryWarning]:
    """Warnings of the parts of a query that no item satisfies."""
    if isinstance(node, And):
        yield from _contradictions(node, scope)
    if isinstance(node, Near) and node.negated and node.left == node.right:
        yield _warning("each word is near itself", node, "Name two different words")
    if isinstance(node, Apply) and node.function == "first":
        shortest = min((len(t.words) for t in walk(node.part) if isinstance(t, Term)), default=0)
        if shortest > node.number:
            yield _warning(
                f"a phrase of {shortest} words does not fit in the first {node.number}", node,
                f"Write first/{shortest}(...) or more",
            )  # fmt: skip
    if isinstance(node, Macro):
        return
    inner = FIELD_NAMES[node.name].scope if isinstance(node, Field) else scope
    for part in children(node):
        yield from never_true(part, inner)


def _contradictions(node: And, scope: Scope) -> Iterator[QueryWarning]:
    wanted = [leaf for part in node.parts for leaf in _required(part, scope)]
    for part in node.parts:
        if not isinstance(part, Not):
            continue
        for bad, where in _excluded(part.part, scope):
            for have, place in wanted:
                if set(place) <= set(where) and _implies(have, bad):
                    yield _warning(
                        f"this can never match: {canonical(have)} is wanted and"
                        f" {canonical(bad)} is excluded", part,
                        "Take one of the two out, or exclude it close by only: a NOT NEAR/5 b",
                    )  # fmt: skip
                    return
    filters = [part for part in node.parts if isinstance(part, Filter)]
    for at, one in enumerate(filters):
        for other in filters[at + 1 :]:
            if one.name == other.name and not _agree(one, other):
                yield _warning(
                    f"this can never match: no item has both {canonical(one)} and"
                    f" {canonical(other)}", other, "Write OR between them, or take one out",
                )  # fmt: skip
                return


def _required(node: Node, scope: Scope) -> list[tuple[Term, Scope]]:
    """Terms that must occur, and in which fields."""
    match node:
        case Term():
            return [(node, scope)]
        case And(parts) | ProximityGroup(parts):
            return [leaf for part in parts for leaf in _required(part, scope)]
        case Near(_, _, left, right, negated):
            sides = (left,) if negated else (left, right)
            return [leaf for side in sides for leaf in _required(side, scope)]
        case Field(name, part):
            inner = FIELD_NAMES[name].scope
            return _required(part, ("summary", "body") if inner == ("lead",) else inner)
        case Apply(_, _, part) | Prefer(part) | Macro(_, part):
            return _required(part, scope)
        case _:
            return []


def _excluded(node: Node, scope: Scope) -> list[tuple[Term, Scope]]:
    """Terms each of which excludes an item by itself, and in which fields."""
    match node:
        case Term():
            return [(node, scope)]
        case Or(parts):
            return [leaf for part in parts for leaf in _excluded(part, scope)]
        case Field(name, part):
            return _excluded(part, FIELD_NAMES[name].scope)
        case Prefer(part) | Macro(_, part):
            return _excluded(part, scope)
        case _:
            return []


def _implies(have: Term, bad: Term) -> bool:
    """Whether an item that has the one certainly has the other, however it is spelled."""
    if have == bad:
        return True
    if bad.exact or any(part.kind != "word" for part in (*have.parts, *bad.parts)):
        return False
    if len(bad.parts) == len(have.parts):
        return bad.parts == have.parts
    # a text may join two words of a phrase into one, but hardly does
    row, wanted = [p.text for p in have.parts], [p.text for p in bad.parts]
    return any(row[at : at + len(wanted)] == wanted for at in range(len(row) - len(wanted) + 1))


def _agree(one: Filter, other: Filter) -> bool:
    """Whether an item can have both properties."""
    if one.name == "site":
        long, short = sorted((str(one.value), str(other.value)), key=len, reverse=True)
        return long == short or long.endswith(f".{short}")
    if one.name == "lang":
        long, short = sorted((str(one.value), str(other.value)), key=len, reverse=True)
        return long == short or long.startswith(f"{short}-")
    if one.name == "type":
        return one.value == other.value
    return max(_low(one), _low(other)) <= min(_high(one), _high(other))


Bound = tuple[float, float]


def _low(node: Filter) -> Bound:
    """The least that passes; the second number is 1 where the bound itself does not."""
    if node.relation in ("<", "<="):
        return -inf, 0
    return _number(node.value), float(node.relation == ">")


def _high(node: Filter) -> Bound:
    """The most that passes; the second number is -1 where the bound itself does not."""
    if node.relation in (">", ">="):
        return inf, 0
    return _number(node.until or node.value), -float(node.relation == "<")


def _number(value: str | float | date) -> float:
    return float(value.toordinal()) if isinstance(value, date) else float(value)


def _warning(message: str, node: Node, mend: str) -> QueryWarning:
    return QueryWarning(message=message, mend=mend, column=column_of(node))

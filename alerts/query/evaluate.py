"""What each node means: whether it holds in an item, and by which words.

Exact and without state. Costs at most a sort of the occurrences for each node of the query.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alerts.query.document import Sheet
from alerts.query.fields import FIELD_NAMES
from alerts.query.filters import test_filter
from alerts.query.nodes import (
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
    Term,
    Window,
    children,
)
from alerts.query.occurrences import Occurrence, in_one_unit, near, not_near, united, window
from alerts.query.operators import FUNCTIONS, INFIX, Found
from alerts.query.terms import find_term
from alerts.query.zone import Place, Zone

Scope = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place that satisfied a term, and the weight with which it chooses what is shown."""

    zone: Zone
    place: Place
    weight: int


def holds(node: Node, sheet: Sheet, scope: Scope) -> bool:
    """Whether a node is true of an item, its terms looked for in the fields of `scope`."""
    match node:
        case Term():
            return any(_stands(node, zone) for zone in sheet.zones(scope))
        case And(parts):
            return all(holds(part, sheet, scope) for part in parts)
        case Or(parts):
            return any(holds(part, sheet, scope) for part in parts)
        case Not(part):
            return not holds(part, sheet, scope)
        case Field(name, part):
            return holds(part, sheet, FIELD_NAMES[name].scope)
        case Macro(_, part) | Prefer(part):
            return holds(part, sheet, scope)
        case Filter():
            return test_filter(node, sheet.document)
        case _:
            return any(occurrences for _, occurrences in gather(node, sheet, scope))


def _stands(term: Term, zone: Zone) -> bool:
    parts = term.parts
    if len(parts) == 1 and not term.exact and parts[0].kind == "word":
        # places are not needed to know
        return parts[0].text in zone.labels or bool(zone.places(parts[0].text))
    return bool(find_term(term, zone))


def gather(node: Node, sheet: Sheet, scope: Scope) -> Found:
    """The occurrences of a placed node, or of a function over one, zone by zone."""
    if isinstance(node, Apply):
        return FUNCTIONS[node.function].keep(gather(node.part, sheet, scope), node.number, sheet)
    return [(zone, find(node, zone)) for zone in sheet.zones(scope) if zone.parts]


def find(node: Node, zone: Zone) -> list[Occurrence]:
    """The occurrences of a placed node in one zone."""
    match node:
        case Term():
            return find_term(node, zone)
        case Or(parts):
            return united(find(part, zone) for part in parts)
        case Macro(_, part):
            return find(part, zone)
        case Near():
            return _near(node, zone)
        case Window(parts, distance):
            lists = [find(part, zone) for part in parts]
            if not all(lists):
                return []
            return window(lists, zone.numbers, distance + sum(map(length_of, parts)))
    raise TypeError(f"{type(node).__name__} has no places")


def _near(node: Near, zone: Zone) -> list[Occurrence]:
    row = INFIX[node.operator]
    left = find(node.left, zone)
    right = find(node.right, zone) if left else []
    if not left or not (right or node.negated):
        return []
    unit, reach = row.unit(zone), node.distance + row.slack
    if node.negated:
        return not_near(left, right, unit, reach, ordered=row.ordered)
    if row.whole:
        left, right = in_one_unit(left, unit), in_one_unit(right, unit)
    return near(left, right, unit, reach, ordered=row.ordered)


def length_of(node: Node) -> int:
    """How many words a placed node is written in; the longest of a group."""
    match node:
        case Term(words):
            return len(words)
        case Near(_, _, left, right, negated):
            return length_of(left) + (0 if negated else length_of(right))
        case Window(parts):
            return sum(map(length_of, parts))
        case _:
            return max(map(length_of, children(node)))


def evidence(node: Node, sheet: Sheet, scope: Scope, weight: int = 0) -> Iterator[Evidence]:
    """The places that make a node hold; the node must hold. What NOT excludes has none."""
    match node:
        case And(parts):
            for part in parts:
                yield from evidence(part, sheet, scope, weight)
        case Or(parts):
            for part in parts:
                if holds(part, sheet, scope):
                    yield from evidence(part, sheet, scope, weight)
        case Field(name, part):
            yield from evidence(part, sheet, FIELD_NAMES[name].scope, weight)
        case Macro(_, part):
            yield from evidence(part, sheet, scope, weight)
        case Prefer(part, own):
            yield from evidence(part, sheet, scope, max(weight, own))
        case Not() | Filter():
            return
        case _:
            for zone, occurrences in gather(node, sheet, scope):
                for place in dict.fromkeys(p for o in occurrences for p in o.terms):
                    yield Evidence(zone, place, weight)

"""What each node means: whether it holds in an item, and by which words.

Exact and without state. Costs at most a sort of the occurrences for each node of the query.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from alerts.query.evaluation.proximity_filter import settled
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
)
from alerts.query.syntax.filters import test_filter
from alerts.query.syntax.operators import FUNCTIONS, INFIX, Found
from alerts.query.text.document import EvaluatedText
from alerts.query.text.occurrences import (
    Occurrence,
    in_one_unit,
    near,
    not_near,
    of_places,
    united,
    window,
)
from alerts.query.text.terms import find_term, has_term
from alerts.query.text.token_set import MOST_JOINED
from alerts.query.text.zone import Place, Zone

Scope = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place that satisfied a term, and the weight with which it chooses what is shown."""

    zone: Zone
    place: Place
    weight: int


def holds(node: Node, sheet: EvaluatedText, scope: Scope) -> bool:
    """Whether a node is true of an item, its terms looked for in the fields of `scope`."""
    match node:
        case Term():
            return any(has_term(node, zone) for zone in sheet.zones(scope))
        case And(parts):
            return all(holds(part, sheet, scope) for part in parts)
        case Or():
            # of the plain terms of a long list only those in the text are looked at
            if any(zone.has_any(node.labels) for zone in sheet.zones(scope)):
                return True
            return any(holds(part, sheet, scope) for part in node.others)
        case Not(part):
            return not holds(part, sheet, scope)
        case Field(name, part):
            return holds(part, sheet, FIELD_NAMES[name].scope)
        case Macro(_, part) | Prefer(part):
            return holds(part, sheet, scope)
        case Filter():
            return test_filter(node, sheet.document)
        case Near():
            return any(_is_near(node, zone) for zone in sheet.zones(scope))
        case _:
            return any(occurrences for _, occurrences in gather(node, sheet, scope))


def gather(node: Node, sheet: EvaluatedText, scope: Scope) -> Found:
    """The occurrences of a placed node, or of a function over one, zone by zone."""
    if isinstance(node, Apply):
        return FUNCTIONS[node.function].keep(gather(node.part, sheet, scope), node.number, sheet)
    return [(zone, find(node, zone)) for zone in sheet.zones(scope) if zone.parts]


def find(node: Node, zone: Zone) -> list[Occurrence]:
    """The occurrences of a placed node in one zone."""
    match node:
        case Term():
            return find_term(node, zone)
        case Or():
            found = [of_places(zone.places(label)) for label in zone.those_in(node.labels)]
            return united([*found, *(find(part, zone) for part in node.others)])
        case Macro(_, part):
            return find(part, zone)
        case Near():
            return _near(node, zone)
        case ProximityGroup(parts, distance):
            lists = [find(part, zone) for part in parts]
            if not all(lists):
                return []
            return window(lists, zone.numbers, distance + sum(map(length_of, parts)))
    raise TypeError(f"{type(node).__name__} has no places")


def _is_near(node: Near, zone: Zone) -> bool:
    row = INFIX[node.operator]
    if not node.negated and not row.whole:
        reach = node.distance + row.slack
        verdict = settled(node, reach, zone, ordered=row.ordered)
        if verdict is not None:
            return verdict
    return bool(_near(node, zone))


def _near(node: Near, zone: Zone) -> list[Occurrence]:
    row = INFIX[node.operator]
    unit, reach = row.unit, node.distance + row.slack
    if node.negated:
        left = find(node.left, zone)
        right = find(node.right, zone) if left else []
        return not_near(left, right, unit(zone), reach, ordered=row.ordered) if left else []
    if row.whole:
        left, right = find(node.left, zone), find(node.right, zone)
        left, right = in_one_unit(left, unit(zone)), in_one_unit(right, unit(zone))
    elif settled(node, reach, zone, ordered=row.ordered) is False:
        return []
    elif _labels_in(node.left) > _labels_in(node.right):
        right = find(node.right, zone)
        left = _find_around(node.left, right, reach, zone)
    else:
        left = find(node.left, zone)
        right = _find_around(node.right, left, reach, zone)
    if not left or not right:
        return []
    return near(left, right, unit(zone), reach, ordered=row.ordered)


def _labels_in(node: Node) -> int:
    return len(node.labels) if isinstance(node, Or) else 1


def _find_around(node: Node, around: list[Occurrence], reach: int, zone: Zone) -> list[Occurrence]:
    """The occurrences of a node, as far as they can be within reach of some others.

    For a long list beside few words it costs less to read on from those words.
    """
    if not around or not isinstance(node, Or) or len(around) * reach > len(node.labels):
        return find(node, zone) if around else []
    numbers = zone.numbers
    places: set[Place] = set()
    for one in around:
        # a label takes up to MOST_JOINED parts, all of which may be of words before the first
        start = bisect_left(numbers, numbers[one.start] - reach) - MOST_JOINED
        end = bisect_right(numbers, numbers[one.end - 1] + reach)
        places.update(zone.places_within(node.labels, max(start, 0), end))
    found = [Occurrence(start, end, ((start, end),)) for start, end in places]
    return united([found, *(find(part, zone) for part in node.others)])


def length_of(node: Node) -> int:
    """How many words a placed node is written in; the longest of a group."""
    match node:
        case Term(words):
            return len(words)
        case Near(_, _, left, right, negated):
            return length_of(left) + (0 if negated else length_of(right))
        case ProximityGroup(parts):
            return sum(map(length_of, parts))
        case _:
            return max(map(length_of, children(node)))


def evidence(node: Node, sheet: EvaluatedText, scope: Scope, weight: int = 0) -> Iterator[Evidence]:
    """The places that make a node hold; the node must hold. What NOT excludes has none."""
    match node:
        case And(parts):
            for part in dict.fromkeys(parts):
                yield from evidence(part, sheet, scope, weight)
        case Or(parts):
            for part in dict.fromkeys(parts):
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

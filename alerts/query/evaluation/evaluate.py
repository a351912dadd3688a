"""Evaluates the nodes of a query: whether they hold in an item, and at which places.

Exact and stateless. Each node costs at most one sort of its occurrences.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from alerts.query.evaluation.proximity_filter import decide_near
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
)
from alerts.query.syntax.filters import test_filter
from alerts.query.syntax.operators import FUNCTIONS, INFIX, Found
from alerts.query.text.document import EvaluatedText
from alerts.query.text.occurrences import (
    Occurrence,
    in_one_unit,
    merge_occurrences,
    near,
    not_near,
    to_occurrences,
    window,
)
from alerts.query.text.terms import find_term, has_term
from alerts.query.text.token_set import MAX_JOINED
from alerts.query.text.zone import Place, Zone

Scope = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place that satisfies a term. `weight` (0 to 99) selects the excerpt that is shown."""

    zone: Zone
    place: Place
    weight: int


def holds(node: Node, text: EvaluatedText, scope: Scope) -> bool:
    """Return whether a node is true of an item or page; terms are searched in `scope`."""
    match node:
        case Term():
            return any(has_term(node, zone) for zone in text.zones(scope))
        case And(parts):
            return all(holds(part, text, scope) for part in parts)
        case Or():
            # `has_any` evaluates only those plain terms of a long list that are in the text
            if any(zone.has_any(node.labels) for zone in text.zones(scope)):
                return True
            return any(holds(part, text, scope) for part in node.others)
        case Not(part):
            return not holds(part, text, scope)
        case Field(name, part):
            return holds(part, text, FIELD_NAMES[name].scope)
        case Macro(_, part) | Prefer(part) | Spellings(part=part):
            return holds(part, text, scope)
        case Filter():
            return test_filter(node, text.document)
        case Near():
            return any(_is_near(node, zone) for zone in text.zones(scope))
        case _:
            return any(occurrences for _, occurrences in gather(node, text, scope))


def gather(node: Node, text: EvaluatedText, scope: Scope) -> Found:
    """Find the occurrences of a placed node, or of a function over one, by zone."""
    if isinstance(node, Apply):
        return FUNCTIONS[node.function].keep(gather(node.part, text, scope), node.number, text)
    return [(zone, find(node, zone)) for zone in text.zones(scope) if zone.parts]


def find(node: Node, zone: Zone) -> list[Occurrence]:
    """Find the occurrences of a placed node in one zone.

    Raises:
        TypeError: the node has no occurrences, as AND, NOT, fields and filters.
    """
    match node:
        case Term():
            return find_term(node, zone)
        case Or():
            found = [
                to_occurrences(zone.places(label)) for label in zone.possible_labels(node.labels)
            ]
            return merge_occurrences([*found, *(find(part, zone) for part in node.others)])
        case Macro(_, part) | Spellings(part=part):
            return find(part, zone)
        case Near():
            return _find_near(node, zone)
        case ProximityGroup(parts, distance):
            lists = [find(part, zone) for part in parts]
            if not all(lists):
                return []
            return window(lists, zone.numbers, distance + sum(map(count_words, parts)))
    raise TypeError(f"{type(node).__name__} has no places")


def _is_near(node: Near, zone: Zone) -> bool:
    row = INFIX[node.operator]
    if not node.negated and not row.whole:
        reach = node.distance + row.slack
        verdict = decide_near(node, reach, zone, ordered=row.ordered)
        if verdict is not None:
            return verdict
    return bool(_find_near(node, zone))


def _find_near(node: Near, zone: Zone) -> list[Occurrence]:
    row = INFIX[node.operator]
    unit, reach = row.unit, node.distance + row.slack
    if node.negated:
        left = find(node.left, zone)
        right = find(node.right, zone) if left else []
        return not_near(left, right, unit(zone), reach, ordered=row.ordered) if left else []
    if row.whole:
        left, right = find(node.left, zone), find(node.right, zone)
        left, right = in_one_unit(left, unit(zone)), in_one_unit(right, unit(zone))
    elif decide_near(node, reach, zone, ordered=row.ordered) is False:
        return []
    elif _count_labels(node.left) > _count_labels(node.right):
        right = find(node.right, zone)
        left = _find_around(node.left, right, reach, zone)
    else:
        left = find(node.left, zone)
        right = _find_around(node.right, left, reach, zone)
    if not left or not right:
        return []
    return near(left, right, unit(zone), reach, ordered=row.ordered)


def _count_labels(node: Node) -> int:
    return len(node.labels) if isinstance(node, Or) else 1


def _find_around(node: Node, around: list[Occurrence], reach: int, zone: Zone) -> list[Occurrence]:
    """Find the occurrences of a node that can be within reach of given ones.

    For a long list near few words it costs less to read the text around these words.
    """
    if not around or not isinstance(node, Or) or len(around) * reach > len(node.labels):
        return find(node, zone) if around else []
    numbers = zone.numbers
    places: set[Place] = set()
    for occurrence in around:
        # a label has up to MAX_JOINED parts, which may all be in words before the first one
        start = bisect_left(numbers, numbers[occurrence.start] - reach) - MAX_JOINED
        end = bisect_right(numbers, numbers[occurrence.end - 1] + reach)
        places.update(zone.places_within(node.labels, max(start, 0), end))
    found = [Occurrence(start, end, ((start, end),)) for start, end in places]
    return merge_occurrences([found, *(find(part, zone) for part in node.others)])


def count_words(node: Node) -> int:
    """Return the number of words of a placed node as written; of an OR group, its longest part."""
    match node:
        case Term(words):
            return len(words)
        case Near(_, _, left, right, negated):
            return count_words(left) + (0 if negated else count_words(right))
        case ProximityGroup(parts):
            return sum(map(count_words, parts))
        case _:
            return max(map(count_words, children(node)))


def evidence(node: Node, text: EvaluatedText, scope: Scope, weight: int = 0) -> Iterator[Evidence]:
    """Yield the places that satisfy a node, which must hold. NOT and filters yield none."""
    match node:
        case And(parts):
            for part in dict.fromkeys(parts):
                yield from evidence(part, text, scope, weight)
        case Or(parts):
            for part in dict.fromkeys(parts):
                if holds(part, text, scope):
                    yield from evidence(part, text, scope, weight)
        case Field(name, part):
            yield from evidence(part, text, FIELD_NAMES[name].scope, weight)
        case Macro(_, part):
            yield from evidence(part, text, scope, weight)
        case Prefer(part, own):
            yield from evidence(part, text, scope, max(weight, own))
        case Not() | Filter():
            return
        case _:
            for zone, occurrences in gather(node, text, scope):
                for place in dict.fromkeys(p for o in occurrences for p in o.terms):
                    yield Evidence(zone, place, weight)

"""Occurrences in one zone, and how proximity combines them. Pure; linear but for sorting.

An occurrence is a stretch of parts with the terms that it consists of. Of the stretches that a
proximity finds, those that hold a shorter one are left out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from alerts.query.text.zone import Place


class Occurrence(NamedTuple):
    """Parts start..end of a zone; `terms` are the places of the terms in it."""

    start: int
    end: int
    terms: tuple[Place, ...]


def of_places(places: Iterable[Place]) -> list[Occurrence]:
    """The occurrences of a term, in order, without those that hold a shorter one."""
    return shortest(Occurrence(start, end, ((start, end),)) for start, end in places)


def shortest(occurrences: Iterable[Occurrence]) -> list[Occurrence]:
    """`occurrences` in order, without those that hold a shorter one; equal ones become one."""
    kept: list[Occurrence] = []
    least_end: int | None = None
    for one in sorted(occurrences, key=lambda o: (-o.start, o.end)):
        if least_end is None or one.end < least_end:
            kept.append(one)
            least_end = one.end
        elif kept[-1].start == one.start and kept[-1].end == one.end:
            kept[-1] = _merged(kept[-1], one)
    kept.reverse()
    return kept


def united(lists: Iterable[list[Occurrence]]) -> list[Occurrence]:
    """The occurrences of either of several nodes, in order, each stretch once."""
    by_place: dict[Place, Occurrence] = {}
    for occurrences in lists:
        for one in occurrences:
            place = one.start, one.end
            known = by_place.get(place)
            by_place[place] = one if known is None else _merged(known, one)
    return [by_place[place] for place in sorted(by_place)]


def _merged(one: Occurrence, two: Occurrence) -> Occurrence:
    if one.terms == two.terms:
        return one
    return Occurrence(one.start, one.end, tuple(sorted({*one.terms, *two.terms})))


def apart(occurrences: list[Occurrence]) -> int:
    """How many of them can be counted without counting a part twice."""
    count, end = 0, 0
    for one in sorted(occurrences, key=lambda o: o.end):
        if one.start >= end:
            count, end = count + 1, one.end
    return count


def near(
    left: list[Occurrence],
    right: list[Occurrence],
    unit: Sequence[int],
    reach: int,
    *,
    ordered: bool,
) -> list[Occurrence]:
    """The shortest stretches with one of each, apart, their units at most `reach` from another."""
    found = _followed(left, right, unit, reach)
    if not ordered:
        found += _followed(right, left, unit, reach)
    return shortest(found)


def _followed(
    ones: list[Occurrence], others: list[Occurrence], unit: Sequence[int], reach: int
) -> list[Occurrence]:
    others = sorted(others)
    starts = [other.start for other in others]
    found: list[Occurrence] = []
    for one in ones:
        limit = unit[one.end - 1] + reach
        best: int | None = None
        for at in range(bisect_left(starts, one.end), len(others)):
            other = others[at]
            # one that begins behind the end of the best cannot end before it
            if unit[other.start] > limit or (best is not None and other.start >= best):
                break
            if best is None or other.end <= best:
                best = other.end
                found.append(_hull(one, other))
    return found


def _hull(one: Occurrence, other: Occurrence) -> Occurrence:
    return Occurrence(one.start, other.end, tuple(sorted({*one.terms, *other.terms})))


def in_one_unit(occurrences: list[Occurrence], unit: Sequence[int]) -> list[Occurrence]:
    """Those that begin and end in one sentence or paragraph."""
    return [o for o in occurrences if unit[o.start] == unit[o.end - 1]]


def not_near(
    left: list[Occurrence],
    right: list[Occurrence],
    unit: Sequence[int],
    reach: int,
    *,
    ordered: bool,
) -> list[Occurrence]:
    """Those of `left` with no `right` (itself apart) that overlaps them or is within reach.

    Ordered: no `right` that begins with them or later.
    """
    others = sorted(right)
    starts = [other.start for other in others]
    firsts = [unit[other.start] for other in others]
    furthest = _furthest(others)
    kept = []
    for one in left:
        until = bisect_left(firsts, unit[one.end - 1] + reach + 1)
        if ordered:
            begin = bisect_left(starts, one.start)
            # stretches differ from each other, so one of two differs from `one`
            close = others[begin : min(until, begin + 2)]
        else:
            close = [o for o in furthest[until] if unit[o.end - 1] >= unit[one.start] - reach]
        if all((o.start, o.end) == (one.start, one.end) for o in close):
            kept.append(one)
    return kept


def _furthest(others: list[Occurrence]) -> list[tuple[Occurrence, ...]]:
    """Number n -> the two of the first n occurrences that end last."""
    made: list[tuple[Occurrence, ...]] = [()]
    for one in others:
        made.append(tuple(sorted((*made[-1], one), key=lambda o: o.end)[-2:]))
    return made


def window(
    lists: Sequence[list[Occurrence]], numbers: Sequence[int], most_words: int
) -> list[Occurrence]:
    """The shortest stretches of at most `most_words` words with one of each list, all apart.

    Goes through the text once. For each subset of the lists it remembers the arrangement so far
    that begins last; where several begin there, the terms of all.
    """
    whole = (1 << len(lists)) - 1
    begun = sorted((o.start, o.end, k, o.terms) for k, list_ in enumerate(lists) for o in list_)
    ended: list[tuple[int, dict[int, tuple[int, frozenset[Place]]]]] = []
    best: dict[int, tuple[int, frozenset[Place]]] = {}
    found: list[Occurrence] = []
    for start, end, k, terms in begun:
        while ended and ended[0][0] <= start:
            _keep_best(best, heappop(ended)[1])
        bit = 1 << k
        reached = {bit: (start, frozenset(terms))}
        for mask, (first, used) in list(best.items()):
            if numbers[end - 1] - numbers[first] >= most_words:
                if numbers[start] - numbers[first] >= most_words:
                    del best[mask]
            elif not mask & bit:
                reached[mask | bit] = (first, used.union(terms))
        if whole in reached:
            first, used = reached[whole]
            found.append(Occurrence(first, end, tuple(sorted(used))))
        heappush(ended, (end, _Masks(reached)))
    return shortest(found)


def _keep_best(
    best: dict[int, tuple[int, frozenset[Place]]],
    reached: dict[int, tuple[int, frozenset[Place]]],
) -> None:
    for mask, (first, used) in reached.items():
        known = best.get(mask)
        if known is None or first > known[0]:
            best[mask] = (first, used)
        elif first == known[0]:
            best[mask] = (first, used | known[1])


class _Masks(dict[int, tuple[int, frozenset[Place]]]):
    """Orders as equal, so that a heap compares only what stands before it."""

    def __lt__(self, other: object) -> bool:
        return False

"""Occurrences in one zone, and their combination by proximity. Pure; linear but for sorting.

An occurrence is a range of parts with the places of its terms. Of the ranges that a proximity
finds, those that enclose a shorter one are dropped.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from alerts.query.text.zone import Place


class Occurrence(NamedTuple):
    """Parts start..end (exclusive) of a zone; `terms` are the places of the terms in it."""

    start: int
    end: int
    terms: tuple[Place, ...]


def to_occurrences(places: Iterable[Place]) -> list[Occurrence]:
    """Convert the places of a term to occurrences, in order, without enclosing ones."""
    return drop_enclosing(Occurrence(start, end, ((start, end),)) for start, end in places)


def drop_enclosing(occurrences: Iterable[Occurrence]) -> list[Occurrence]:
    """Sort occurrences, drop those that enclose a shorter one, and merge equal ones."""
    kept: list[Occurrence] = []
    least_end: int | None = None
    for one in sorted(occurrences, key=lambda o: (-o.start, o.end)):
        if least_end is None or one.end < least_end:
            kept.append(one)
            least_end = one.end
        elif kept[-1].start == one.start and kept[-1].end == one.end:
            kept[-1] = _merge(kept[-1], one)
    kept.reverse()
    return kept


def merge_occurrences(lists: Iterable[list[Occurrence]]) -> list[Occurrence]:
    """Merge the occurrences of several nodes, in order, each range once."""
    by_place: dict[Place, Occurrence] = {}
    for occurrences in lists:
        for one in occurrences:
            place = one.start, one.end
            known = by_place.get(place)
            by_place[place] = one if known is None else _merge(known, one)
    return [by_place[place] for place in sorted(by_place)]


def _merge(one: Occurrence, two: Occurrence) -> Occurrence:
    if one.terms == two.terms:
        return one
    return Occurrence(one.start, one.end, tuple(sorted({*one.terms, *two.terms})))


def count_disjoint(occurrences: list[Occurrence]) -> int:
    """Count the largest set of occurrences that do not overlap."""
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
    """Find the shortest ranges with one of each side, not overlapping, within `reach`.

    Args:
        left: occurrences of the left operand, sorted.
        right: occurrences of the right operand.
        unit: part -> the number of its word, sentence or paragraph.
        reach: the largest difference of these numbers.
        ordered: whether the left operand must come first.
    """
    found = _pair_in_order(left, right, unit, reach)
    if not ordered:
        found += _pair_in_order(right, left, unit, reach)
    return drop_enclosing(found)


def _pair_in_order(
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
            # one that begins after the best one ends cannot end before it
            if unit[other.start] > limit or (best is not None and other.start >= best):
                break
            if best is None or other.end <= best:
                best = other.end
                found.append(_join_pair(one, other))
    return found


def _join_pair(one: Occurrence, other: Occurrence) -> Occurrence:
    return Occurrence(one.start, other.end, tuple(sorted({*one.terms, *other.terms})))


def in_one_unit(occurrences: list[Occurrence], unit: Sequence[int]) -> list[Occurrence]:
    """Keep the occurrences that begin and end in the same sentence or paragraph."""
    return [o for o in occurrences if unit[o.start] == unit[o.end - 1]]


def not_near(
    left: list[Occurrence],
    right: list[Occurrence],
    unit: Sequence[int],
    reach: int,
    *,
    ordered: bool,
) -> list[Occurrence]:
    """Keep those of `left` with no other occurrence of `right` overlapping or within `reach`.

    If `ordered`, only those of `right` that begin at the same part or later count.
    """
    others = sorted(right)
    starts = [other.start for other in others]
    firsts = [unit[other.start] for other in others]
    furthest = _last_ending(others)
    kept = []
    for one in left:
        until = bisect_left(firsts, unit[one.end - 1] + reach + 1)
        if ordered:
            begin = bisect_left(starts, one.start)
            # no two ranges are equal, so at least one of two differs from `one`
            close = others[begin : min(until, begin + 2)]
        else:
            close = [o for o in furthest[until] if unit[o.end - 1] >= unit[one.start] - reach]
        if all((o.start, o.end) == (one.start, one.end) for o in close):
            kept.append(one)
    return kept


def _last_ending(others: list[Occurrence]) -> list[tuple[Occurrence, ...]]:
    """n -> the two occurrences with the greatest end among the first n."""
    last_two: list[tuple[Occurrence, ...]] = [()]
    for one in others:
        last_two.append(tuple(sorted((*last_two[-1], one), key=lambda o: o.end)[-2:]))
    return last_two


def window(
    lists: Sequence[list[Occurrence]], numbers: Sequence[int], most_words: int
) -> list[Occurrence]:
    """Find the shortest ranges with one occurrence of each list, none overlapping.

    One pass over the text. For each subset of the lists (a bit mask) it keeps the combination
    that begins last; if several begin at the same part, the terms of all.

    Args:
        lists: the occurrences of each operand; at most a few lists.
        numbers: part -> the number of its word.
        most_words: the largest length of a range, in words.
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
    return drop_enclosing(found)


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
    """Compares as equal to any other, so that a heap orders by the first tuple element only."""

    def __lt__(self, other: object) -> bool:
        return False

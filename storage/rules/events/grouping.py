"""Groups reports into events in memory, by the same rules as `storage.archive.events`. Pure.

Similar reports are looked up by the rarest features of a report; it is grouped anew with them and
their events (`linkage`). So a later report may join two events, or split one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.rules.events.features import read_features
from storage.rules.events.linkage import fullness_of, link, similarities
from storage.rules.events.rarity import lookup_features, rarity, select_features

# the latest reports that have a feature; frequent features are no use for looking up
MAX_CARRIERS = 32
# reports that share most with the new one; their events are grouped anew
MAX_CANDIDATES = 16
# The least share of the squared length of a report that the features it is looked up by must have
# in common with another. Most reports share a word or two with others: these are not compared.
MIN_SHARED = 0.05
# reports in a neighbourhood
MAX_NEIGHBOURS = 48
# an event with so many members is not split any more; so many of them are compared
SETTLED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedReport:
    """Features of a report with their weights, and its time of publication in hours."""

    features: Mapping[str, float]
    hours: float | None = None


class EventGrouping:
    """Reports in memory, each in an event."""

    def __init__(self) -> None:
        self._reports: list[ComparedReport] = []
        self._frequencies: Counter[str] = Counter()
        self._carriers: dict[str, list[int]] = {}
        self._events: list[int] = []
        self._members: dict[int, list[int]] = {}

    def add(self, title: str, body: str, hours: float | None = None) -> int:
        """Add a report; return its number, from 0."""
        weights = {name: weight for name, (weight, _) in read_features(title, body).items()}
        number, frequencies = len(self._reports), self._frequencies
        frequencies.update(weights.keys())
        total = number + 1
        features = select_features(weights, frequencies, total)
        report = ComparedReport(features=features, hours=hours)
        self._reports.append(report)
        self._events.append(number)
        self._members[number] = [number]
        keys = lookup_features(features)
        carriers = {key: self._carriers.get(key, ()) for key in keys}
        found = rank_candidates(features, carriers, frequencies, total)
        if found:
            self._regroup(number, found, total)
        for key in keys:
            known = self._carriers.setdefault(key, [])
            known.append(number)
            if len(known) > MAX_CARRIERS:
                del known[0]
        return number

    def event(self, number: int) -> int:
        """Return the lowest number in the event of a report."""
        return self._events[number]

    def _regroup(self, number: int, found: Sequence[int], total: int) -> None:
        events = list(dict.fromkeys(self._events[each] for each in found))
        pool, settled = choose_neighbours(number, [self._members[each] for each in events])
        if len(pool) == 1:
            return
        reports = [self._reports[each] for each in pool]
        similar = similarities(
            [each.features for each in reports],
            [each.hours for each in reports],
            self._frequencies,
            total,
        )
        groups = link(similar, [fullness_of(each.features) for each in reports], settled=settled)
        moved: dict[int, list[int]] = {}
        for each, group in zip(pool, groups, strict=True):
            moved.setdefault(group, []).append(each)
        # the members of a settled event that were not compared go with the others
        compared = set(pool)
        rest = {self._events[each]: each for each in pool}
        for event in {self._events[each] for each in pool}:
            others = [each for each in self._members[event] if each not in compared]
            if others:
                moved[groups[pool.index(rest[event])]].extend(others)
        for event in {self._events[each] for each in pool}:
            del self._members[event]
        for members in moved.values():
            members.sort()
            self._members[members[0]] = members
            for each in members:
                self._events[each] = members[0]


def rank_candidates(
    features: Mapping[str, float],
    carriers: Mapping[str, Sequence[int]],
    frequencies: Mapping[str, int],
    total: int,
) -> list[int]:
    """Return the reports that share most with one, by the weight of what they share, best first."""
    shared: dict[int, float] = {}
    for key, known in carriers.items():
        if known:
            weight = (features[key] * rarity(frequencies.get(key, 1), total)) ** 2
            for each in known:
                shared[each] = shared.get(each, 0.0) + weight
    if not shared:
        return []
    whole = sum(
        (weight * rarity(frequencies.get(name, 1), total)) ** 2 for name, weight in features.items()
    )
    least = MIN_SHARED * whole
    near = [each for each, weight in shared.items() if weight >= least]
    return sorted(near, key=lambda each: (-shared[each], each))[:MAX_CANDIDATES]


def choose_neighbours(
    number: int, events: Sequence[Sequence[int]]
) -> tuple[list[int], list[list[int]]]:
    """Return the reports that are grouped anew, and which of their positions are one group.

    Args:
        number: of the new report.
        events: the members of each candidate event, best first.
    """
    pool, settled = [number], []
    for members in events:
        compared = members[-SETTLED:]
        if len(pool) + len(compared) > MAX_NEIGHBOURS:
            continue
        if len(members) >= SETTLED:
            settled.append(list(range(len(pool), len(pool) + len(compared))))
        pool.extend(compared)
    return pool, settled

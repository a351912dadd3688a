"""Joins items into matters by what they share, and says why. Pure.

Identifiers join by themselves. Names, amounts and dates join where two kinds of them agree and
weigh enough: two trusts have one supplier and one amount by chance, but not one programme as well.
Two contracting processes stay two matters, unless one item names both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.threads.clues import Clue, ClueKind
from alerts.threads.model import Join

ENOUGH = 3  # weight from which clues join
MAX_GAP = timedelta(days=550)  # between items that no identifier joins
MAX_COMPARED = 60  # items with one clue that a later item is compared with, the newest
MAX_REASONS = 4  # that are said
MAX_PROCESSES = 3  # of an item; with more it is a list of contracts, and joins none
_SHARED: frozenset[ClueKind] = frozenset({"process", "notice"})
_QUOTED: frozenset[ClueKind] = frozenset({"question", "link"})  # join only whom they belong to
_WEIGHTS: Mapping[ClueKind, int] = {
    "company": 2,
    "body": 2,
    "programme": 2,
    "amount": 2,
    "date": 2,
}
_SAID: Mapping[ClueKind, str] = {
    "process": "same procurement process {}",
    "notice": "same notice {}",
    "question": "same question {}",
    "link": "one links to the other: {}",
    "company": "same company number {}",
    "body": "both name {}",
    "programme": "both name {}",
    "amount": "both say {}",
    "date": "same contract date, {}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CluedItem:
    """An item with its clues; `story_id` joins the copies of one text."""

    item_id: int
    story_id: int
    at: datetime
    clues: tuple[Clue, ...]

    @property
    def processes(self) -> frozenset[str]:
        """The contracting processes that it names."""
        return frozenset(clue.value for clue in self.clues if clue.kind == "process")


def join_items(items: Sequence[CluedItem]) -> tuple[tuple[tuple[int, ...], tuple[Join, ...]], ...]:
    """Return the matters as (item ids in time, why each but the first belongs to it).

    Time is linear in the clues: each is compared with at most `MAX_COMPARED` items.
    """
    ordered = sorted(items, key=lambda each: (each.at, each.item_id))
    groups = _Groups(ordered)
    _join_by_identifiers(ordered, groups)
    _join_by_agreement(ordered, groups)
    return groups.collect()


class _Groups:
    """Union-find over items, with the processes of each group and the reasons of each union."""

    def __init__(self, items: Sequence[CluedItem]) -> None:
        self._parent = {each.item_id: each.item_id for each in items}
        self._processes = {each.item_id: set(each.processes) for each in items}
        self._order = [each.item_id for each in items]
        self._joins: list[Join] = []

    def find(self, item_id: int) -> int:
        while self._parent[item_id] != item_id:
            self._parent[item_id] = self._parent[self._parent[item_id]]
            item_id = self._parent[item_id]
        return item_id

    def may_join(self, one: int, other: int) -> bool:
        """Return whether at most one of both has a process of its own, or they share one."""
        mine, theirs = (self._processes[self.find(each)] for each in (one, other))
        return not mine or not theirs or bool(mine & theirs)

    def join(self, item_id: int, with_item: int, reasons: Sequence[str]) -> None:
        one, other = self.find(item_id), self.find(with_item)
        if one == other:
            return
        self._parent[one] = other
        self._processes[other] |= self._processes[one]
        self._joins.append(
            Join(item_id=item_id, with_item=with_item, reasons=tuple(reasons[:MAX_REASONS]))
        )

    def collect(self) -> tuple[tuple[tuple[int, ...], tuple[Join, ...]], ...]:
        members: dict[int, list[int]] = defaultdict(list)
        for item_id in self._order:
            members[self.find(item_id)].append(item_id)
        joins: dict[int, list[Join]] = defaultdict(list)
        for join in self._joins:
            joins[self.find(join.item_id)].append(join)
        return tuple((tuple(ids), tuple(joins[root])) for root, ids in members.items())


def _join_by_identifiers(items: Sequence[CluedItem], groups: _Groups) -> None:
    first: dict[tuple[str, str], CluedItem] = {}
    owners: dict[tuple[str, str], CluedItem] = {}
    for item in items:
        same = first.setdefault(("story", str(item.story_id)), item)
        groups.join(item.item_id, same.item_id, ["tells the same text"])
        is_list = len(item.processes) > MAX_PROCESSES
        for clue in item.clues:
            key = (clue.kind, clue.value)
            if clue.own:
                owners.setdefault(key, item)
            if clue.kind in _SHARED and not is_list:
                before = first.setdefault(key, item)
                groups.join(item.item_id, before.item_id, [_SAID[clue.kind].format(clue.shown)])
    for item in items:
        for clue in item.clues:
            owner = owners.get((clue.kind, clue.value)) if clue.kind in _QUOTED else None
            # numbers of questions begin anew with each session
            if owner is not None and (clue.kind == "link" or abs(item.at - owner.at) <= MAX_GAP):
                groups.join(item.item_id, owner.item_id, [_SAID[clue.kind].format(clue.shown)])


def _join_by_agreement(items: Sequence[CluedItem], groups: _Groups) -> None:
    having: dict[tuple[str, str], list[CluedItem]] = defaultdict(list)
    for item in items:
        shared: dict[int, list[Clue]] = defaultdict(list)
        times = {}
        weighing = [clue for clue in item.clues if clue.kind in _WEIGHTS]
        for clue in weighing:
            for other in having[clue.kind, clue.value][-MAX_COMPARED:]:
                shared[other.item_id].append(clue)
                times[other.item_id] = other.at
        # the best first; of equals the one nearest in time
        ranked = sorted(
            shared, key=lambda other: (_weigh(shared[other]), times[other], other), reverse=True
        )
        for other_id in ranked:
            clues = shared[other_id]
            if _weigh(clues) < ENOUGH or item.at - times[other_id] > MAX_GAP:
                continue
            if groups.may_join(item.item_id, other_id):
                groups.join(item.item_id, other_id, _format_reasons(clues))
                break
        for clue in weighing:
            having[clue.kind, clue.value].append(item)


def _weigh(clues: Sequence[Clue]) -> int:
    """Add up the best clue of each kind; 0 where all are of one kind."""
    best: dict[str, int] = {}
    for clue in clues:
        best[clue.kind] = max(best.get(clue.kind, 0), 1 if clue.weak else _WEIGHTS[clue.kind])
    return sum(best.values()) if len(best) > 1 else 0


def _format_reasons(clues: Sequence[Clue]) -> list[str]:
    ordered = sorted(clues, key=lambda clue: (clue.weak, clue.kind, clue.value))
    kinds: dict[str, list[str]] = defaultdict(list)
    for clue in ordered:
        kinds[clue.kind].append(_SAID[clue.kind].format(clue.shown))
    # one of each kind first, so that what is cut off repeats a kind
    return [some[0] for some in kinds.values()] + [x for some in kinds.values() for x in some[1:]]

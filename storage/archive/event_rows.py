"""Reads the reports of events and their features; damaged rows are left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import isfinite
from typing import Any

from sqlalchemy import BindParameter, Connection, and_, bindparam, or_, select

from storage.engine.damage import Damage, read_decodable
from storage.tables import event_apart, event_feature, event_report, feature_frequency

ALL_REPORTS = 0  # stands for a feature that every report has
BATCH = 500  # bound parameters of one query
MAX_NUMBER = 1e9  # hours since 1970, weights of features

# built once: building the statements each time costs more than running them
_THESE: BindParameter[int] = bindparam("ids", expanding=True)
_HAS = select(event_report.c.item_id).where(event_report.c.item_id == bindparam("id"))
_REPORTS = select(event_report).where(event_report.c.item_id.in_(_THESE))
_LATEST = (
    select(event_report.c.item_id)
    .where(event_report.c.event_id == bindparam("id"))
    .order_by(event_report.c.item_id.desc())
    .limit(bindparam("most"))
)
_FREQUENCIES = select(feature_frequency.c.feature, feature_frequency.c.reports).where(
    feature_frequency.c.feature.in_(_THESE)
)
_CARRIERS = (
    select(event_feature.c.feature, event_feature.c.item_id)
    .where(event_feature.c.feature.in_(_THESE), event_feature.c.item_id != bindparam("excluded"))
    .order_by(event_feature.c.item_id)
)
_PAIRS = select(event_apart.c.item_id, event_apart.c.other_id)
_PAIRS_OF_ONE = _PAIRS.where(
    or_(event_apart.c.item_id == bindparam("id"), event_apart.c.other_id == bindparam("id"))
)
_PAIRS_AMONG = _PAIRS.where(
    and_(event_apart.c.item_id.in_(_THESE), event_apart.c.other_id.in_(_THESE))
)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report as it is stored."""

    item_id: int
    event_id: int
    hours: float
    features: Mapping[str, float]


class EventRows:
    """Reads rows of events, within one transaction."""

    def __init__(self, connection: Connection, damage: Damage) -> None:
        self._db = connection
        self._damage = damage

    def has(self, item_id: int) -> bool:
        """Return whether a report is stored, damaged or not."""
        return self._db.scalar(_HAS, {"id": item_id}) is not None

    def reports(self, item_ids: Collection[int]) -> list[ReportRow]:
        """Return the reports of items, by id; those that are damaged are left out."""

        def read(ids: Sequence[int]) -> dict[int, ReportRow]:
            found = self._db.execute(_REPORTS, {"ids": list(ids)})
            return {each.item_id: _decode_row(each) for each in found}

        ids = sorted(item_ids)
        known = read_decodable(read, ids, table="event_report", damage=self._damage) if ids else {}
        return [known[each] for each in ids if each in known]

    def members(self, event_ids: Collection[int], most: int) -> dict[int, list[ReportRow]]:
        """Return event id -> its latest members, by id."""
        ids = {event_id: self.latest_ids(event_id, most) for event_id in event_ids}
        known = {
            row.item_id: row for row in self.reports({i for each in ids.values() for i in each})
        }
        return {
            event_id: [known[each] for each in members if each in known]
            for event_id, members in ids.items()
        }

    def latest_ids(self, event_id: int, most: int) -> list[int]:
        """Return the ids of the latest members of an event, lowest first."""
        return sorted(self._db.scalars(_LATEST, {"id": event_id, "most": most}))

    def frequencies(self, names: Collection[str]) -> tuple[int, dict[str, int]]:
        """Return the number of reports, and feature -> the number of reports that have it."""
        numbers = {number_of(name): name for name in names}
        wanted = [ALL_REPORTS, *numbers]
        total, found = 1, dict.fromkeys(names, 1)
        for at in range(0, len(wanted), BATCH):
            rows = self._db.execute(_FREQUENCIES, {"ids": wanted[at : at + BATCH]})
            for number, reports in rows:
                if not isinstance(reports, int) or reports < 1:
                    continue  # damaged; it is counted again from the next report on
                if number == ALL_REPORTS:
                    total = reports
                else:
                    found[numbers[number]] = reports
        return total, found

    def carriers(self, keys: Collection[str], excluded: int) -> dict[str, list[int]]:
        """Return feature -> ids of the reports that are looked up by it, except one report."""
        names = {number_of(key): key for key in keys}
        found: dict[str, list[int]] = {key: [] for key in keys}
        rows = self._db.execute(_CARRIERS, {"ids": list(names), "excluded": excluded})
        for number, item_id in rows:
            if isinstance(item_id, int):
                found[names[number]].append(item_id)
        return found

    def separated_pairs(self, item_ids: Collection[int]) -> set[tuple[int, int]]:
        """Return pairs that a user separated: all pairs of one item, or those among several."""
        ids = list(item_ids)
        if len(ids) == 1:
            rows = self._db.execute(_PAIRS_OF_ONE, {"id": ids[0]})
        else:
            rows = self._db.execute(_PAIRS_AMONG, {"ids": ids})
        return {(row.item_id, row.other_id) for row in rows}

    def has_separated(self, event_ids: Collection[int]) -> bool:
        """Return whether a user separated any two members of these events."""
        members = select(event_report.c.item_id).where(event_report.c.event_id.in_(event_ids))
        pair = select(event_apart.c.item_id).where(
            event_apart.c.item_id.in_(members), event_apart.c.other_id.in_(members)
        )
        return self._db.scalar(pair.limit(1)) is not None

    def member_ids(self, event_id: int, *, excluded: int = 0) -> list[int]:
        """Return the ids of all members of an event except one, lowest first."""
        members = (
            select(event_report.c.item_id)
            .where(event_report.c.event_id == event_id, event_report.c.item_id != excluded)
            .order_by(event_report.c.item_id)
        )
        return list(self._db.scalars(members))


def number_of(feature: str) -> int:
    """Return the number that stands for a feature in the database, never 0."""
    digest = blake2b(feature.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True) or 1


def _decode_row(row: Any) -> ReportRow:
    """Return a report.

    Raises:
        TypeError, ValueError: a column has a value that no release has written.
    """
    features = {str(name): float(weight) for name, weight in row.features}
    hours, event_id = float(row.hours), int(row.event_id)
    if not all(isfinite(each) and abs(each) < MAX_NUMBER for each in (hours, *features.values())):
        raise ValueError("a number is too large")
    return ReportRow(item_id=row.item_id, event_id=event_id, hours=hours, features=features)

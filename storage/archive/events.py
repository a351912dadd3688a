"""Groups stories into events, by the rules of `storage.rules.events`.

The first item of a story is its report: copies are in the event of their story. The id of an event
is the lowest item id in it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Executable, bindparam, delete, insert, select, update

from storage.archive.event_rows import ALL_REPORTS, BATCH, EventRows, ReportRow, number_of
from storage.archive.stories import GROUPED
from storage.engine.damage import Damage
from storage.engine.dialect import insert_into
from storage.model import StoredItem
from storage.rules.events.features import read_features
from storage.rules.events.grouping import (
    MAX_CARRIERS,
    SETTLED,
    choose_neighbours,
    rank_candidates,
)
from storage.rules.events.linkage import fullness_of, link, similarities
from storage.rules.events.rarity import lookup_features, select_features
from storage.tables import event_apart, event_feature, event_report, feature_frequency, item

# built once: building the statements each time costs more than running them
_EVENTS_OF = (
    select(item.c.id, event_report.c.event_id)
    .join(event_report, event_report.c.item_id == item.c.story_id)
    .where(item.c.id.in_(bindparam("ids", expanding=True)))
)
_COPIES = (
    select(event_report.c.item_id, event_report.c.event_id)
    .join(item, item.c.id == event_report.c.item_id)
    .where(item.c.story_id == bindparam("story"), event_report.c.item_id != bindparam("story"))
    .order_by(event_report.c.item_id)
)
_INSERT_REPORT = insert(event_report)
_INSERT_FEATURES = insert(event_feature)
_DELETE_FEATURE = delete(event_feature).where(
    event_feature.c.feature == bindparam("number"), event_feature.c.item_id == bindparam("item")
)
_MOVE = (
    update(event_report)
    .where(event_report.c.item_id.in_(bindparam("ids", expanding=True)))
    .values(event_id=bindparam("event"))
)
_RENAME = (
    update(event_report)
    .where(event_report.c.event_id.in_(bindparam("ids", expanding=True)))
    .values(event_id=bindparam("event"))
)


class Events:
    """Groups stories into events, within one transaction."""

    def __init__(self, connection: Connection, damage: Damage) -> None:
        self._db = connection
        self._rows = EventRows(connection, damage)

    def assign(self, stored: StoredItem, story_id: int) -> int:
        """Assign the story of an item to an event; return the id of the event.

        Reports that are similar to the new one are grouped anew: events may be joined, and small
        ones split. Pairs that a user separated stay so.
        """
        self._merge_copies(story_id)
        if stored.kind not in GROUPED or story_id != stored.item_id:
            return self.event_of(story_id) or story_id
        read = read_features(stored.title, stored.body or stored.summary)
        weights = {name: weight for name, (weight, _) in read.items()}
        is_new = not self._rows.has(stored.item_id)
        known = [] if is_new else self._rows.reports([stored.item_id])
        if is_new:
            self._count_features(weights, stored.item_id)
        total, frequencies = self._rows.frequencies(weights)
        features = select_features(weights, frequencies, total)
        at = stored.published_at or stored.first_seen_at
        own = ReportRow(
            item_id=stored.item_id,
            event_id=known[0].event_id if known else stored.item_id,
            hours=at.timestamp() / 3600,
            features=features,
        )
        self._store_report(own, is_new=is_new)
        keys = lookup_features(features)
        carriers = self._rows.carriers(keys, stored.item_id)
        found = rank_candidates(features, carriers, frequencies, total)
        if found:
            self._regroup(own, found, total)
        self._store_features(keys, carriers, stored.item_id)
        return self.event_of(stored.item_id) or stored.item_id

    def event_of(self, item_id: int) -> int | None:
        """Return the event of the story of an item; None before it was assigned."""
        return self.events_of([item_id]).get(item_id)

    def events_of(self, item_ids: Collection[int]) -> dict[int, int]:
        """Return item id -> id of its event, for items whose story is in one."""
        found: dict[int, int] = {}
        ids = sorted(item_ids)
        for at in range(0, len(ids), BATCH):
            rows = self._db.execute(_EVENTS_OF, {"ids": ids[at : at + BATCH]})
            # a damaged id is no event
            found.update((row.id, row.event_id) for row in rows if isinstance(row.event_id, int))
        return found

    def frequencies(self, names: Collection[str]) -> tuple[int, dict[str, int]]:
        """Return the number of reports, and feature -> the number of reports that have it."""
        return self._rows.frequencies(names)

    def delete_features(self, before: datetime) -> int:
        """Delete features of items first seen before, and frequencies of those that one item had.

        Returns:
            the number of rows.
        """
        last = select(item.c.id).where(item.c.first_seen_at < before)
        newest = last.order_by(item.c.first_seen_at.desc(), item.c.id.desc()).limit(1)
        until = self._db.scalar(newest)
        if until is None:
            return 0
        old = delete(event_feature).where(event_feature.c.item_id <= until)
        rare = delete(feature_frequency).where(
            feature_frequency.c.reports == 1, feature_frequency.c.last_item_id <= until
        )
        return self._db.execute(old).rowcount + self._db.execute(rare).rowcount

    def _merge_copies(self, story_id: int) -> None:
        """Join the events of stories that were merged into this one."""
        for row in self._db.execute(_COPIES, {"story": story_id}).all():
            self._inherit_separated(row.item_id, story_id)
            self._db.execute(delete(event_feature).where(event_feature.c.item_id == row.item_id))
            self._db.execute(delete(event_report).where(event_report.c.item_id == row.item_id))
            event_id = self.event_of(story_id) or story_id
            self._join_events(story_id, event_id, row.event_id)

    def _join_events(self, story_id: int, own: int, other: int) -> None:
        """Join the event of a story with that of its copy, except what a user separated."""
        if not self._rows.has_separated({own, other}):
            self._join({own, other})
            return
        # the story leaves the reports from which it, or its copy, was separated
        separated = {each for pair in self._rows.separated_pairs([story_id]) for each in pair}
        if separated & set(self._rows.member_ids(own, excluded=story_id)):
            is_separated = bool(separated & set(self._rows.member_ids(other, excluded=story_id)))
            self._move([story_id], story_id if is_separated else other)
        for event_id in (own, other):
            self._join({event_id})

    def _inherit_separated(self, copy_id: int, story_id: int) -> None:
        """Separate a story from the reports from which its copy was separated."""
        known = self._rows.separated_pairs([story_id])
        others = {each for pair in self._rows.separated_pairs([copy_id]) for each in pair}
        pairs = {
            (min(story_id, each), max(story_id, each)) for each in others - {copy_id, story_id}
        }
        self._insert_separated(pairs - known)

    def _insert_separated(self, pairs: Collection[tuple[int, int]]) -> None:
        rows = [{"item_id": one, "other_id": other} for one, other in sorted(pairs)]
        if rows:
            self._db.execute(insert(event_apart), rows)

    def _join(self, event_ids: Collection[int]) -> None:
        """Make one event of several; its id is its lowest item id."""
        lowest = self._db.scalar(
            select(event_report.c.item_id)
            .where(event_report.c.event_id.in_(event_ids))
            .order_by(event_report.c.item_id)
            .limit(1)
        )
        if lowest is not None:
            self._rename(event_ids, lowest)

    def _regroup(self, own: ReportRow, found: Collection[int], total: int) -> None:
        near = {row.item_id: row.event_id for row in self._rows.reports(found)}
        ids = list(dict.fromkeys(near[each] for each in found if each in near))
        members = self._rows.members(ids, SETTLED)
        rows = {row.item_id: row for each in members.values() for row in each} | {own.item_id: own}
        others = [
            [row.item_id for row in each if row.item_id != own.item_id] for each in members.values()
        ]
        pool, settled = choose_neighbours(own.item_id, [each for each in others if each])
        if len(pool) == 1:
            return
        compared = [rows[each] for each in pool]
        names = {name for row in compared for name in row.features}
        total, frequencies = self._rows.frequencies(names)
        similar = similarities(
            [row.features for row in compared], [row.hours for row in compared], frequencies, total
        )
        position = {item_id: at for at, item_id in enumerate(pool)}
        separated = [
            (position[one], position[other])
            for one, other in self._rows.separated_pairs(pool)
            if one in position and other in position
        ]
        groups = link(similar, [fullness_of(row.features) for row in compared], separated, settled)
        tied = {at for each in settled for at in each}
        moved: dict[int, list[int]] = {}
        for at, group in enumerate(groups):
            moved.setdefault(group, []).append(at)
        for each in moved.values():
            free = [pool[at] for at in each if at not in tied]
            kept = {compared[at].event_id for at in each if at in tied}
            first = min([*free, *kept])
            # renaming a settled event may have moved any of them
            there = [] if tied else [each for each in free if rows[each].event_id == first]
            self._move(sorted({*free} - {*there}), first)
            self._rename(kept - {first}, first)

    def _move(self, item_ids: Collection[int], event_id: int) -> None:
        if item_ids:
            self._db.execute(_MOVE, {"ids": list(item_ids), "event": event_id})

    def _rename(self, event_ids: Collection[int], event_id: int) -> None:
        if event_ids:
            self._db.execute(_RENAME, {"ids": list(event_ids), "event": event_id})

    def _store_report(self, row: ReportRow, *, is_new: bool) -> None:
        features = [[name, weight] for name, weight in row.features.items()]
        if is_new:
            values = {"item_id": row.item_id, "event_id": row.event_id}
            values |= {"hours": row.hours, "features": features}  # type: ignore[dict-item]
            self._db.execute(_INSERT_REPORT, values)
            return
        changed = update(event_report).where(event_report.c.item_id == row.item_id)
        self._db.execute(changed.values(event_id=row.event_id, hours=row.hours, features=features))
        self._db.execute(delete(event_feature).where(event_feature.c.item_id == row.item_id))

    def _store_features(
        self, keys: Collection[str], carriers: Mapping[str, list[int]], item_id: int
    ) -> None:
        rows = [{"feature": number_of(key), "item_id": item_id} for key in keys]
        if rows:
            self._db.execute(_INSERT_FEATURES, rows)
        full = [
            {"number": number_of(key), "item": known[0]}
            for key, known in carriers.items()
            if len(known) >= MAX_CARRIERS
        ]
        if full:
            self._db.execute(_DELETE_FEATURE, full)

    def _count_features(self, names: Collection[str], item_id: int) -> None:
        # in the same order always, so that two transactions cannot deadlock
        numbers = sorted({ALL_REPORTS, *map(number_of, names)})
        rows = [{"feature": each, "reports": 1, "last_item_id": item_id} for each in numbers]
        self._db.execute(_build_count(self._db.dialect.name), rows)


@cache
def _build_count(dialect: str) -> Executable:
    """Build the statement that counts features of a report."""
    statement = insert_into(feature_frequency, dialect)
    counted: Executable = statement.on_conflict_do_update(
        index_elements=[feature_frequency.c.feature],
        set_={
            "reports": feature_frequency.c.reports + 1,
            "last_item_id": statement.excluded.last_item_id,
        },
    )
    return counted

"""Groups stories into events, by the rules of `storage.rules.events`.

The first item of a story stands for it: copies are in the event of their story. The id of an event
is the lowest item id in it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.archive.stories import GROUPED
from storage.model import StoredItem
from storage.rules.events.features import read_features
from storage.rules.events.grouping import (
    MOST_CARRIERS,
    SETTLED,
    choose_neighbours,
    rank_candidates,
)
from storage.rules.events.linkage import fullness_of, link, similarities
from storage.rules.events.rarity import looked_up, rarity, select_features
from storage.tables import event_apart, event_feature, event_report, feature_frequency, item

MOST_SHOWN = 5  # features that explain why a report is in its event
MOST_MEMBERS = 60
_ALL = 0  # the feature that every report has
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLink:
    """Another report of an item's event, and why both are in it: what they share, rarest first."""

    item_id: int
    shared: tuple[str, ...]
    hours_apart: float


@dataclass(frozen=True, slots=True)
class _Row:
    item_id: int
    event_id: int
    hours: float
    features: Mapping[str, float]


class Events:
    """Groups stories into events, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def place(self, stored: StoredItem, story_id: int) -> int:
        """Assign the story of an item to an event; return the id of the event.

        Reports that are near the new one are grouped afresh: events are joined, and small ones
        taken apart. Pairs that a person took apart stay so.
        """
        self._follow_story(story_id)
        if stored.kind not in GROUPED or story_id != stored.item_id:
            return self.event_of(story_id) or story_id
        read = read_features(stored.title, stored.body or stored.summary)
        weights = {name: weight for name, (weight, _) in read.items()}
        known = self._read_rows([stored.item_id])
        if not known:
            self._count(weights, stored.item_id)
        total, frequencies = self._read_frequencies(weights)
        features = select_features(weights, frequencies, total)
        at = stored.published_at or stored.first_seen_at
        own = _Row(
            item_id=stored.item_id,
            event_id=known[0].event_id if known else stored.item_id,
            hours=at.timestamp() / 3600,
            features=features,
        )
        self._store(own, is_new=not known)
        keys = looked_up(features)
        carriers = self._read_carriers(keys, stored.item_id)
        found = rank_candidates(features, carriers, frequencies, total)
        if found:
            self._regroup(own, found, total)
        self._store_features(keys, carriers, stored.item_id)
        return self.event_of(stored.item_id) or stored.item_id

    def event_of(self, item_id: int) -> int | None:
        """Return the event of the story of an item; None before it was placed."""
        return self.events_of([item_id]).get(item_id)

    def events_of(self, item_ids: Collection[int]) -> dict[int, int]:
        """Return item id -> id of its event, for items whose story is in one."""
        found: dict[int, int] = {}
        ids = sorted(item_ids)
        for at in range(0, len(ids), _AT_ONCE):
            rows = self._db.execute(
                select(item.c.id, event_report.c.event_id)
                .join(event_report, event_report.c.item_id == item.c.story_id)
                .where(item.c.id.in_(ids[at : at + _AT_ONCE]))
            )
            found.update((row.id, row.event_id) for row in rows)
        return found

    def explain(self, item_id: int) -> tuple[EventLink, ...]:
        """Return the other reports of an item's event, the nearest in time first."""
        story_id = self._db.scalar(select(item.c.story_id).where(item.c.id == item_id))
        rows = self._read_rows([story_id]) if story_id is not None else []
        if not rows:
            return ()
        own = rows[0]
        others = self._read_members(own.event_id, MOST_MEMBERS)
        total, frequencies = self._read_frequencies(own.features)
        links = []
        for other in others:
            if other.item_id == own.item_id:
                continue
            weighed = sorted(
                (-rarity(frequencies[name], total) * weight, name)
                for name, weight in own.features.items()
                if name in other.features
            )
            links.append(
                EventLink(
                    item_id=other.item_id,
                    shared=tuple(name for _, name in weighed[:MOST_SHOWN]),
                    hours_apart=abs(own.hours - other.hours),
                )
            )
        return tuple(sorted(links, key=lambda each: (each.hours_apart, each.item_id)))

    def take_out(self, item_id: int) -> bool:
        """Take the story of an item out of its event for good; return whether it was in one."""
        story_id = self._db.scalar(select(item.c.story_id).where(item.c.id == item_id))
        event_id = None if story_id is None else self.event_of(item_id)
        if story_id is None or event_id is None:
            return False
        members = list(
            self._db.scalars(
                select(event_report.c.item_id)
                .where(event_report.c.event_id == event_id, event_report.c.item_id != story_id)
                .order_by(event_report.c.item_id)
            )
        )
        if not members:
            return False
        known = self._read_apart([story_id])
        pairs = {(min(story_id, each), max(story_id, each)) for each in members} - known
        rows = [{"item_id": one, "other_id": other} for one, other in sorted(pairs)]
        if rows:
            self._db.execute(insert(event_apart), rows)
        self._move([story_id], story_id)
        self._move(members, members[0])
        return True

    def forget(self, before: datetime) -> int:
        """Delete what finds items first seen before, and the words that one of them alone had.

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

    def _follow_story(self, story_id: int) -> None:
        """Join the events of stories that turned out to be one story."""
        rows = self._db.execute(
            select(event_report.c.item_id, event_report.c.event_id)
            .join(item, item.c.id == event_report.c.item_id)
            .where(item.c.story_id == story_id, event_report.c.item_id != story_id)
            .order_by(event_report.c.item_id)
        ).all()
        for row in rows:
            event_id = self.event_of(story_id)
            rest = [event_id or story_id, row.event_id]
            self._db.execute(delete(event_feature).where(event_feature.c.item_id == row.item_id))
            self._db.execute(delete(event_report).where(event_report.c.item_id == row.item_id))
            if row.event_id != event_id:
                lowest = self._db.scalar(
                    select(event_report.c.item_id)
                    .where(event_report.c.event_id.in_(rest))
                    .order_by(event_report.c.item_id)
                    .limit(1)
                )
                if lowest is not None:
                    self._rename(rest, lowest)

    def _regroup(self, own: _Row, found: Collection[int], total: int) -> None:
        near = {row.item_id: row.event_id for row in self._read_rows(found)}
        ids = list(dict.fromkeys(near[each] for each in found if each in near))
        members = {event_id: self._read_members(event_id, SETTLED) for event_id in ids}
        rows = {row.item_id: row for each in members.values() for row in each} | {own.item_id: own}
        others = [
            [row.item_id for row in each if row.item_id != own.item_id] for each in members.values()
        ]
        pool, settled = choose_neighbours(own.item_id, [each for each in others if each])
        if len(pool) == 1:
            return
        compared = [rows[each] for each in pool]
        names = {name for row in compared for name in row.features}
        total, frequencies = self._read_frequencies(names)
        similar = similarities(
            [row.features for row in compared], [row.hours for row in compared], frequencies, total
        )
        position = {item_id: at for at, item_id in enumerate(pool)}
        apart = [
            (position[one], position[other])
            for one, other in self._read_apart(pool)
            if one in position and other in position
        ]
        groups = link(similar, [fullness_of(row.features) for row in compared], apart, settled)
        tied = {at for each in settled for at in each}
        moved: dict[int, list[int]] = {}
        for at, group in enumerate(groups):
            moved.setdefault(group, []).append(at)
        for each in moved.values():
            free = [pool[at] for at in each if at not in tied]
            kept = {compared[at].event_id for at in each if at in tied}
            first = min([*free, *kept])
            self._move(free, first)
            self._rename(kept - {first}, first)

    def _move(self, item_ids: Collection[int], event_id: int) -> None:
        if item_ids:
            these = event_report.c.item_id.in_(item_ids)
            self._db.execute(update(event_report).where(these).values(event_id=event_id))

    def _rename(self, event_ids: Collection[int], event_id: int) -> None:
        if event_ids:
            these = event_report.c.event_id.in_(event_ids)
            self._db.execute(update(event_report).where(these).values(event_id=event_id))

    def _store(self, row: _Row, *, is_new: bool) -> None:
        features = [[name, weight] for name, weight in row.features.items()]
        if is_new:
            values = {"item_id": row.item_id, "event_id": row.event_id}
            values |= {"hours": row.hours, "features": features}  # type: ignore[dict-item]
            self._db.execute(insert(event_report), values)
            return
        changed = update(event_report).where(event_report.c.item_id == row.item_id)
        self._db.execute(changed.values(hours=row.hours, features=features))
        self._db.execute(delete(event_feature).where(event_feature.c.item_id == row.item_id))

    def _store_features(
        self, keys: Collection[str], carriers: Mapping[str, list[int]], item_id: int
    ) -> None:
        rows = [{"feature": number_of(key), "item_id": item_id} for key in keys]
        if rows:
            self._db.execute(insert(event_feature), rows)
        full = {key: known[0] for key, known in carriers.items() if len(known) >= MOST_CARRIERS}
        for key, oldest in full.items():
            self._db.execute(
                delete(event_feature).where(
                    event_feature.c.feature == number_of(key), event_feature.c.item_id == oldest
                )
            )

    def _count(self, names: Collection[str], item_id: int) -> None:
        kind = sqlite if self._db.dialect.name == "sqlite" else postgresql
        statement = kind.insert(feature_frequency)
        counted = statement.on_conflict_do_update(
            index_elements=[feature_frequency.c.feature],
            set_={
                "reports": feature_frequency.c.reports + 1,
                "last_item_id": statement.excluded.last_item_id,
            },
        )
        # in one order, so that two transactions never wait for each other
        numbers = sorted({_ALL, *map(number_of, names)})
        rows = [{"feature": each, "reports": 1, "last_item_id": item_id} for each in numbers]
        self._db.execute(counted, rows)

    def _read_frequencies(self, names: Collection[str]) -> tuple[int, dict[str, int]]:
        numbers = {number_of(name): name for name in names}
        wanted = [_ALL, *numbers]
        total, found = 1, dict.fromkeys(names, 1)
        for at in range(0, len(wanted), _AT_ONCE):
            rows = self._db.execute(
                select(feature_frequency.c.feature, feature_frequency.c.reports).where(
                    feature_frequency.c.feature.in_(wanted[at : at + _AT_ONCE])
                )
            )
            for number, reports in rows:
                if number == _ALL:
                    total = reports
                else:
                    found[numbers[number]] = reports
        return total, found

    def _read_carriers(self, keys: Collection[str], besides: int) -> dict[str, list[int]]:
        names = {number_of(key): key for key in keys}
        found: dict[str, list[int]] = {key: [] for key in keys}
        rows = self._db.execute(
            select(event_feature.c.feature, event_feature.c.item_id)
            .where(event_feature.c.feature.in_(list(names)), event_feature.c.item_id != besides)
            .order_by(event_feature.c.item_id)
        )
        for number, item_id in rows:
            found[names[number]].append(item_id)
        return found

    def _read_rows(self, item_ids: Collection[int]) -> list[_Row]:
        these = event_report.c.item_id.in_(list(item_ids))
        return [_row(each) for each in self._db.execute(select(event_report).where(these))]

    def _read_members(self, event_id: int, most: int) -> list[_Row]:
        """Return the latest members of an event, earliest first."""
        latest = (
            select(event_report)
            .where(event_report.c.event_id == event_id)
            .order_by(event_report.c.item_id.desc())
            .limit(most)
        )
        return [_row(each) for each in self._db.execute(latest)][::-1]

    def _read_apart(self, item_ids: Collection[int]) -> set[tuple[int, int]]:
        ids = list(item_ids)
        if len(ids) == 1:
            known = or_(event_apart.c.item_id == ids[0], event_apart.c.other_id == ids[0])
        else:
            known = and_(event_apart.c.item_id.in_(ids), event_apart.c.other_id.in_(ids))
        rows = self._db.execute(select(event_apart.c.item_id, event_apart.c.other_id).where(known))
        return {(row.item_id, row.other_id) for row in rows}


def number_of(feature: str) -> int:
    """Return the number that stands for a feature in the database, never 0."""
    digest = blake2b(feature.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True) or 1


def _row(row: Any) -> _Row:
    features = {name: float(weight) for name, weight in row.features}
    return _Row(item_id=row.item_id, event_id=row.event_id, hours=row.hours, features=features)

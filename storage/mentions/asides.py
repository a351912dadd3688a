"""Repository of asides: watches that matched only in text that was cut from an article's page.

An aside is recorded once for each watch, source and block, however many pages have the block.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, exists, insert, select, update

from storage.archive.items import Items
from storage.engine.damage import read_each
from storage.engine.dialect import insert_new
from storage.mentions.mentions import predates_watch
from storage.model import AsideBlock, Match, StoredItem
from storage.rules.aside_rules import block_key
from storage.tables import aside, aside_telling, item, mention, subscriber

Range = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideMatch:
    """A watch version that matches an item only together with a block that was cut from its page.

    `spans` are the characters of the block that matched.
    """

    watch_key: str
    watch_version: int
    item_id: int
    revision: int
    block: AsideBlock
    spans: tuple[Range, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A stored aside, with the first item that had the block."""

    aside_id: int
    watch_key: str
    source_key: str
    item: StoredItem
    block: AsideBlock
    spans: tuple[Range, ...]
    created_at: datetime
    baseline: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingAside:
    """An aside that has not been reported to a subscriber yet."""

    subscriber_id: int
    aside: Aside


class Asides:
    """Reads and writes asides and their tellings, within one transaction."""

    def __init__(self, connection: Connection, items: Items) -> None:
        self._db = connection
        self._items = items

    def record(
        self,
        item_id: int,
        matches: Sequence[AsideMatch],
        *,
        audience: Mapping[str, Sequence[int]],
        now: datetime,
    ) -> int:
        """Store the asides of an item that are new to its source; return how many.

        An aside of a baseline item, or of an item older than the watch, is stored, and reported
        with the first later item that has the block. Where the watch has matched the item itself,
        no aside is stored.
        """
        if not matches:
            return 0
        columns = (item.c.source_key, item.c.baseline, item.c.first_seen_at)
        row = self._db.execute(select(*columns).where(item.c.id == item_id)).one_or_none()
        if row is None:
            return 0
        mentioned = select(mention.c.watch_key).where(mention.c.item_id == item_id)
        known = set(self._db.scalars(mentioned))
        count = 0
        for match in matches:
            if match.watch_key in known:
                continue
            version = Match(
                watch_key=match.watch_key,
                watch_version=match.watch_version,
                item_id=item_id,
                revision=match.revision,
                spans=(),
            )
            before = predates_watch(self._db, version, row.first_seen_at, now)
            baseline = row.baseline or before
            if self._add(match, row.source_key, now, baseline=baseline):
                count += 1
                if not baseline:
                    self._add_tellings(match, row.source_key, audience, now)
        return count

    def _add(self, match: AsideMatch, source_key: str, now: datetime, *, baseline: bool) -> bool:
        values = {
            "watch_key": match.watch_key,
            "watch_version": match.watch_version,
            "source_key": source_key,
            "block_key": block_key(match.block.text),
            "item_id": match.item_id,
            "rule": match.block.rule,
            "detail": match.block.detail,
            "text": match.block.text,
            "spans": [list(span) for span in match.spans],
            "created_at": now,
            "baseline": baseline,
        }
        unique = [aside.c.watch_key, aside.c.source_key, aside.c.block_key]
        if insert_new(self._db, aside, values, unique):
            return True
        if baseline:
            return False
        same = (column == values[column.name] for column in unique)
        known = update(aside).where(*same, aside.c.baseline.is_(True))
        return self._db.execute(known.values(values)).rowcount > 0

    def _add_tellings(
        self,
        match: AsideMatch,
        source_key: str,
        audience: Mapping[str, Sequence[int]],
        now: datetime,
    ) -> None:
        this = select(aside.c.id).where(
            aside.c.watch_key == match.watch_key,
            aside.c.source_key == source_key,
            aside.c.block_key == block_key(match.block.text),
        )
        aside_id = self._db.execute(this).scalar_one()
        ids = list(audience.get(match.watch_key, ()))
        wanted = select(subscriber.c.id).where(
            subscriber.c.id.in_(ids), subscriber.c.ended_at.is_(None)
        )
        for subscriber_id in self._db.scalars(wanted).all():
            values = {"subscriber_id": subscriber_id, "aside_id": aside_id, "created_at": now}
            self._db.execute(insert(aside_telling).values(values))

    def pending(self, subscriber_ids: Sequence[int], *, limit: int) -> tuple[PendingAside, ...]:
        """Return the pending asides of these subscribers, oldest first, at most `limit`."""
        found = self._read(
            select(aside_telling.c.subscriber_id, aside)
            .join(aside, aside.c.id == aside_telling.c.aside_id)
            .where(
                aside_telling.c.subscriber_id.in_(list(subscriber_ids)),
                aside_telling.c.told_at.is_(None),
            )
            .order_by(aside_telling.c.created_at, aside.c.id, aside_telling.c.subscriber_id)
            .limit(limit)
        )
        items = self._items.get_or_placeholder(list({row.item_id for row in found}))
        return tuple(
            PendingAside(subscriber_id=row.subscriber_id, aside=_aside_of(row, items[row.item_id]))
            for row in found
            if row.item_id in items
        )

    def of_item(self, stored: StoredItem) -> tuple[Aside, ...]:
        """Return the asides about the blocks of an item, whichever item had a block first."""
        keys = [block_key(block.text) for block in stored.asides]
        found = self._read(
            select(aside)
            .where(aside.c.source_key == stored.source_key, aside.c.block_key.in_(keys))
            .order_by(aside.c.id)
        )
        items = self._items.get_or_placeholder(list({row.item_id for row in found}))
        return tuple(_aside_of(row, items[row.item_id]) for row in found if row.item_id in items)

    def since(self, moment: datetime, *, limit: int) -> tuple[Aside, ...]:
        """Return the asides found since a time, the newest first, except baseline."""
        found = self._read(
            select(aside)
            .where(aside.c.created_at >= moment, aside.c.baseline.is_(False))
            .order_by(aside.c.created_at.desc(), aside.c.id.desc())
            .limit(limit)
        )
        items = self._items.get_or_placeholder(list({row.item_id for row in found}))
        return tuple(_aside_of(row, items[row.item_id]) for row in found if row.item_id in items)

    def _read(self, query: Select[Any]) -> list[Row[Any]]:
        return read_each(self._db, query, _check_row, table="aside")

    def report_times(self, aside_id: int) -> tuple[tuple[str, datetime | None], ...]:
        """Return (recipient, when it was reported; None while pending) for an aside."""
        found = self._db.execute(
            select(subscriber.c.recipient, aside_telling.c.told_at)
            .join(subscriber, subscriber.c.id == aside_telling.c.subscriber_id)
            .where(aside_telling.c.aside_id == aside_id)
            .order_by(subscriber.c.recipient)
        )
        return tuple((row[0], row[1]) for row in found)

    def settle(
        self, tellings: Sequence[PendingAside], outbox_id: int | None, now: datetime
    ) -> None:
        """Mark asides as reported by a message; with None as settled without one."""
        for telling in tellings:
            this = update(aside_telling).where(
                aside_telling.c.subscriber_id == telling.subscriber_id,
                aside_telling.c.aside_id == telling.aside.aside_id,
            )
            self._db.execute(this.values(told_at=now, outbox_id=outbox_id))


def rename_watch(connection: Connection, old: str, new: str) -> None:
    """Give the asides of a watch its new key, except those that the new one has already."""
    other = aside.alias()
    twice = exists().where(
        other.c.watch_key == new,
        other.c.source_key == aside.c.source_key,
        other.c.block_key == aside.c.block_key,
    )
    mine = aside.c.watch_key == old
    connection.execute(delete(aside).where(mine, twice))
    connection.execute(update(aside).where(mine).values(watch_key=new))


def _check_row(row: Row[Any]) -> Row[Any]:
    """Return a row whose spans are pairs of numbers; raise for any other."""
    _read_spans(row.spans)
    return row


def _read_spans(stored: Any) -> tuple[tuple[int, int], ...]:
    return tuple((int(start), int(end)) for start, end in stored)


def _aside_of(row: Row[Any], stored: StoredItem) -> Aside:
    return Aside(
        aside_id=row.id,
        watch_key=row.watch_key,
        source_key=row.source_key,
        item=stored,
        block=AsideBlock(rule=row.rule, detail=row.detail, text=row.text),
        spans=_read_spans(row.spans),
        created_at=row.created_at,
        baseline=row.baseline,
    )

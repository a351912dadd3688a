"""Deletes texts, mentions, messages and raw responses after their retention time.

An item whose text is pruned keeps its title, summary, URLs, identifiers, hashes, story and dates,
so that a feed that lists it again does not make it new. Its page is not fetched or rechecked any
more. An item whose mentions are pruned is never reported again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, or_, select, update

from storage.model import SETTLED
from storage.tables import (
    capture,
    event_feature,
    item,
    item_revision,
    mention,
    outbox,
    pending_telling,
    story_sketch,
    told,
)
from storage.text_index import full_text as fulltext

BATCH = 200  # rows of one transaction, for which other writers wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """Counts of what was deleted, or would be."""

    texts: int = 0  # items that lost their text
    versions: int = 0  # revisions of them
    mentions: int = 0
    raw: int = 0  # HTTP responses
    messages: int = 0  # outbox rows that were sent, or finally failed

    def __add__(self, other: Pruned) -> Pruned:
        return Pruned(
            texts=self.texts + other.texts,
            versions=self.versions + other.versions,
            mentions=self.mentions + other.mentions,
            raw=self.raw + other.raw,
            messages=self.messages + other.messages,
        )

    @property
    def is_empty(self) -> bool:
        """Whether all counts are 0."""
        return self == Pruned()


class Retention:
    """Finds and deletes old rows, within one transaction. `without` are ids to leave out."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def due(
        self,
        *,
        texts: datetime | None,
        mentions: datetime | None,
        raw: datetime | None = None,
    ) -> Pruned:
        """Count what would be deleted, by the limit of each kind; None keeps all of it."""
        return Pruned(
            texts=0 if texts is None else self._count(item.c.id, _old_text(texts)),
            versions=0
            if texts is None
            else self._count(item_revision.c.item_id, _old_version(texts)),
            mentions=0 if mentions is None else self._count(mention.c.id, _old_mention(mentions)),
            raw=0 if raw is None else self._count(capture.c.item_id, _old_raw(raw)),
            messages=0 if mentions is None else self._count(outbox.c.id, _old_message(mentions)),
        )

    def old_texts(self, before: datetime, *, without: Collection[int] = ()) -> tuple[int, ...]:
        """Return up to `BATCH` ids of items first seen before that have a text."""
        wanted = select(item.c.id).where(_old_text(before), item.c.id.not_in(list(without)))
        return tuple(self._db.scalars(wanted.order_by(item.c.id).limit(BATCH)))

    def prune_texts(self, ids: Sequence[int], now: datetime) -> Pruned:
        """Delete the texts, revisions and captures of these items."""
        if not ids:
            return Pruned()
        these = item.c.id.in_(ids)
        values: dict[str, Any] = {"pruned_at": now, "body": "", "comments": "", "pages": []}
        values["asides"] = []
        values |= dict.fromkeys(("page_due_at", "look_at", "etag", "last_modified"))
        self._db.execute(update(item).where(these).values(values))
        versions = self._db.execute(
            delete(item_revision).where(item_revision.c.item_id.in_(ids))
        ).rowcount
        self._db.execute(delete(capture).where(capture.c.item_id.in_(ids)))
        self._db.execute(delete(story_sketch).where(story_sketch.c.item_id.in_(ids)))
        self._db.execute(delete(event_feature).where(event_feature.c.item_id.in_(ids)))
        for item_id in ids:
            fulltext.mark_for_indexing(self._db, item_id)
        return Pruned(texts=len(ids), versions=versions)

    def old_mentions(self, before: datetime, *, without: Collection[int] = ()) -> tuple[int, ...]:
        """Return up to `BATCH` ids of mentions made before that are not pending."""
        wanted = select(mention.c.id).where(
            _old_mention(before), mention.c.id.not_in(list(without))
        )
        return tuple(self._db.scalars(wanted.order_by(mention.c.id).limit(BATCH)))

    def prune_mentions(self, ids: Sequence[int]) -> Pruned:
        """Delete these mentions."""
        if not ids:
            return Pruned()
        # later mentions of these items are baseline, so that they are not reported again
        found = select(mention.c.item_id).where(mention.c.id.in_(ids))
        self._db.execute(update(item).where(item.c.id.in_(found)).values(baseline=True))
        self._db.execute(delete(told).where(told.c.mention_id.in_(ids)))
        self._db.execute(delete(mention).where(mention.c.id.in_(ids)))
        return Pruned(mentions=len(ids))

    def old_messages(self, before: datetime, *, without: Collection[int] = ()) -> tuple[int, ...]:
        """Return up to `BATCH` ids of settled messages made before."""
        wanted = select(outbox.c.id).where(_old_message(before), outbox.c.id.not_in(list(without)))
        return tuple(self._db.scalars(wanted.order_by(outbox.c.id).limit(BATCH)))

    def prune_messages(self, ids: Sequence[int]) -> Pruned:
        """Delete these messages."""
        if not ids:
            return Pruned()
        return Pruned(
            messages=self._db.execute(delete(outbox).where(outbox.c.id.in_(ids))).rowcount
        )

    def old_raw(self, before: datetime, *, without: Collection[int] = ()) -> tuple[int, ...]:
        """Return up to `BATCH` ids of items with response bodies fetched before."""
        wanted = select(capture.c.item_id).where(
            _old_raw(before), capture.c.item_id.not_in(list(without))
        )
        ordered = wanted.distinct().order_by(capture.c.item_id).limit(BATCH)
        return tuple(self._db.scalars(ordered))

    def prune_raw(self, ids: Sequence[int], before: datetime) -> Pruned:
        """Delete response bodies of these items that were fetched before; keep their hashes."""
        if not ids:
            return Pruned()
        these = update(capture).where(capture.c.item_id.in_(ids), _old_raw(before))
        return Pruned(raw=self._db.execute(these.values(body=None)).rowcount)

    def _count(self, column: ColumnElement[int], test: ColumnElement[bool]) -> int:
        return int(self._db.scalar(select(func.count(column)).where(test)) or 0)


def _old_text(before: datetime) -> ColumnElement[bool]:
    # a revised item is as old as its last revision
    revised = item.c.revised_at >= before
    is_pending = exists().where(
        mention.c.item_id == item.c.id, pending_telling.c.mention_id == mention.c.id
    )
    return (
        (item.c.first_seen_at < before)
        & item.c.pruned_at.is_(None)
        & or_(item.c.revised_at.is_(None), ~revised)
        & ~is_pending
    )


def _old_version(before: datetime) -> ColumnElement[bool]:
    return item_revision.c.item_id.in_(select(item.c.id).where(_old_text(before)))


def _old_mention(before: datetime) -> ColumnElement[bool]:
    is_pending = exists().where(pending_telling.c.mention_id == mention.c.id)
    return (mention.c.created_at < before) & ~is_pending


def _old_raw(before: datetime) -> ColumnElement[bool]:
    return (capture.c.fetched_at < before) & capture.c.body.is_not(None)


def _old_message(before: datetime) -> ColumnElement[bool]:
    is_reported = exists().where(told.c.outbox_id == outbox.c.id)
    # welcome messages are kept, so that nobody is welcomed twice
    settled = outbox.c.state.in_(SETTLED) & (outbox.c.kind != "welcome")
    return (outbox.c.created_at < before) & settled & ~is_reported

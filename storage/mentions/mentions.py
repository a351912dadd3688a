"""Repository of mentions: stores matches, and the pending tellings that follow from them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from storage.archive.item_writer import clear_mark
from storage.archive.items import Items
from storage.engine.damage import Damage, is_decode_error, read_each, read_rows
from storage.engine.dialect import insert_new
from storage.jobs.step_jobs import ServiceStep, queue_step
from storage.mentions.mention_rows import match_columns, mention_of, read_with_items
from storage.model import EVENTFUL, Match, Mention, StoredItem
from storage.rules.age import OldItems, is_old
from storage.rules.watch_baseline import is_before_watch
from storage.tables import (
    item,
    item_revision,
    mention,
    pending_telling,
    subscriber,
    told,
    watch_version,
)

log = logging.getLogger(__name__)

NEVER_OLD = OldItems()
# built once: building the statements each time costs more than running them
_MATCHED_ITEM = select(
    *(item.c.revision, item.c.baseline, item.c.kind),
    *(item.c.first_seen_at, item.c.revised_at, item.c.source_key),
    *(item.c.published_at, item.c.caught_up_at),
).where(item.c.id == bindparam("item"))
_OF_ITEM = (
    select(mention).where(mention.c.item_id == bindparam("item")).order_by(mention.c.watch_key)
)
_INSERT = insert(mention).returning(mention.c.id)
_IS_TOLD = select(told.c.mention_id).where(
    *(told.c[name] == bindparam(name) for name in ("subscriber_id", "mention_id", "revision"))
)
_VERSIONS = (
    select(
        *(watch_version.c.active_since, watch_version.c.retired_at),
        watch_version.c.last_item_id,
    )
    .where(
        watch_version.c.key == bindparam("watch"),
        watch_version.c.version <= bindparam("newest"),
    )
    .order_by(watch_version.c.version.desc())
)


class Mentions:
    """Reads and writes mentions, within one transaction."""

    def __init__(self, connection: Connection, items: Items, damage: Damage) -> None:
        self._db = connection
        self._items = items
        self._damage = damage
        self._ended_ids: frozenset[int] | None = None

    def record(
        self,
        item_id: int,
        matches: Sequence[Match],
        *,
        matched_revision: int,
        audience: Mapping[str, Sequence[int]],
        now: datetime,
        old_items: OldItems = NEVER_OLD,
    ) -> tuple[Mention, ...]:
        """Store the matches of an item, add pending tellings, and delete its pending mark.

        Select the item with `Items.pending` in the same transaction. The mark is kept where the
        item was revised after it was read: it is matched again. Whether an item is old is decided
        at each match of its first text, since its date may only be known from its page.

        Returns:
            the new mentions.
        """
        row = self._db.execute(_MATCHED_ITEM, {"item": item_id}).one_or_none()
        if row is None:
            return ()
        eventful = row.kind in EVENTFUL and row.revised_at is not None
        since = row.revised_at if eventful else row.first_seen_at
        old = not eventful and is_old(
            row.published_at,
            first_seen_at=row.first_seen_at,
            caught_up_at=row.caught_up_at,
            max_age=old_items.max_age.get(row.source_key),
        )
        if old and old_items.audience is not None:
            audience = old_items.audience
        known = {m.match.watch_key: m for m in self.of_item(item_id)}
        added = []
        for match in matches:
            before = known.get(match.watch_key)
            if before is None:
                baseline = row.baseline or predates_watch(self._db, match, since, now)
                added.append(self._add(match, audience, now, baseline=baseline, old=old))
            elif matched_revision >= before.match.revision:
                self._update_match(before, match)
                is_event = eventful and not row.baseline and match.revision > before.match.revision
                if before.baseline and is_event and not predates_watch(self._db, match, since, now):
                    self._promote_from_baseline(before, match, audience, now)
                elif match.revision == 1 and before.old != old:
                    self._update_age(before, match, audience, now, old=old)
        self._add_edit_tellings(list(known.values()), item_id, matched_revision, now)
        if row.revision <= matched_revision:
            clear_mark(self._db, item_id)
        return tuple(added)

    def _add(
        self,
        match: Match,
        audience: Mapping[str, Sequence[int]],
        now: datetime,
        *,
        baseline: bool,
        old: bool,
    ) -> Mention:
        values = {
            "watch_key": match.watch_key,
            "item_id": match.item_id,
            "created_at": now,
            "baseline": baseline,
            "old": old,
            **match_columns(match),
        }
        mention_id = self._db.execute(_INSERT, values).scalar_one()
        if not baseline:
            self._add_tellings(mention_id, match, audience, now)
        return Mention(
            mention_id=mention_id, match=match, created_at=now, baseline=baseline, old=old
        )

    def _update_age(
        self,
        before: Mention,
        match: Match,
        audience: Mapping[str, Sequence[int]],
        now: datetime,
        *,
        old: bool,
    ) -> None:
        """Record that an item is old, or is not, by the date that is known now."""
        here = mention.c.id == before.mention_id
        self._db.execute(update(mention).where(here).values(old=old))
        if not old and not before.baseline:
            # also for subscribers who are not told of old items; nobody is told twice
            self._add_tellings(before.mention_id, match, audience, now)

    def _promote_from_baseline(
        self, old: Mention, match: Match, audience: Mapping[str, Sequence[int]], now: datetime
    ) -> None:
        """Make a baseline mention new, since the item got an event."""
        here = mention.c.id == old.mention_id
        self._db.execute(update(mention).where(here).values(baseline=False))
        self._add_tellings(old.mention_id, match, audience, now)

    def _add_tellings(
        self, mention_id: int, match: Match, audience: Mapping[str, Sequence[int]], now: datetime
    ) -> None:
        for subscriber_id in audience.get(match.watch_key, ()):
            if subscriber_id in self._read_ended_ids():
                continue
            self._add_telling(subscriber_id, mention_id, match.revision, "new", now)

    def _read_ended_ids(self) -> frozenset[int]:
        """Return the ids of those who unsubscribed, perhaps after the audience was computed."""
        if self._ended_ids is None:
            ended = select(subscriber.c.id).where(subscriber.c.ended_at.is_not(None))
            self._ended_ids = frozenset(self._db.scalars(ended))
        return self._ended_ids

    def _update_match(self, old: Mention, match: Match) -> None:
        # the spans in the replaced text are no longer valid
        here = mention.c.id == old.mention_id
        self._db.execute(update(mention).where(here).values(**match_columns(match)))

    def _add_edit_tellings(
        self, mentions: Sequence[Mention], item_id: int, revision: int, now: datetime
    ) -> None:
        """Add tellings of the edit for those who were told of an earlier text.

        Also where the watch no longer matches: a removed name is worth reporting.
        """
        if revision == 1 or not mentions:
            return
        present = self._db.scalar(select(item.c.content_hash).where(item.c.id == item_id))
        bodies = dict(
            self._db.execute(
                select(item_revision.c.number, item_revision.c.content_hash).where(
                    item_revision.c.item_id == item_id
                )
            ).all()
        )
        ids = [one.mention_id for one in mentions]
        reported = self._db.execute(
            select(told.c.subscriber_id, told.c.mention_id, func.max(told.c.revision))
            .join(subscriber, subscriber.c.id == told.c.subscriber_id)
            .where(
                told.c.mention_id.in_(ids),
                told.c.outbox_id.is_not(None),
                subscriber.c.active.is_(True),
            )
            .group_by(told.c.subscriber_id, told.c.mention_id)
        )
        for subscriber_id, mention_id, last in reported.all():
            if last < revision and bodies.get(last) != present:
                self._delete_edit_tellings(subscriber_id, mention_id)
                self._add_telling(subscriber_id, mention_id, revision, "edit", now)

    def _delete_edit_tellings(self, subscriber_id: int, mention_id: int) -> None:
        self._db.execute(
            delete(pending_telling).where(
                pending_telling.c.subscriber_id == subscriber_id,
                pending_telling.c.mention_id == mention_id,
                pending_telling.c.what == "edit",
            )
        )

    def _add_telling(
        self, subscriber_id: int, mention_id: int, revision: int, what: str, now: datetime
    ) -> None:
        key = {"subscriber_id": subscriber_id, "mention_id": mention_id, "revision": revision}
        if self._db.scalar(_IS_TOLD, key) is None:
            values = {**key, "what": what, "created_at": now}
            if insert_new(self._db, pending_telling, values, list(pending_telling.primary_key)):
                queue_step(self._db, ServiceStep.TELL)

    def of_item(self, item_id: int) -> tuple[Mention, ...]:
        """Return all mentions of an item, by watch key."""
        return tuple(mention_of(row) for row in self._db.execute(_OF_ITEM, {"item": item_id}))

    def newest(
        self, watch_keys: Sequence[str], limit: int, *, excluding: Sequence[int] = ()
    ) -> tuple[tuple[Mention, StoredItem], ...]:
        """Return the newest mentions of these watches with their items, including baseline.

        Args:
            watch_keys: keys of watches.
            limit: how many at most.
            excluding: subscriber ids; mentions that were or will be sent to one are left out.
        """
        theirs = [
            select(table.c.mention_id).where(table.c.subscriber_id.in_(list(excluding)))
            for table in (told, pending_telling)
        ]
        found = self._db.scalars(
            select(mention.c.id)
            .join(item, item.c.id == mention.c.item_id)
            .where(mention.c.watch_key.in_(list(watch_keys)))
            .where(*(mention.c.id.not_in(ids) for ids in theirs if excluding))
            .order_by(func.coalesce(item.c.published_at, item.c.first_seen_at).desc(), mention.c.id)
            .limit(limit)
        ).all()
        return read_with_items(self._db, self._items, self._damage, found)

    def newest_after(self, mention_id: int) -> dict[str, tuple[int, datetime]]:
        """Return watch key -> (id, time) of its newest mention made after this one."""
        newest = (
            select(
                mention.c.watch_key,
                func.max(mention.c.id).label("newest_id"),
                func.max(mention.c.created_at).label("at"),
            )
            .where(mention.c.id > mention_id)
            .group_by(mention.c.watch_key)
            .order_by(mention.c.watch_key)
        )
        rows = read_each(self._db, newest, tuple, table="mention")
        return {key: (int(newest_id), at) for key, newest_id, at in rows}

    def count(
        self, watch_key: str, since: datetime | None = None, until: datetime | None = None
    ) -> int:
        """Count the mentions that a watch made in [since, until)."""
        counted = select(func.count()).select_from(mention).where(mention.c.watch_key == watch_key)
        if since is not None:
            counted = counted.where(mention.c.created_at >= since)
        if until is not None:
            counted = counted.where(mention.c.created_at < until)
        return int(self._db.scalar(counted) or 0)

    def times(
        self, watch_keys: Sequence[str], since: datetime, until: datetime
    ) -> tuple[datetime, ...]:
        """Return the times of mentions that are neither baseline nor old, one for each item."""
        wanted = mention.c.watch_key.in_(list(watch_keys))
        found = (
            select(func.min(mention.c.created_at).label("at"))
            .where(wanted, mention.c.baseline.is_(False), mention.c.old.is_not(True))
            .where(mention.c.created_at >= since, mention.c.created_at <= until)
            .group_by(mention.c.item_id)
            .order_by("at")
        )
        return tuple(self._db.scalars(found))


def predates_watch(connection: Connection, match: Match, seen_at: datetime, now: datetime) -> bool:
    """Return whether an item, or an event in it, was first seen before its watch was active.

    For the first text of an item earlier versions of the watch count too, so that an edit of
    the watch while the item is pending loses nothing; for a revision only the present version.
    A version activated in the future (the clock ran ahead) counts as always active.
    """
    known_as = {"watch": match.watch_key, "newest": match.watch_version}
    try:
        known = read_rows(connection, _VERSIONS, known_as)
    except Exception as error:
        if not is_decode_error(error):
            raise
        # unknown: report the mention rather than lose it
        log.error("row.damaged table=watch_version watch=%s", match.watch_key)
        return False
    since: datetime | None = None
    last_item_id: int | None = None
    for version in known:
        if since is not None and version.retired_at != since:
            break  # the watch was not declared in between
        since, last_item_id = version.active_since, version.last_item_id
        if match.revision > 1:
            break
    if since is None or since > now:
        return False
    return is_before_watch(match.item_id, seen_at, active_since=since, last_item_id=last_item_id)

"""Repository of mentions: stored matches, and the pending tellings made from them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from storage.archive.item_rows import EPOCH
from storage.archive.item_writer import clear_mark
from storage.archive.items import Items
from storage.engine.damage import Damage, is_decode_error, read_columns, read_decodable
from storage.engine.dialect import insert_new
from storage.jobs.step_jobs import ServiceStep, queue_step
from storage.model import EVENTFUL, Match, Mention, Span, StoredItem
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

_AT_ONCE = 500  # bound parameters of one query
NEVER_OLD = OldItems()


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
        """Store the matches of an item, add pending tellings, and delete the item's mark.

        Read the item by `Items.pending` in the same transaction. The mark is kept where the item
        has been revised since it was read: it is matched again. Whether an item is old is decided
        at each match of its first text, since its date may come with its page.

        Returns:
            the new mentions.
        """
        row = self._db.execute(
            select(
                *(item.c.revision, item.c.baseline, item.c.kind),
                *(item.c.first_seen_at, item.c.revised_at, item.c.source_key),
                *(item.c.published_at, item.c.caught_up_at),
            ).where(item.c.id == item_id)
        ).one_or_none()
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
        fresh = []
        for match in matches:
            before = known.get(match.watch_key)
            if before is None:
                baseline = row.baseline or predates_watch(self._db, match, since, now)
                fresh.append(self._add(match, audience, now, baseline=baseline, old=old))
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
        return tuple(fresh)

    def _add(
        self,
        match: Match,
        audience: Mapping[str, Sequence[int]],
        now: datetime,
        *,
        baseline: bool,
        old: bool,
    ) -> Mention:
        mention_id = self._db.execute(
            insert(mention)
            .values(
                watch_key=match.watch_key,
                item_id=match.item_id,
                created_at=now,
                baseline=baseline,
                old=old,
                **_match_columns(match),
            )
            .returning(mention.c.id)
        ).scalar_one()
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
        """Record that the date of an item, which has come, makes its mention old or news."""
        here = mention.c.id == before.mention_id
        self._db.execute(update(mention).where(here).values(old=old))
        if not old and not before.baseline:
            # who is not told of old items is told of it now; nobody is told twice
            self._add_tellings(before.mention_id, match, audience, now)

    def _promote_from_baseline(
        self, old: Mention, match: Match, audience: Mapping[str, Sequence[int]], now: datetime
    ) -> None:
        """Report a baseline mention as new: the item got an event."""
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
        """Return who unsubscribed, perhaps after the audience was computed."""
        if self._ended_ids is None:
            over = select(subscriber.c.id).where(subscriber.c.ended_at.is_not(None))
            self._ended_ids = frozenset(self._db.scalars(over))
        return self._ended_ids

    def _update_match(self, old: Mention, match: Match) -> None:
        # spans in the replaced text are not valid any more
        here = mention.c.id == old.mention_id
        self._db.execute(update(mention).where(here).values(**_match_columns(match)))

    def _add_edit_tellings(
        self, mentions: Sequence[Mention], item_id: int, revision: int, now: datetime
    ) -> None:
        """Add tellings of the edit for those who were told of an earlier text.

        Also where the watch does not match any more: a removed name is worth reporting.
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
        knows = self._db.execute(
            select(told.c.subscriber_id, told.c.mention_id, func.max(told.c.revision))
            .join(subscriber, subscriber.c.id == told.c.subscriber_id)
            .where(
                told.c.mention_id.in_(ids),
                told.c.outbox_id.is_not(None),
                subscriber.c.active.is_(True),
            )
            .group_by(told.c.subscriber_id, told.c.mention_id)
        )
        for subscriber_id, mention_id, last in knows.all():
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
        known = select(told.c.mention_id).where(*(told.c[name] == key[name] for name in key))
        if self._db.scalar(known) is None:
            values = {**key, "what": what, "created_at": now}
            if insert_new(self._db, pending_telling, values, list(pending_telling.primary_key)):
                queue_step(self._db, ServiceStep.TELL)

    def of_item(self, item_id: int) -> tuple[Mention, ...]:
        """Return all mentions of an item, by watch key."""
        found = select(mention).where(mention.c.item_id == item_id).order_by(mention.c.watch_key)
        return tuple(mention_of(row) for row in self._db.execute(found))

    def newest(
        self, watch_keys: Sequence[str], limit: int, *, never_for: Sequence[int] = ()
    ) -> tuple[tuple[Mention, StoredItem], ...]:
        """Return the newest mentions of these watches with their items, including baseline.

        Args:
            watch_keys: keys of watches.
            limit: how many at most.
            never_for: subscriber ids; what one of them has been sent, or will be, is left out.
        """
        theirs = [
            select(table.c.mention_id).where(table.c.subscriber_id.in_(list(never_for)))
            for table in (told, pending_telling)
        ]
        found = self._db.scalars(
            select(mention.c.id)
            .join(item, item.c.id == mention.c.item_id)
            .where(mention.c.watch_key.in_(list(watch_keys)))
            .where(*(mention.c.id.not_in(ids) for ids in theirs if never_for))
            .order_by(func.coalesce(item.c.published_at, item.c.first_seen_at).desc(), mention.c.id)
            .limit(limit)
        ).all()
        return with_items(self._db, self._items, self._damage, found)

    def found_after(self, mention_id: int) -> dict[str, tuple[int, datetime]]:
        """Return watch key -> (id, time) of its newest mention made after this one."""
        newest = (
            select(mention.c.watch_key, func.max(mention.c.id), func.max(mention.c.created_at))
            .where(mention.c.id > mention_id)
            .group_by(mention.c.watch_key)
        )
        return {row[0]: (int(row[1]), row[2]) for row in self._db.execute(newest)}

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

    def moments(
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
    """Return whether the item, or the event in it, was first seen before the watch was active.

    For the first text of an item earlier versions of the watch count too, so that an edit of
    the watch while the item waits loses nothing; for a revision only the present version. A
    version activated in the future (the clock ran ahead) counts as always active.
    """
    versions = connection.execute(
        select(
            *(watch_version.c.active_since, watch_version.c.retired_at),
            watch_version.c.last_item_id,
        )
        .where(
            watch_version.c.key == match.watch_key,
            watch_version.c.version <= match.watch_version,
        )
        .order_by(watch_version.c.version.desc())
    )
    try:
        known = versions.all()
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


def _match_columns(match: Match) -> dict[str, Any]:
    return {
        "watch_version": match.watch_version,
        "revision": match.revision,
        "spans": [[span.field, span.start, span.end] for span in match.spans],
    }


def with_items(
    connection: Connection, items: Items, damage: Damage, mention_ids: Sequence[int]
) -> tuple[tuple[Mention, StoredItem], ...]:
    """Return mentions with their items, in the given order; damaged ones as placeholders."""
    mentions = read_mentions(connection, mention_ids, damage)
    stored = items.get_or_stand_in(list({one.match.item_id for one in mentions.values()}))
    return tuple(
        (mentions[each], stored[mentions[each].match.item_id])
        for each in mention_ids
        if each in mentions and mentions[each].match.item_id in stored
    )


def read_mentions(
    connection: Connection, mention_ids: Sequence[int], damage: Damage
) -> dict[int, Mention]:
    """Return id -> mention; a damaged one without spans, or left out without an item id."""

    def read(ids: Sequence[int]) -> dict[int, Mention]:
        rows = connection.execute(select(mention).where(mention.c.id.in_(list(ids)))).all()
        return {row.id: mention_of(row) for row in rows}

    found: dict[int, Mention] = {}
    for at in range(0, len(mention_ids), _AT_ONCE):
        part = list(mention_ids[at : at + _AT_ONCE])
        found |= read_decodable(read, part, table="mention", damage=damage)
    for mention_id in set(mention_ids) - found.keys():
        if ("mention", mention_id) not in damage.rows:
            continue
        values = read_columns(connection, list(mention.columns), mention.c.id == mention_id)
        if isinstance(values["item_id"], int):
            found[mention_id] = _partial_mention(mention_id, values)
    return found


def _partial_mention(mention_id: int, values: Mapping[str, Any]) -> Mention:
    version, revision = values["watch_version"], values["revision"]
    return Mention(
        mention_id=mention_id,
        match=Match(
            watch_key=str(values["watch_key"] or "?"),
            watch_version=version if isinstance(version, int) else 1,
            item_id=values["item_id"],
            revision=revision if isinstance(revision, int) else 1,
            spans=(),
        ),
        created_at=values["created_at"] or EPOCH,
        baseline=bool(values["baseline"]),
        old=bool(values["old"]),
    )


def mention_of(row: Row[Any]) -> Mention:
    """Convert a mention row.

    Raises:
        ValueError: a column has a value of the wrong type.
    """
    return Mention(
        mention_id=row.id,
        match=Match(
            watch_key=row.watch_key,
            watch_version=int(row.watch_version),
            item_id=row.item_id,
            revision=int(row.revision),
            spans=tuple(Span(field, start, end) for field, start, end in row.spans),
        ),
        created_at=row.created_at,
        baseline=row.baseline,
        old=row.old,
    )

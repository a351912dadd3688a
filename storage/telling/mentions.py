"""Mentions: stored matches, and which subscribers wait to be told of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from storage.archive.item_rows import EPOCH
from storage.archive.item_writer import unmark
from storage.archive.items import Items
from storage.engine.damage import Damage, is_damage, read_columns, read_decodable
from storage.engine.dialect import insert_new
from storage.model import EVENTFUL, Match, Mention, Span, StoredItem
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

_AT_ONCE = 500  # bound parameters of one question


class Mentions:
    """Matches and their audience, within one transaction."""

    def __init__(self, connection: Connection, items: Items, damage: Damage) -> None:
        self._db = connection
        self._items = items
        self._damage = damage
        self._gone: frozenset[int] | None = None

    def record(
        self,
        item_id: int,
        matches: Sequence[Match],
        *,
        matched_revision: int,
        audience: Mapping[str, Sequence[int]],
        now: datetime,
    ) -> tuple[Mention, ...]:
        """Store what matched, note whom to tell, and take the item's mark away.

        Read the item by `Items.pending` in the same transaction. The mark stays where the item has
        been revised since it was read: it is matched again.

        Returns:
            the mentions that were not known before.
        """
        row = self._db.execute(
            select(
                *(item.c.revision, item.c.baseline, item.c.kind),
                *(item.c.first_seen_at, item.c.revised_at),
            ).where(item.c.id == item_id)
        ).one_or_none()
        if row is None:
            return ()
        eventful = row.kind in EVENTFUL and row.revised_at is not None
        since = row.revised_at if eventful else row.first_seen_at
        known = {m.match.watch_key: m for m in self.of_item(item_id)}
        fresh = []
        for match in matches:
            old = known.get(match.watch_key)
            if old is None:
                baseline = row.baseline or self._precedes(match, since, now)
                fresh.append(self._add(match, audience, now, baseline=baseline))
            elif matched_revision >= old.match.revision:
                self._stands_now(old, match)
                is_event = eventful and not row.baseline and match.revision > old.match.revision
                if old.baseline and is_event and not self._precedes(match, since, now):
                    self._make_news(old, match, audience, now)
        self._note_edits(list(known.values()), item_id, matched_revision, now)
        if row.revision <= matched_revision:
            unmark(self._db, item_id)
        return tuple(fresh)

    def _precedes(self, match: Match, seen_at: datetime, now: datetime) -> bool:
        """Whether a watch came into force after the item, or the event in it, was first seen.

        An item's first text waits to be matched by the watch as it was too: an edit of the watch
        in that moment must not swallow it. A changed old article is new to no edited watch. A watch
        that a clock which ran ahead put into force is in force already: nothing precedes it.
        """
        versions = self._db.execute(
            select(watch_version.c.active_since, watch_version.c.retired_at)
            .where(
                watch_version.c.key == match.watch_key,
                watch_version.c.version <= match.watch_version,
            )
            .order_by(watch_version.c.version.desc())
        )
        try:
            known = versions.all()
        except Exception as error:
            if not is_damage(error):
                raise
            # better told than lost
            log.error("row.damaged table=watch_version watch=%s", match.watch_key)
            return False
        since: datetime | None = None
        for version in known:
            if since is not None and version.retired_at != since:
                break  # the watch was away in between
            since = version.active_since
            if match.revision > 1:
                break
        return since is not None and seen_at < since <= now

    def _add(
        self, match: Match, audience: Mapping[str, Sequence[int]], now: datetime, *, baseline: bool
    ) -> Mention:
        mention_id = self._db.execute(
            insert(mention)
            .values(
                watch_key=match.watch_key,
                item_id=match.item_id,
                created_at=now,
                baseline=baseline,
                **_where_it_hit(match),
            )
            .returning(mention.c.id)
        ).scalar_one()
        if not baseline:
            self._tell(mention_id, match, audience, now)
        return Mention(mention_id=mention_id, match=match, created_at=now, baseline=baseline)

    def _make_news(
        self, old: Mention, match: Match, audience: Mapping[str, Sequence[int]], now: datetime
    ) -> None:
        """An event in an item that was there before is told to all, as new."""
        here = mention.c.id == old.mention_id
        self._db.execute(update(mention).where(here).values(baseline=False))
        self._tell(old.mention_id, match, audience, now)

    def _tell(
        self, mention_id: int, match: Match, audience: Mapping[str, Sequence[int]], now: datetime
    ) -> None:
        for subscriber_id in audience.get(match.watch_key, ()):
            if subscriber_id in self._ended():
                continue
            self._wait(subscriber_id, mention_id, match.revision, "new", now)

    def _ended(self) -> frozenset[int]:
        """Who unsubscribed, perhaps since the audience was drawn up."""
        if self._gone is None:
            over = select(subscriber.c.id).where(subscriber.c.ended_at.is_not(None))
            self._gone = frozenset(self._db.scalars(over))
        return self._gone

    def _stands_now(self, old: Mention, match: Match) -> None:
        # positions in a text that has been replaced explain nothing
        here = mention.c.id == old.mention_id
        self._db.execute(update(mention).where(here).values(**_where_it_hit(match)))

    def _note_edits(
        self, mentions: Sequence[Mention], item_id: int, revision: int, now: datetime
    ) -> None:
        """Have those who were told of an earlier text told that it changed.

        Also where the watch finds nothing any more: that a name was taken out is news.
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
                self._replace_edits(subscriber_id, mention_id)
                self._wait(subscriber_id, mention_id, revision, "edit", now)

    def _replace_edits(self, subscriber_id: int, mention_id: int) -> None:
        self._db.execute(
            delete(pending_telling).where(
                pending_telling.c.subscriber_id == subscriber_id,
                pending_telling.c.mention_id == mention_id,
                pending_telling.c.what == "edit",
            )
        )

    def _wait(
        self, subscriber_id: int, mention_id: int, revision: int, what: str, now: datetime
    ) -> None:
        key = {"subscriber_id": subscriber_id, "mention_id": mention_id, "revision": revision}
        known = select(told.c.mention_id).where(*(told.c[name] == key[name] for name in key))
        if self._db.scalar(known) is None:
            values = {**key, "what": what, "created_at": now}
            insert_new(self._db, pending_telling, values, list(pending_telling.primary_key))

    def of_item(self, item_id: int) -> tuple[Mention, ...]:
        """All mentions of an item, by watch."""
        found = select(mention).where(mention.c.item_id == item_id).order_by(mention.c.watch_key)
        return tuple(mention_of(row) for row in self._db.execute(found))

    def newest(
        self, watch_keys: Sequence[str], limit: int
    ) -> tuple[tuple[Mention, StoredItem], ...]:
        """The newest mentions of these watches with their items, baseline included."""
        found = self._db.scalars(
            select(mention.c.id)
            .join(item, item.c.id == mention.c.item_id)
            .where(mention.c.watch_key.in_(list(watch_keys)))
            .order_by(func.coalesce(item.c.published_at, item.c.first_seen_at).desc(), mention.c.id)
            .limit(limit)
        ).all()
        return with_items(self._db, self._items, self._damage, found)

    def found_after(self, mention_id: int) -> dict[str, tuple[int, datetime]]:
        """Watch key -> the newest mention made after this one, by id, and when."""
        newest = (
            select(mention.c.watch_key, func.max(mention.c.id), func.max(mention.c.created_at))
            .where(mention.c.id > mention_id)
            .group_by(mention.c.watch_key)
        )
        return {row[0]: (int(row[1]), row[2]) for row in self._db.execute(newest)}

    def count(
        self, watch_key: str, since: datetime | None = None, until: datetime | None = None
    ) -> int:
        """How many mentions a watch made from `since` until before `until`."""
        counted = select(func.count()).select_from(mention).where(mention.c.watch_key == watch_key)
        if since is not None:
            counted = counted.where(mention.c.created_at >= since)
        if until is not None:
            counted = counted.where(mention.c.created_at < until)
        return int(self._db.scalar(counted) or 0)

    def moments(
        self, watch_keys: Sequence[str], since: datetime, until: datetime
    ) -> tuple[datetime, ...]:
        """When these watches found something to be told, in order; an item counts once."""
        wanted = mention.c.watch_key.in_(list(watch_keys))
        found = (
            select(func.min(mention.c.created_at).label("at"))
            .where(wanted, mention.c.baseline.is_(False))
            .where(mention.c.created_at >= since, mention.c.created_at <= until)
            .group_by(mention.c.item_id)
            .order_by("at")
        )
        return tuple(self._db.scalars(found))


def _where_it_hit(match: Match) -> dict[str, Any]:
    return {
        "watch_version": match.watch_version,
        "revision": match.revision,
        "spans": [[span.field, span.start, span.end] for span in match.spans],
    }


def with_items(
    connection: Connection, items: Items, damage: Damage, mention_ids: Sequence[int]
) -> tuple[tuple[Mention, StoredItem], ...]:
    """Mentions with their items, in the order asked for; damaged ones with what can be read."""
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
    """Id -> mention; one that is damaged without its hits, left out where its item is not known."""

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
            found[mention_id] = _bare_mention(mention_id, values)
    return found


def _bare_mention(mention_id: int, values: Mapping[str, Any]) -> Mention:
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
    )


def mention_of(row: Row[Any]) -> Mention:
    """A mention row as a value.

    Raises:
        ValueError: a column holds what it cannot hold.
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
    )

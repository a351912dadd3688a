"""Repository of items: stores articles, reads items, and finds those to be matched."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import Connection, Text, and_, cast, exists, func, or_, select

from storage.archive import item_rows as rows
from storage.archive import known_entries as listing
from storage.archive.item_writer import ItemWriter, clear_mark
from storage.archive.known_entries import KnownEntry
from storage.archive.page_rows import read_carriers
from storage.engine.damage import (
    Damage,
    cause_of,
    is_decode_error,
    read_columns,
    read_decodable,
)
from storage.errors import DamagedRow
from storage.groups.visible_rows import count_items
from storage.model import (
    Article,
    Decision,
    FetchedEntry,
    ItemRevision,
    Stored,
    StoredItem,
)
from storage.rules.former_keys import former_url_keys
from storage.rules.identity import guid_key, url_key
from storage.rules.wait_bounds import MAX_MATCH_WAIT
from storage.tables import carrier, item, item_revision, pending_match, quarantine

_BATCH = 500  # bound parameters of one query
DAMAGED = "row-damaged"  # `thin_reason` of an item whose row cannot be decoded
_PLACEHOLDER_COLUMNS = ("source_key", "kind", "url", "title", "first_seen_at", "story_id")


class Items:
    """Reads and writes items, within one transaction."""

    def __init__(
        self, connection: Connection, *, writes: bool, damage: Damage | None = None
    ) -> None:
        self._db = connection
        self._writes = writes
        self._damage = Damage() if damage is None else damage
        self._writer = ItemWriter(connection)

    def put(
        self,
        article: Article,
        *,
        now: datetime,
        baseline: bool,
        expected: int | None = None,
        ready_at: datetime | None = None,
        page_due_at: datetime | None = None,
    ) -> Stored:
        """Decide whether an article is new, a known item or a revision, and store it.

        A new, completed or changed item is marked to be matched, in this transaction.

        Args:
            article: the article.
            now: the time of this transaction.
            baseline: the first poll of its source is not complete yet.
            expected: id of the item that was stored from the listing.
            ready_at: earliest time of matching (its page is being fetched); by default now.
            page_due_at: when the item's page is to be fetched.

        Raises:
            DamagedRow: a stored row that it is compared with cannot be decoded; this transaction
                is to be rolled back.
        """
        try:
            return self._writer.put(
                article,
                now=now,
                baseline=baseline,
                expected=expected,
                ready_at=ready_at or now,
                page_due_at=page_due_at,
            )
        except Exception as error:
            if not is_decode_error(error):
                raise
            raise DamagedRow(cause_of(error)) from error

    def batch(self, *, expected: Sequence[int] = ()) -> AbstractContextManager[None]:
        """Write the marks of all articles that are put in this block together, at its end.

        Args:
            expected: the items that are expected in the block, see `put`.
        """
        return self._writer.batch(expected)

    def decide(self, article: Article, *, expected: int | None = None) -> Decision:
        """Return what `put` would decide, without storing anything."""
        return self._writer.decide(article, expected)

    def known_entries(
        self, source_key: str, entries: Sequence[FetchedEntry]
    ) -> tuple[KnownEntry, ...]:
        """Look up the entries of a listing: the item of each, and whether the entry changed."""
        return listing.known_entries(self._db, source_key, entries)

    def pending(
        self, *, now: datetime, limit: int, among: Sequence[int] | None = None
    ) -> tuple[int, ...]:
        """Return ids of items to be matched, oldest mark first.

        In a write transaction they stay locked until it ends: record their mentions in it.

        Args:
            now: the time.
            limit: how many at most.
            among: only these; by default all except those with a failed attempt (see
                `Quarantine`, task `match`).
        """
        at = pending_match.c.ready_at
        failed = exists().where(
            quarantine.c.task == "match",
            quarantine.c.subject == cast(pending_match.c.item_id, Text),
        )
        wanted = ~failed if among is None else pending_match.c.item_id.in_(list(among))
        found: list[int] = []
        # two queries, each a range of the index
        for due in (at <= now, at > now + MAX_MATCH_WAIT):
            waiting = (
                select(pending_match.c.item_id)
                .where(due, wanted)
                .order_by(at, pending_match.c.item_id)
                .limit(limit - len(found))
            )
            if self._writes:
                # an update of one of these items waits for this commit, and then marks it again
                waiting = waiting.with_for_update(skip_locked=True)
            found += self._db.scalars(waiting)
            if len(found) >= limit:
                break
        return tuple(found)

    def delete_mark(self, item_id: int) -> None:
        """Delete the mark of an item that is to be matched and does not exist."""
        clear_mark(self._db, item_id)

    def url_of(self, item_id: int) -> str | None:
        """Return the URL of an item, also of a damaged one; None where it has none."""
        url = read_columns(self._db, [item.c.url], item.c.id == item_id)["url"]
        return url if isinstance(url, str) else None

    def fetch_times(self, item_ids: Sequence[int]) -> dict[int, datetime]:
        """Return id -> when the newest text of the item was fetched."""
        read = {}
        for item_id in item_ids:
            at = read_columns(self._db, [item.c.fetched_at], item.c.id == item_id)["fetched_at"]
            if isinstance(at, datetime):
                read[item_id] = at
        return read

    def text_versions(self, item_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """Return id -> a value that changes whenever the text of the item changes."""
        # cast to text, so that a damaged row can be read
        columns = [cast(each, Text) for each in (item.c.revision, item.c.fetched_at)]
        found = self._db.execute(
            select(item.c.id, *columns, item.c.text_state, item.c.content_hash).where(
                item.c.id.in_(list(item_ids))
            )
        )
        return {row[0]: tuple(map(str, row[1:])) for row in found}

    def get(self, item_id: int) -> StoredItem | None:
        """Return one item; None where unknown.

        Raises:
            DamagedRow: its row, or one of its carriers, cannot be decoded.
        """
        found = next(iter(self.get_many([item_id])), None)
        if found is None and (cause := self._damage.rows.get(("item", item_id))) is not None:
            raise DamagedRow(f"the row of item {item_id} cannot be read: {cause}")
        return found

    def get_many(self, item_ids: Sequence[int]) -> tuple[StoredItem, ...]:
        """Return items in the given order; unknown and damaged ones are left out."""
        found: dict[int, StoredItem] = {}
        for at in range(0, len(item_ids), _BATCH):
            part = list(item_ids[at : at + _BATCH])
            found |= read_decodable(self._read_items, part, table="item", damage=self._damage)
        return tuple(found[item_id] for item_id in item_ids if item_id in found)

    def get_or_placeholder(self, item_ids: Sequence[int]) -> dict[int, StoredItem]:
        """Return id -> item; for a damaged one, a placeholder with its title and URL."""
        found = {each.item_id: each for each in self.get_many(item_ids)}
        for item_id in set(item_ids) - found.keys():
            if ("item", item_id) in self._damage.rows:
                columns = [item.c[name] for name in _PLACEHOLDER_COLUMNS]
                values = read_columns(self._db, columns, item.c.id == item_id)
                found[item_id] = rows.make_placeholder(values, item_id, DAMAGED)
        return found

    def _read_items(self, item_ids: Sequence[int]) -> dict[int, StoredItem]:
        found = self._db.execute(select(item).where(item.c.id.in_(list(item_ids)))).all()
        carriers = read_carriers(self._db, [row.id for row in found])
        return {row.id: rows.stored_item(row, carriers.get(row.id, ())) for row in found}

    def find_url(self, url: str) -> StoredItem | None:
        """Return the item with a URL; of several the oldest."""
        for keys in filter(None, ({url_key(url)}, former_url_keys(url))):
            same = carrier.c.url_key.in_(sorted(keys))
            item_id = self._db.scalar(select(func.min(carrier.c.item_id)).where(same))
            if item_id is not None:
                return self.get(item_id)
        return None

    def find_guid(self, source_key: str, guid: str) -> StoredItem | None:
        """Return the item that a source lists under an identifier; the newest of several."""
        same = (carrier.c.source_key == source_key, carrier.c.guid_key == guid_key(guid))
        item_id = self._db.scalar(select(func.max(carrier.c.item_id)).where(*same))
        return None if item_id is None else self.get(item_id)

    def newest(
        self,
        *,
        limit: int,
        before: tuple[datetime, int] | None = None,
        since: datetime | None = None,
    ) -> tuple[StoredItem, ...]:
        """Return items, newest first; `before`: (first_seen_at, id) of the last one before."""
        wanted = select(item.c.id).order_by(item.c.first_seen_at.desc(), item.c.id.desc())
        if before is not None:
            seen, item_id = before
            wanted = wanted.where(
                or_(
                    item.c.first_seen_at < seen,
                    and_(item.c.first_seen_at == seen, item.c.id < item_id),
                ),
                # redundant, in a form that the index serves
                item.c.first_seen_at <= seen,
            )
        if since is not None:
            wanted = wanted.where(item.c.first_seen_at >= since)
        return self.get_many(list(self._db.scalars(wanted.limit(limit))))

    def latest_of(self, source_key: str, *, limit: int) -> tuple[StoredItem, ...]:
        """Return the items that a source listed last, newest first."""
        listed = select(carrier.c.item_id).where(carrier.c.source_key == source_key)
        return self.get_many(
            list(self._db.scalars(listed.order_by(carrier.c.id.desc()).limit(limit)))
        )

    def revisions(self, item_id: int) -> tuple[ItemRevision, ...]:
        """Return the earlier texts of an item, oldest first."""
        found = self._db.execute(
            select(item_revision)
            .where(item_revision.c.item_id == item_id)
            .order_by(item_revision.c.number)
        )
        return tuple(ItemRevision(**row._mapping) for row in found)

    def count(self, since: datetime | None = None, until: datetime | None = None) -> int:
        """Count the items first seen in [since, until)."""
        first = () if since is None else (item.c.first_seen_at >= since,)
        last = () if until is None else (item.c.first_seen_at < until,)
        return count_items(self._db, *first, *last)

"""Repository of items: storing articles, due pages, items to be matched, reading."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Text, and_, cast, exists, func, or_, select, update

from storage.archive import item_rows as rows
from storage.archive import known_entries as listing
from storage.archive import page_attempts as attempts
from storage.archive import rechecks
from storage.archive.item_writer import ItemWriter, mark_for_matching
from storage.archive.known_entries import KnownEntry
from storage.engine.column_types import clean
from storage.engine.damage import Damage, read_columns, read_decodable
from storage.errors import DamagedRow
from storage.model import (
    Article,
    AsideBlock,
    Decision,
    FetchedEntry,
    FetchedPage,
    ItemRevision,
    PageDue,
    Stored,
    StoredItem,
    TextState,
)
from storage.rules.former_keys import former_url_keys
from storage.rules.identity import guid_key, url_key
from storage.rules.wait_bounds import LONGEST_MATCH_WAIT
from storage.tables import carrier, item, item_revision, mention, pending_match, quarantine
from storage.text_index import full_text as fulltext

__all__ = ["Items", "KnownEntry"]

_AT_ONCE = 500  # bound parameters of one query
DAMAGED = "row-damaged"  # `thin_reason` of an item whose row cannot be decoded
_STAND_IN = ("source_key", "kind", "url", "title", "first_seen_at", "story_id")


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
            expected: id of the item that its listing made.
            ready_at: earliest time of matching (its page is being fetched); by default now.
            page_due_at: when the item's page is to be fetched.
        """
        return self._writer.put(
            article,
            now=now,
            baseline=baseline,
            expected=expected,
            ready_at=ready_at or now,
            page_due_at=page_due_at,
        )

    def would_be(self, article: Article, *, expected: int | None = None) -> Decision:
        """Return what `put` would decide, without storing anything."""
        return self._writer.decision_of(article, expected)

    def known_entries(
        self, source_key: str, entries: Sequence[FetchedEntry]
    ) -> tuple[KnownEntry, ...]:
        """Look up the entries of a listing: the item of each, and whether the entry changed."""
        return listing.known_entries(self._db, source_key, entries)

    # pages

    def pages_due(self, source_key: str, *, now: datetime, limit: int) -> tuple[PageDue, ...]:
        """Return items of a source whose pages are due to be fetched, newest first."""
        return self._to_pages_due(listing.find_due_pages(self._db, source_key, now, limit))

    def looks_due(self, source_key: str, *, now: datetime, limit: int) -> tuple[PageDue, ...]:
        """Return items of a source whose pages are due to be rechecked for edits."""
        return self._to_pages_due(rechecks.find_due(self._db, source_key, now, limit))

    def next_recheck(self, source_key: str) -> datetime | None:
        """Return when the next recheck of a source is due; None: no recheck is scheduled."""
        return rechecks.find_next(self._db, source_key)

    def schedule_recheck(
        self, item_id: int, recheck_at: datetime | None, *, is_there: bool = True
    ) -> None:
        """Schedule the next recheck; None: no more. `is_there`: this recheck found the page."""
        rechecks.schedule(self._db, item_id, recheck_at, is_there=is_there)

    def record_gone_page(
        self, item_id: int, *, now: datetime, recheck_at: datetime | None, sure_at: datetime
    ) -> bool:
        """Record that a recheck found the page gone; return whether the item is now retracted.

        Args:
            recheck_at: next recheck; None: no more.
            sure_at: next recheck instead, where this is the first time the page is gone.
        """
        return rechecks.record_gone(
            self._db, item_id, now=now, recheck_at=recheck_at, sure_at=sure_at
        )

    def text_of(self, item_id: int) -> tuple[str, str] | None:
        """Return (title, text) of an item; None where it has no full text or is retracted."""
        return rechecks.text_of(self._db, item_id)

    def _to_pages_due(self, found: Sequence[Row[Any]]) -> tuple[PageDue, ...]:
        carriers = self._carriers([row.id for row in found])
        return tuple(
            PageDue(
                item_id=row.id,
                entry=rows.entry_of(row, carriers.get(row.id, ())),
                attempts=row.page_attempts,
                etag=row.etag,
                last_modified=row.last_modified,
                first_seen_at=row.first_seen_at,
                page_title=row.page_title,
            )
            for row in found
        )

    def refetch_pages(
        self, item_ids: Sequence[int], *, now: datetime, unless_since: datetime
    ) -> None:
        """Make pages due, except those fetched after `unless_since`."""
        for at in range(0, len(item_ids), _AT_ONCE):
            some = item.c.id.in_(list(item_ids[at : at + _AT_ONCE]))
            quiet = and_(item.c.page_due_at.is_(None), item.c.fetched_at <= unless_since)
            # fetched_at too, so that an unreadable page is not made due at every poll
            values = {"page_due_at": now, "fetched_at": now}
            self._db.execute(update(item).where(some, quiet).values(values))

    def count_attempts(
        self, item_ids: Sequence[int], *, now: datetime, waits: Sequence[timedelta]
    ) -> None:
        """Count an attempt at each of these pages; see `page_attempts.count_attempts`."""
        attempts.count_attempts(self._db, item_ids, now=now, waits=waits)

    def take_attempts_back(self, item_ids: Sequence[int], now: datetime) -> None:
        """Undo attempts that were counted and not made."""
        attempts.take_back_attempts(self._db, item_ids, now=now)

    def put_off_looks(self, item_ids: Sequence[int], until: datetime) -> None:
        """Postpone rechecks that are about to start, in case they never finish."""
        attempts.put_off_looks(self._db, item_ids, until)

    def page_failed(
        self,
        item_id: int,
        *,
        reason: str,
        now: datetime,
        retry_at: datetime | None,
        page: FetchedPage | None = None,
        counted: bool = False,
        asides: Sequence[AsideBlock] = (),
    ) -> None:
        """Record that a page could not be read: a listed item becomes thin and is matched so.

        `counted`: the attempt was counted when it started.
        `page`: the response, where a retry is useless until its validators change.
        `asides`: the text that was found on the page and is not the article's.
        """
        row = self._db.execute(select(item.c.text_state).where(item.c.id == item_id)).one_or_none()
        if row is None:
            return
        values: dict[str, Any] = {
            "page_due_at": retry_at,
            "page_attempts": item.c.page_attempts + (0 if counted else 1),
        }
        if page is not None:
            values |= {"etag": page.etag, "last_modified": page.last_modified}
        if row.text_state != TextState.FULL:
            values |= {"text_state": TextState.THIN.value, "thin_reason": clean(reason)}
            if asides:
                values["asides"] = rows.asides_json(asides)
                fulltext.mark_for_indexing(self._db, item_id)
        self._db.execute(update(item).where(item.c.id == item_id).values(values))
        if row.text_state == TextState.LISTED or (asides and row.text_state == TextState.THIN):
            mark_for_matching(self._db, item_id, now)

    def same_text(
        self, source_key: str, body: str, *, since: datetime
    ) -> tuple[tuple[int, str, str], ...]:
        """Return (id, title, summary) of items since then with this body and no mentions."""
        found = self._db.execute(
            select(item.c.id, item.c.title, item.c.summary).where(
                item.c.source_key == source_key,
                item.c.first_seen_at >= since,
                item.c.body == clean(body),
                ~exists().where(mention.c.item_id == item.c.id),
            )
        )
        return tuple((row.id, row.title, row.summary) for row in found)

    def take_text_away(
        self,
        item_ids: Sequence[int],
        *,
        reason: str,
        now: datetime,
        asides: Sequence[AsideBlock] = (),
    ) -> None:
        """Make items thin whose text was not theirs; mark them to be matched and fetched again.

        Each becomes a story of its own; matching assigns its story again. `asides`: the text, as
        it is kept.
        """
        values = {"body": "", "content_hash": None, "text_state": TextState.THIN.value}
        more = {"thin_reason": clean(reason), "page_due_at": now, "etag": None}
        if asides:
            more["asides"] = rows.asides_json(asides)
        for item_id in item_ids:
            this = update(item).where(item.c.id == item_id)
            own = {"last_modified": None, "story_id": item_id}
            self._db.execute(this.values(values | more | own))
            mark_for_matching(self._db, item_id, now)
            fulltext.mark_for_indexing(self._db, item_id)

    def record_unchanged_page(self, item_id: int, now: datetime) -> None:
        """Record that the page has not changed (304)."""
        values = {"page_due_at": None, "page_attempts": 0, "fetched_at": now}
        self._db.execute(update(item).where(item.c.id == item_id).values(values))

    # matching

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
        for due in (at <= now, at > now + LONGEST_MATCH_WAIT):
            waiting = (
                select(pending_match.c.item_id)
                .where(due, wanted)
                .order_by(at, pending_match.c.item_id)
                .limit(limit - len(found))
            )
            if self._writes:
                # an update of one of these items waits, and marks it again after this commit
                waiting = waiting.with_for_update(skip_locked=True)
            found += self._db.scalars(waiting)
            if len(found) >= limit:
                break
        return tuple(found)

    def address(self, item_id: int) -> str | None:
        """Return the URL of an item, also of a damaged one; None where it has none."""
        address = read_columns(self._db, [item.c.url], item.c.id == item_id)["url"]
        return address if isinstance(address, str) else None

    def read_at(self, item_ids: Sequence[int]) -> dict[int, datetime]:
        """Return id -> when the newest text of an item was fetched."""
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

    # reading

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
        for at in range(0, len(item_ids), _AT_ONCE):
            part = list(item_ids[at : at + _AT_ONCE])
            found |= read_decodable(self._read, part, table="item", damage=self._damage)
        return tuple(found[item_id] for item_id in item_ids if item_id in found)

    def get_or_stand_in(self, item_ids: Sequence[int]) -> dict[int, StoredItem]:
        """Return id -> item; for a damaged one, a placeholder with its title and URL."""
        found = {each.item_id: each for each in self.get_many(item_ids)}
        for item_id in set(item_ids) - found.keys():
            if ("item", item_id) in self._damage.rows:
                columns = [item.c[name] for name in _STAND_IN]
                values = read_columns(self._db, columns, item.c.id == item_id)
                found[item_id] = rows.stand_in(values, item_id, DAMAGED)
        return found

    def _read(self, item_ids: Sequence[int]) -> dict[int, StoredItem]:
        found = self._db.execute(select(item).where(item.c.id.in_(list(item_ids)))).all()
        carriers = self._carriers([row.id for row in found])
        return {row.id: rows.stored_item(row, carriers.get(row.id, ())) for row in found}

    def find_url(self, url: str) -> StoredItem | None:
        """Return the item with this URL; the oldest of several."""
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
        """Return items, newest first; `before`: (first_seen_at, id) of the last item before."""
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
        counted = select(func.count()).select_from(item)
        if since is not None:
            counted = counted.where(item.c.first_seen_at >= since)
        if until is not None:
            counted = counted.where(item.c.first_seen_at < until)
        return int(self._db.scalar(counted) or 0)

    def counts_by_source(self) -> dict[str, int]:
        """Return source key -> number of items that it was first to list."""
        counted = select(item.c.source_key, func.count()).group_by(item.c.source_key)
        return {row[0]: int(row[1]) for row in self._db.execute(counted)}

    def _carriers(self, item_ids: Iterable[int]) -> dict[int, tuple[Row[Any], ...]]:
        grouped: dict[int, tuple[Row[Any], ...]] = {}
        ids = list(item_ids)
        for at in range(0, len(ids), _AT_ONCE):
            found = self._db.execute(
                select(carrier)
                .where(carrier.c.item_id.in_(ids[at : at + _AT_ONCE]))
                .order_by(carrier.c.id)
            )
            for row in found:
                grouped[row.item_id] = (*grouped.get(row.item_id, ()), row)
        return grouped

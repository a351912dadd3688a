"""Items: finding what is known, carrying out decisions, pages to fetch, items to match."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from storage import rows
from storage.dedupe import address_keys, decide, entry_is_telling
from storage.identity import entry_hash, guid_key, identifies, url_key
from storage.model import (
    Article,
    Completion,
    Duplicate,
    FetchedEntry,
    ItemRevision,
    KnownItem,
    New,
    PageDue,
    Revision,
    Stored,
    StoredItem,
    TextState,
)
from storage.schema import carrier, item, item_revision, mention, pending_match
from storage.types import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """What is known of an entry of a listing. `changed`: the listing says other words now.

    `carried`: this source is among those that carry the item.
    """

    entry: FetchedEntry
    item_id: int | None
    changed: bool
    text_state: TextState | None
    carried: bool = False


class Items:
    """The archive, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    # storing

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
        """Decide what an article is to the archive and carry that out.

        Args:
            article: what was read.
            now: the time of this transaction.
            baseline: its source has not been polled through yet.
            expected: the item that its listing made.
            ready_at: not to be matched before (a page is on its way); now where absent.
            page_due_at: when the item's page is to be fetched.
        """
        article = rows.cleaned(article)
        decision = decide(article, self._candidates(article, expected), expected=expected)
        match decision:
            case New():
                item_id = self._insert(article, now, baseline, page_due_at)
                self._mark(item_id, ready_at or now)
            case Completion():
                item_id = decision.item_id
                self._rewrite(article, item_id, now)
                self._mark(item_id, ready_at or now)
            case Revision():
                item_id = decision.item_id
                self._keep_old(item_id)
                self._rewrite(article, item_id, now, number=decision.number)
                self._mark(item_id, ready_at or now)
            case Duplicate():
                item_id = decision.item_id
        if not isinstance(decision, New) and decision.absorb is not None:
            self._absorb(decision.absorb, item_id)
        self._carry(article, item_id, now, as_listed=expected is None)
        if not isinstance(decision, New) and page_due_at is not None:
            self._db.execute(
                update(item).where(item.c.id == item_id).values(page_due_at=page_due_at)
            )
        return Stored(decision=decision, item_id=item_id)

    def _candidates(self, article: Article, expected: int | None) -> list[KnownItem]:
        ids: set[int] = set() if expected is None else {expected}
        keys = address_keys(article)
        tests: list[ColumnElement[bool]] = []
        if keys:
            tests.append(carrier.c.url_key.in_(keys))
        if article.guid is not None:
            tests.append(
                and_(
                    carrier.c.source_key == article.source_key,
                    carrier.c.guid_key == guid_key(article.guid),
                )
            )
        for test in tests:
            ids.update(self._db.scalars(select(carrier.c.item_id).where(test)))
        same_source = item.c.source_key == article.source_key
        if identifies(article.content_hash):
            same_text = and_(same_source, item.c.content_hash == article.content_hash)
            ids.update(self._db.scalars(select(item.c.id).where(same_text)))
        if entry_is_telling(article):
            same_entry = and_(same_source, item.c.entry_hash == article.entry_hash)
            ids.update(self._db.scalars(select(item.c.id).where(same_entry)))
        return [self._known(item_id) for item_id in sorted(ids)]

    def _known(self, item_id: int) -> KnownItem:
        row = self._db.execute(
            select(
                item, exists().where(mention.c.item_id == item.c.id).label("has_mentions")
            ).where(item.c.id == item_id)
        ).one()
        carried = self._db.execute(select(carrier).where(carrier.c.item_id == item_id)).all()
        return KnownItem(
            item_id=row.id,
            source_key=row.source_key,
            url_keys=frozenset(c.url_key for c in carried if c.url_key),
            guids=frozenset((c.source_key, c.guid) for c in carried if c.guid),
            title=row.title,
            summary=row.summary,
            text_state=TextState(row.text_state),
            content_hash=row.content_hash,
            entry_hash=row.entry_hash,
            has_mentions=bool(row.has_mentions),
            revision=row.revision,
        )

    def _insert(
        self,
        article: Article,
        now: datetime,
        baseline: bool,
        page_due_at: datetime | None,
    ) -> int:
        values = rows.text_values(article) | {
            "source_key": article.source_key,
            "kind": article.kind,
            "url": article.url,
            "entry_hash": article.entry_hash,
            "first_seen_at": now,
            "revision": 1,
            "baseline": baseline,
            "story_id": 0,
            "page_due_at": page_due_at,
            "page_attempts": 0,
        }
        item_id = self._db.execute(insert(item).values(values).returning(item.c.id)).scalar_one()
        self._db.execute(update(item).where(item.c.id == item_id).values(story_id=item_id))
        return int(item_id)

    def _rewrite(
        self, article: Article, item_id: int, now: datetime, *, number: int | None = None
    ) -> None:
        values = rows.text_values(article) | {"url": article.url}
        if article.text_state is TextState.FULL:
            values |= {"page_due_at": None, "page_attempts": 0}
        if number is not None:
            values |= {"revision": number, "revised_at": now}
        self._db.execute(update(item).where(item.c.id == item_id).values(values))

    def _keep_old(self, item_id: int) -> None:
        columns = ("id", "revision", "title", "summary", "body", "content_hash", "fetched_at")
        old = select(*(item.c[name] for name in columns)).where(item.c.id == item_id)
        target = ["item_id", "number", "title", "summary", "body", "content_hash", "fetched_at"]
        self._db.execute(insert(item_revision).from_select(target, old))

    def _mark(self, item_id: int, ready_at: datetime) -> None:
        found = self._db.execute(
            update(pending_match)
            .where(pending_match.c.item_id == item_id)
            .values(ready_at=ready_at, mark=pending_match.c.mark + 1)
        )
        if found.rowcount == 0:
            self._db.execute(
                insert(pending_match).values(item_id=item_id, ready_at=ready_at, mark=1)
            )

    def _absorb(self, listed: int, into: int) -> None:
        self._db.execute(update(carrier).where(carrier.c.item_id == listed).values(item_id=into))
        self._db.execute(delete(item).where(item.c.id == listed))

    def _carry(self, article: Article, item_id: int, now: datetime, *, as_listed: bool) -> None:
        known = self._db.execute(select(carrier).where(carrier.c.item_id == item_id)).all()
        have_urls = {(c.source_key, c.url_key) for c in known if c.url_key}
        have_guids = {(c.source_key, c.guid) for c in known if c.guid}
        urls: list[str | None] = list(
            dict.fromkeys(u for u in (article.url, *article.alias_urls) if u)
        )
        fresh: list[str | None] = [
            u for u in urls if u and (article.source_key, url_key(u)) not in have_urls
        ]
        if article.guid and (article.source_key, article.guid) not in have_guids and not fresh:
            fresh = [urls[0] if urls else None]
        if not known and not fresh:
            fresh = [None]
        for url in fresh:
            self._db.execute(
                insert(carrier).values(
                    item_id=item_id,
                    source_key=article.source_key,
                    url=url,
                    url_key=None if url is None else url_key(url),
                    guid=article.guid,
                    guid_key=None if article.guid is None else guid_key(article.guid),
                    entry_hash=article.entry_hash,
                    first_seen_at=now,
                )
            )
        if not as_listed:
            return  # a page says nothing of what the listing said
        self._db.execute(
            update(carrier)
            .where(carrier.c.item_id == item_id, carrier.c.source_key == article.source_key)
            .values(entry_hash=article.entry_hash)
        )

    # what a spider asks

    def known_entries(
        self, source_key: str, entries: Sequence[FetchedEntry]
    ) -> tuple[KnownEntry, ...]:
        """For each entry of a listing, which item it is, and whether the listing changed it."""
        return tuple(self._known_entry(source_key, entry) for entry in entries)

    def _known_entry(self, source_key: str, entry: FetchedEntry) -> KnownEntry:
        tests: list[ColumnElement[bool]] = []
        if entry.url is not None and not entry.url_is_shared:
            tests.append(carrier.c.url_key == url_key(entry.url))
        if entry.guid is not None:
            guid = guid_key(entry.guid)
            tests.append(and_(carrier.c.source_key == source_key, carrier.c.guid_key == guid))
        said = entry_hash(entry.title, entry.summary, entry.published_raw)
        found = None
        for test in tests:
            # this source's own row first: it knows what this listing said before
            own_first = (carrier.c.source_key != source_key, carrier.c.id.desc())
            found = self._db.execute(
                select(
                    carrier.c.item_id, carrier.c.source_key, carrier.c.entry_hash, item.c.text_state
                )
                .join(item, item.c.id == carrier.c.item_id)
                .where(test)
                .order_by(*own_first)
                .limit(1)
            ).first()
            if found is not None:
                break
        if found is None:
            return KnownEntry(entry=entry, item_id=None, changed=False, text_state=None)
        carried = found.source_key == source_key
        return KnownEntry(
            entry=entry,
            item_id=found.item_id,
            changed=carried and found.entry_hash != said,
            text_state=TextState(found.text_state),
            carried=carried,
        )

    def pages_due(self, source_key: str, *, now: datetime, limit: int) -> tuple[PageDue, ...]:
        """Items of a source whose pages are due, newest first."""
        due = self._db.execute(
            select(item)
            .where(item.c.source_key == source_key, item.c.page_due_at <= now)
            .order_by(item.c.first_seen_at.desc(), item.c.published_at.desc(), item.c.id)
            .limit(limit)
        ).all()
        carriers = self._carriers([row.id for row in due])
        return tuple(
            PageDue(
                item_id=row.id,
                entry=rows.entry_of(row, carriers.get(row.id, ())),
                attempts=row.page_attempts,
                etag=row.etag,
                last_modified=row.last_modified,
            )
            for row in due
        )

    def page_failed(
        self, item_id: int, *, reason: str, now: datetime, retry_at: datetime | None
    ) -> None:
        """A page could not be read: the item is thin, and matched as that, until it can be."""
        row = self._db.execute(select(item.c.text_state).where(item.c.id == item_id)).one_or_none()
        if row is None:
            return
        values: dict[str, Any] = {
            "page_due_at": retry_at,
            "page_attempts": item.c.page_attempts + 1,
        }
        if row.text_state != TextState.FULL:
            values |= {"text_state": TextState.THIN.value, "thin_reason": clean(reason)}
        self._db.execute(update(item).where(item.c.id == item_id).values(values))
        if row.text_state == TextState.LISTED:
            self._mark(item_id, now)

    def page_unchanged(self, item_id: int, now: datetime) -> None:
        """The server says that the page is as it was (304)."""
        self._db.execute(
            update(item).where(item.c.id == item_id).values(page_due_at=None, fetched_at=now)
        )

    # reading

    def get(self, item_id: int) -> StoredItem | None:
        """One item."""
        return next(iter(self.get_many([item_id])), None)

    def get_many(self, item_ids: Sequence[int]) -> tuple[StoredItem, ...]:
        """Items in the order asked for; unknown ones are left out."""
        found: dict[int, Row[Any]] = {}
        for at in range(0, len(item_ids), 500):
            part = list(item_ids[at : at + 500])
            found |= {
                row.id: row for row in self._db.execute(select(item).where(item.c.id.in_(part)))
            }
        carriers = self._carriers(list(found))
        return tuple(
            rows.stored_item(found[item_id], carriers.get(item_id, ()))
            for item_id in item_ids
            if item_id in found
        )

    def find_url(self, url: str) -> StoredItem | None:
        """The item that an address leads to."""
        item_id = self._db.scalar(
            select(carrier.c.item_id).where(carrier.c.url_key == url_key(url)).limit(1)
        )
        return None if item_id is None else self.get(item_id)

    def find_guid(self, source_key: str, guid: str) -> StoredItem | None:
        """The item that a source lists under an identifier."""
        item_id = self._db.scalar(
            select(carrier.c.item_id)
            .where(carrier.c.source_key == source_key, carrier.c.guid_key == guid_key(guid))
            .limit(1)
        )
        return None if item_id is None else self.get(item_id)

    def newest(
        self,
        *,
        limit: int,
        before: tuple[datetime, int] | None = None,
        since: datetime | None = None,
    ) -> tuple[StoredItem, ...]:
        """Items by the time first seen, newest first; `before` continues after a last item."""
        wanted = select(item.c.id).order_by(item.c.first_seen_at.desc(), item.c.id.desc())
        if before is not None:
            seen, item_id = before
            wanted = wanted.where(
                or_(
                    item.c.first_seen_at < seen,
                    and_(item.c.first_seen_at == seen, item.c.id < item_id),
                )
            )
        if since is not None:
            wanted = wanted.where(item.c.first_seen_at >= since)
        return self.get_many(list(self._db.scalars(wanted.limit(limit))))

    def pending(self, *, now: datetime, limit: int) -> tuple[StoredItem, ...]:
        """Items that wait to be matched, oldest mark first."""
        waiting = self._db.scalars(
            select(pending_match.c.item_id)
            .where(pending_match.c.ready_at <= now)
            .order_by(pending_match.c.ready_at, pending_match.c.item_id)
            .limit(limit)
            # a text that changes meanwhile waits, and sets its mark anew after this commit
            .with_for_update(skip_locked=True)
        )
        return self.get_many(list(waiting))

    def revisions(self, item_id: int) -> tuple[ItemRevision, ...]:
        """The texts that an item had before its present one, oldest first."""
        kept = self._db.execute(
            select(item_revision)
            .where(item_revision.c.item_id == item_id)
            .order_by(item_revision.c.number)
        )
        return tuple(ItemRevision(**row._mapping) for row in kept)

    def count(self, since: datetime | None = None, until: datetime | None = None) -> int:
        """How many items were first seen from `since` until before `until`."""
        counted = select(func.count()).select_from(item)
        if since is not None:
            counted = counted.where(item.c.first_seen_at >= since)
        if until is not None:
            counted = counted.where(item.c.first_seen_at < until)
        return int(self._db.scalar(counted) or 0)

    def counts_by_source(self) -> dict[str, int]:
        """Source key -> items that it was the first to list."""
        counted = select(item.c.source_key, func.count()).group_by(item.c.source_key)
        return {row[0]: int(row[1]) for row in self._db.execute(counted)}

    def _carriers(self, item_ids: Iterable[int]) -> dict[int, tuple[Row[Any], ...]]:
        grouped: dict[int, tuple[Row[Any], ...]] = {}
        ids = list(item_ids)
        for at in range(0, len(ids), 500):
            found = self._db.execute(
                select(carrier)
                .where(carrier.c.item_id.in_(ids[at : at + 500]))
                .order_by(carrier.c.id)
            )
            for row in found:
                grouped[row.item_id] = (*grouped.get(row.item_id, ()), row)
        return grouped

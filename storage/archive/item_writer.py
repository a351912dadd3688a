"""Applies a deduplication decision: writes the item, its carriers and its pending marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from storage.archive import item_rows as rows
from storage.archive.candidates import Candidates, find_candidates
from storage.engine.damage import read_each
from storage.engine.dialect import lock_task, upsert
from storage.groups.group_repository import Groups
from storage.jobs.step_jobs import ServiceStep, queue_step
from storage.model import (
    EVENTFUL,
    Article,
    Completion,
    Decision,
    Duplicate,
    New,
    Revision,
    Stored,
    TextState,
)
from storage.rules.address_evidence import own_urls
from storage.rules.dedupe import decide as decide_on
from storage.rules.groups import DeclaredGroups
from storage.rules.identity import guid_key, url_key
from storage.tables import aside, carrier, item, item_revision, pending_match, source
from storage.text_index import full_text as fulltext

MAX_CARRIERS = 100  # rows for one item and source
_BATCH = 500  # bound parameters of one query
# built once: building the statement each time costs more than running it
_INSERT_ITEM = insert(item).returning(item.c.id)
_INSERT_CARRIER = insert(carrier)
_THIS = item.c.id == bindparam("this")
_UPDATE_ITEM = update(item).where(_THIS)
_SET_OWN_STORY = (
    update(item).where(item.c.id.in_(bindparam("ids", expanding=True))).values(story_id=item.c.id)
)
_COUNT_ITEMS = (
    update(source)
    .where(source.c.key == bindparam("of_source"))
    .values(item_count=source.c.item_count + bindparam("difference"))
)
_SOURCE_OF = select(item.c.source_key).where(_THIS)
_URL_OF = select(item.c.url).where(_THIS)
_LOCK_MARKS = (
    select(pending_match.c.item_id)
    .where(pending_match.c.item_id.in_(bindparam("ids", expanding=True)))
    .order_by(pending_match.c.item_id)
    .with_for_update()
)
_MARK_OF = select(pending_match.c.item_id).where(pending_match.c.item_id == bindparam("this"))
_CLEAR_MARK = delete(pending_match).where(pending_match.c.item_id == bindparam("this"))


class _Deferred:
    """What is written at the end of a batch: nothing that is put before then reads it.

    `groups`, `caught_up`: of sources, read once in a batch where an article needs them.
    """

    def __init__(self) -> None:
        self.to_match: dict[int, datetime] = {}  # item id -> when it is ready
        self.to_index: set[int] = set()
        self.new: set[int] = set()
        self.counted: Counter[str] = Counter()  # by source
        self.groups: DeclaredGroups | None = None
        self.caught_up: dict[str, datetime | None] = {}

    def forget(self, item_id: int) -> None:
        """Write nothing about an item, which was deleted."""
        self.to_match.pop(item_id, None)
        self.to_index.discard(item_id)
        self.new.discard(item_id)


class ItemWriter:
    """Writes articles, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._deferred = _Deferred()
        self._in_batch = False

    @contextmanager
    def batch(self, expected: Sequence[int]) -> Iterator[None]:
        """Write marks and counts of all that is put in the block together, at its end."""
        # all before the first item is changed: a matcher that locked one of them may change others
        self._lock_matching_marks(expected)
        self._in_batch = True
        try:
            yield
        finally:
            self._in_batch = False
        self._write_deferred()

    def put(
        self,
        article: Article,
        *,
        now: datetime,
        baseline: bool,
        expected: int | None,
        ready_at: datetime,
        page_due_at: datetime | None,
    ) -> Stored:
        """Decide whether an article is new and store it; see `Items.put`."""
        article = rows.clean_article(article)
        lock_task(self._db, "put")
        if expected is not None and not self._in_batch:
            self._lock_matching_marks([expected])
        candidates = find_candidates(self._db, article, expected)
        decision = decide_on(article, candidates.items, expected=expected)
        match decision:
            case New():
                item_id = self._insert(article, now, page_due_at, baseline=baseline)
            case Completion():
                item_id = decision.item_id
                self._rewrite(article, item_id)
            case Revision():
                item_id = decision.item_id
                save_revision(self._db, item_id)
                reset = {"baseline": False} if article.kind in EVENTFUL and not baseline else {}
                self._rewrite(article, item_id, revision=decision.number, revised_at=now, **reset)
            case Duplicate():
                item_id = decision.item_id
                if expected is not None:
                    self._record_fetch(article, item_id)
        if not isinstance(decision, Duplicate):
            self._deferred.to_match[item_id] = ready_at
            self._deferred.to_index.add(item_id)
        absorbed = None if isinstance(decision, New) else decision.absorb
        if absorbed is not None:
            self._absorb(absorbed, item_id)
        is_further = self._write_carriers(
            article, item_id, now, candidates, absorbed=absorbed, as_listed=expected is None
        )
        if is_further and isinstance(decision, Duplicate):
            sources = candidates.sources_of((item_id, absorbed))
            self._match_for_new_readers(sources, article.source_key, item_id, now)
        is_due = page_due_at is not None and not _is_same_listing(decision)
        if is_due and not isinstance(decision, New):
            self._db.execute(_UPDATE_ITEM, {"this": item_id, "page_due_at": page_due_at})
        if not self._in_batch:
            self._write_deferred()
        return Stored(decision=decision, item_id=item_id)

    def decide(self, article: Article, expected: int | None) -> Decision:
        """Decide whether an article is new, without storing it."""
        article = rows.clean_article(article)
        known = find_candidates(self._db, article, expected).items
        return decide_on(article, known, expected=expected)

    def _write_deferred(self) -> None:
        deferred, self._deferred = self._deferred, _Deferred()
        new = sorted(deferred.new)
        for at in range(0, len(new), _BATCH):
            self._db.execute(_SET_OWN_STORY, {"ids": new[at : at + _BATCH]})
        counts = [
            {"of_source": key, "difference": count}
            for key, count in sorted(deferred.counted.items())
            if count
        ]
        if counts:
            self._db.execute(_COUNT_ITEMS, counts)
        mark_all_for_matching(self._db, deferred.to_match)
        fulltext.mark_all_for_indexing(self._db, deferred.to_index)

    def _lock_matching_marks(self, item_ids: Sequence[int]) -> None:
        # the row must not get mentions between the decision to absorb it and its deletion: this
        # waits for a matcher that has locked the mark, and a later one skips it
        if item_ids and self._db.dialect.name != "sqlite":  # which has one writer
            self._db.execute(_LOCK_MARKS, {"ids": list(item_ids)})

    def _insert(
        self, article: Article, now: datetime, page_due_at: datetime | None, *, baseline: bool
    ) -> int:
        values = rows.text_values(article) | {
            "source_key": article.source_key,
            "caught_up_at": self._read_caught_up(article.source_key),
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
        item_id = int(self._db.execute(_INSERT_ITEM, values).scalar_one())
        self._deferred.new.add(item_id)
        self._deferred.counted[article.source_key] += 1
        return item_id

    def _read_caught_up(self, source_key: str) -> datetime | None:
        # not copied within the database: a damaged value would damage each item of the source
        known = self._deferred.caught_up
        if source_key not in known:
            wanted = select(source.c.caught_up_at, source.c.last_success_at)
            found = read_each(
                self._db,
                wanted.where(source.c.key == source_key),
                lambda row: row.caught_up_at or row.last_success_at,
                table="source",
            )
            known[source_key] = next(iter(found), None)
        return known[source_key]

    def _rewrite(self, article: Article, item_id: int, **other: object) -> None:
        values = rows.text_values(article) | other
        if article.url is not None:
            values["url"] = article.url
        if article.text_state is TextState.FULL:
            values |= {"page_due_at": None, "page_attempts": 0}
        self._db.execute(_UPDATE_ITEM, values | {"this": item_id})

    def _record_fetch(self, article: Article, item_id: int) -> None:
        if article.text_state is not TextState.FULL:
            return
        values = {
            "page_due_at": None,
            "page_attempts": 0,
            "fetched_at": article.fetched_at,
            "etag": article.etag,
            "last_modified": article.last_modified,
        }
        if article.page_title is not None:
            values["page_title"] = article.page_title
        self._db.execute(_UPDATE_ITEM, values | {"this": item_id})

    def _absorb(self, listed: int, into: int) -> None:
        first_source = self._db.scalar(_SOURCE_OF, {"this": listed})
        if first_source is not None:
            self._deferred.counted[first_source] -= 1
        self._db.execute(update(carrier).where(carrier.c.item_id == listed).values(item_id=into))
        self._db.execute(update(aside).where(aside.c.item_id == listed).values(item_id=into))
        self._db.execute(delete(item).where(item.c.id == listed))
        self._deferred.forget(listed)
        self._reindex_without_url(into)

    def _reindex_without_url(self, item_id: int) -> None:
        # the index has the URL of a carrier for an item without its own
        if item_id in self._deferred.to_index:
            return
        if self._db.scalar(_URL_OF, {"this": item_id}) is None:
            self._deferred.to_index.add(item_id)

    def _write_carriers(
        self,
        article: Article,
        item_id: int,
        now: datetime,
        candidates: Candidates,
        *,
        absorbed: int | None,
        as_listed: bool,
    ) -> bool:
        """Store the URLs and the identifier under which the source lists the item.

        Returns:
            whether it has not listed the item before.
        """
        own = candidates.carriers_of((item_id, absorbed), article.source_key)
        urls = {url_key(url): url for url in own_urls(article)}
        missing: list[str | None] = [
            url for key, url in urls.items() if key not in {row.url_key for row in own}
        ]
        known_guid = article.guid is None or article.guid in {row.guid for row in own}
        if not missing and (not known_guid or not own):
            missing = [next(iter(urls.values()), None)]
        if len(own) >= MAX_CARRIERS:  # a URL parameter changes at every poll
            missing = []
        if missing:
            shared = {
                "item_id": item_id,
                "source_key": article.source_key,
                "guid": article.guid,
                "guid_key": None if article.guid is None else guid_key(article.guid),
                "entry_hash": article.entry_hash,
                "first_seen_at": now,
            }
            carriers = [
                shared | {"url": url, "url_key": None if url is None else url_key(url)}
                for url in missing
            ]
            self._db.execute(_INSERT_CARRIER, carriers)
            self._reindex_without_url(item_id)
        # for each identifier: a listing with one item in two wordings does not change at each poll
        same = [
            row.id
            for row in own
            if (row.guid == article.guid if article.guid else row.url_key in urls)
            and row.entry_hash != article.entry_hash
        ]
        if as_listed and same:
            listed = update(carrier).where(carrier.c.id.in_(same))
            self._db.execute(listed.values(entry_hash=article.entry_hash))
        return not own

    def _match_for_new_readers(
        self, carried_by: Collection[str], source_key: str, item_id: int, now: datetime
    ) -> None:
        """Mark an item to be matched again where watches of other groups may match it from now."""
        groups = self._deferred.groups
        if groups is None:
            groups = self._deferred.groups = Groups(self._db).declared()
        if not groups.sources or not groups.adds_readers(carried_by, source_key):
            return
        if self._db.scalar(_MARK_OF, {"this": item_id}) is None:
            self._deferred.to_match.setdefault(item_id, now)


def _is_same_listing(decision: Decision) -> bool:
    """Return whether an entry was listed in the same words under another URL: its page is known."""
    return isinstance(decision, Duplicate) and decision.by in ("former-url", "entry", "parameters")


def save_revision(connection: Connection, item_id: int) -> None:
    """Copy the present text of an item to its revisions."""
    columns = ("id", "revision", "title", "summary", "body", "content_hash", "fetched_at")
    old = select(*(item.c[name] for name in columns)).where(item.c.id == item_id)
    target = ["item_id", "number", "title", "summary", "body", "content_hash", "fetched_at"]
    connection.execute(insert(item_revision).from_select(target, old))


def mark_for_matching(connection: Connection, item_id: int, ready_at: datetime) -> None:
    """Mark an item to be matched, not before `ready_at`."""
    mark_all_for_matching(connection, {item_id: ready_at})


def mark_all_for_matching(connection: Connection, ready_at: Mapping[int, datetime]) -> None:
    """Mark items to be matched, each not before its time."""
    if ready_at:
        # in the same order always, so that two transactions cannot deadlock
        values = [{"item_id": each, "ready_at": at} for each, at in sorted(ready_at.items())]
        upsert(connection, pending_match, values, [pending_match.c.item_id])
        queue_step(connection, ServiceStep.MATCH)


def clear_mark(connection: Connection, item_id: int) -> None:
    """Delete the mark of an item that is to be matched."""
    connection.execute(_CLEAR_MARK, {"this": item_id})

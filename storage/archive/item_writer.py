"""Applies a deduplication decision: writes the item, its carriers and its pending marks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from storage.archive import item_rows as rows
from storage.engine.dialect import lock_task, upsert
from storage.jobs.step_jobs import ServiceStep, queue_step
from storage.model import (
    EVENTFUL,
    Article,
    Completion,
    Decision,
    Duplicate,
    KnownItem,
    New,
    Revision,
    Stored,
    TextState,
)
from storage.rules.address_evidence import former_keys, own_urls
from storage.rules.dedupe import address_keys, is_compared_by_words
from storage.rules.dedupe import decide as decide_on
from storage.rules.identity import guid_key, is_identifying_hash, url_key
from storage.tables import aside, carrier, item, item_revision, mention, pending_match, source
from storage.text_index import full_text as fulltext

MAX_CARRIERS = 100  # rows for one item and source
# built once: building the statement each time costs more than running it
_INSERT_ITEM = insert(item).returning(item.c.id)
_INSERT_CARRIER = insert(carrier)


class ItemWriter:
    """Writes articles, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

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
        if expected is not None:
            self._lock_matching_mark(expected)
        decision = self.decide(article, expected)
        match decision:
            case New():
                item_id = self._insert(article, now, baseline)
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
            mark_for_matching(self._db, item_id, ready_at)
            fulltext.mark_for_indexing(self._db, item_id)
        if not isinstance(decision, New) and decision.absorb is not None:
            self._absorb(decision.absorb, item_id)
        self._write_carriers(article, item_id, now, as_listed=expected is None)
        if page_due_at is not None and not _is_same_listing(decision):
            due = update(item).where(item.c.id == item_id).values(page_due_at=page_due_at)
            self._db.execute(due)
        return Stored(decision=decision, item_id=item_id)

    def decide(self, article: Article, expected: int | None) -> Decision:
        """Decide whether an article is new, without storing it."""
        article = rows.clean_article(article)
        return decide_on(article, self._find_candidates(article, expected), expected=expected)

    def _lock_matching_mark(self, item_id: int) -> None:
        # the row must not get mentions between the decision to absorb it and its deletion: this
        # waits for a matcher that has locked the mark, and a later one skips it
        row = select(pending_match.c.item_id).where(pending_match.c.item_id == item_id)
        self._db.execute(row.with_for_update())

    def _find_candidates(self, article: Article, expected: int | None) -> list[KnownItem]:
        ids: set[int] = set() if expected is None else {expected}
        tests: list[ColumnElement[bool]] = []
        if keys := address_keys(article) | former_keys(article):
            tests.append(carrier.c.url_key.in_(sorted(keys)))
        if article.guid is not None:
            guid = carrier.c.guid_key == guid_key(article.guid)
            tests.append(and_(carrier.c.source_key == article.source_key, guid))
        if tests:
            ids.update(self._db.scalars(select(carrier.c.item_id).where(or_(*tests))))
        words: list[ColumnElement[bool]] = []
        if is_identifying_hash(article.content_hash):
            words.append(item.c.content_hash == article.content_hash)
        if is_compared_by_words(article):
            words.append(item.c.entry_hash == article.entry_hash)
        for test in words:
            same = and_(item.c.source_key == article.source_key, test)
            ids.update(self._db.scalars(select(item.c.id).where(same).order_by(item.c.id).limit(5)))
        return self._read_known(ids)

    def _read_known(self, ids: set[int]) -> list[KnownItem]:
        if not ids:
            return []
        mentioned = exists().where(mention.c.item_id == item.c.id).label("has_mentions")
        columns = (
            *(item.c.id, item.c.source_key, item.c.title, item.c.summary, item.c.text_state),
            *(item.c.content_hash, item.c.entry_hash, item.c.revision, item.c.published_at),
            *(item.c.notice, item.c.pruned_at),
        )
        found = self._db.execute(select(*columns, mentioned).where(item.c.id.in_(ids))).all()
        carried = self._db.execute(select(carrier).where(carrier.c.item_id.in_(ids))).all()
        return [
            KnownItem(
                item_id=row.id,
                source_key=row.source_key,
                url_keys=frozenset(c.url_key for c in carried if c.item_id == row.id and c.url_key),
                guids=frozenset(
                    (c.source_key, c.guid) for c in carried if c.item_id == row.id and c.guid
                ),
                title=row.title,
                summary=row.summary,
                text_state=TextState(row.text_state),
                content_hash=row.content_hash,
                entry_hash=row.entry_hash,
                has_mentions=bool(row.has_mentions),
                revision=row.revision,
                published_at=row.published_at,
                pruned=row.pruned_at is not None,
                urls=tuple(c.url for c in carried if c.item_id == row.id and c.url),
                buyers=() if row.notice is None else rows.notice_of(row.notice).buyers,
            )
            for row in found
        ]

    def _insert(self, article: Article, now: datetime, baseline: bool) -> int:
        caught_up = func.coalesce(source.c.caught_up_at, source.c.last_success_at)
        last_read = select(caught_up).where(source.c.key == article.source_key)
        values = rows.text_values(article) | {
            "source_key": article.source_key,
            "caught_up_at": self._db.scalar(last_read),
            "kind": article.kind,
            "url": article.url,
            "entry_hash": article.entry_hash,
            "first_seen_at": now,
            "revision": 1,
            "baseline": baseline,
            "story_id": 0,
            "page_due_at": None,
            "page_attempts": 0,
        }
        item_id = self._db.execute(_INSERT_ITEM, values).scalar_one()
        self._db.execute(update(item).where(item.c.id == item_id).values(story_id=item_id))
        self._change_item_count(item_id, 1)
        return int(item_id)

    def _change_item_count(self, item_id: int, difference: int) -> None:
        first_source = select(item.c.source_key).where(item.c.id == item_id).scalar_subquery()
        counted = update(source).where(source.c.key == first_source)
        self._db.execute(counted.values(item_count=source.c.item_count + difference))

    def _rewrite(self, article: Article, item_id: int, **other: object) -> None:
        values = rows.text_values(article) | other
        if article.url is not None:
            values["url"] = article.url
        if article.text_state is TextState.FULL:
            values |= {"page_due_at": None, "page_attempts": 0}
        self._db.execute(update(item).where(item.c.id == item_id).values(values))

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
        self._db.execute(update(item).where(item.c.id == item_id).values(values))

    def _absorb(self, listed: int, into: int) -> None:
        self._change_item_count(listed, -1)
        self._db.execute(update(carrier).where(carrier.c.item_id == listed).values(item_id=into))
        self._db.execute(update(aside).where(aside.c.item_id == listed).values(item_id=into))
        self._db.execute(delete(item).where(item.c.id == listed))
        self._reindex_without_url(into)

    def _reindex_without_url(self, item_id: int) -> None:
        # the index has the URL of a carrier for an item without its own
        if self._db.scalar(select(item.c.url).where(item.c.id == item_id)) is None:
            fulltext.mark_for_indexing(self._db, item_id)

    def _write_carriers(
        self, article: Article, item_id: int, now: datetime, *, as_listed: bool
    ) -> None:
        """Store the URLs and the identifier under which the source lists the item."""
        own = self._db.execute(
            select(carrier).where(
                carrier.c.item_id == item_id, carrier.c.source_key == article.source_key
            )
        ).all()
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
    values = {"item_id": item_id, "ready_at": ready_at}
    upsert(connection, pending_match, values, [pending_match.c.item_id])
    queue_step(connection, ServiceStep.MATCH)


def clear_mark(connection: Connection, item_id: int) -> None:
    """Delete the mark of an item that has been matched."""
    connection.execute(delete(pending_match).where(pending_match.c.item_id == item_id))

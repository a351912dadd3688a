"""All access of a crawl to storage, in short transactions: one for each step."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from config.model import Source
from crawler.listings.listing import Listing
from crawler.polling.poll_interval import (
    CONFIRM_GONE_AFTER,
    RECHECK_UNFINISHED_AFTER,
    UNFINISHED_RETRIES,
)
from storage.archive.known_entries import KnownEntry
from storage.errors import DamagedRow
from storage.model import (
    Article,
    AsideBlock,
    CrawlReport,
    Decision,
    Duplicate,
    FetchedEntry,
    FetchedPage,
    PageDue,
    Revision,
    SourceState,
    Stored,
    TextState,
    Validators,
)
from storage.store import Store, Unit

log = logging.getLogger(__name__)

PagePlan = Literal["soon", "later", "known"]

ENTRIES_AT_ONCE = 100
MAX_WRITE_SECONDS = 1.0  # of one transaction; other writers wait meanwhile
# seconds between two transactions of one listing: SQLite gives the lock to the first that asks when
# it is free, and waiting writers ask ten times a second
PAUSE_FOR_WRITERS = 0.12
MIN_REFETCH_GAP = timedelta(hours=20)  # allows one a day, with some tolerance
# an entry is matched by title and teaser alone if its page has not been read by then
PAGE_WAIT = timedelta(minutes=10)
SAME_TEXT_SPAN = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadArticle:
    """The article of an item's page, to be stored.

    `fetched`: the page it was read from; None: it comes from the listing. `recheck_at`: when to
    recheck the page for edits; None: never.
    """

    article: Article
    item_id: int
    fetched: FetchedPage | None
    recheck_at: datetime | None


class CrawlStorage:
    """The queries and transactions that a crawl needs.

    Args:
        keep_raw: whether to store the bodies of fetched pages too.
    """

    def __init__(
        self, store: Store, clock: Callable[[], datetime], *, keep_raw: bool = False
    ) -> None:
        self._store = store
        self._clock = clock
        self._keep_raw = keep_raw

    def state(self, source: Source) -> SourceState:
        """Return the stored state of a source.

        Raises:
            LookupError: the source is not declared in the database.
        """
        with self._store.reading() as unit:
            state = unit.sources.get(source.key)
        if state is None:
            raise LookupError(f"source {source.key} is not declared in the database")
        return state

    def known_entries(
        self, source_key: str, entries: Sequence[FetchedEntry]
    ) -> tuple[KnownEntry, ...]:
        """Return for each entry whether it is known, and whether it has changed."""
        with self._store.reading() as unit:
            return unit.items.known_entries(source_key, entries)

    def preview_decision(self, article: Article, item_id: int | None) -> Decision:
        """Return what storage would decide about an article, without storing it.

        Args:
            item_id: the item that the entry is known as, if any.
        """
        with self._store.reading() as unit:
            return unit.items.decide(article, expected=item_id)

    async def put_entries(
        self,
        articles: Sequence[Article],
        *,
        baseline: bool,
        pages: PagePlan,
    ) -> list[Stored | None]:
        """Store entries as listed, in transactions of about `MAX_WRITE_SECONDS` at most.

        Where the stored row of one is damaged, the others of its transaction are stored one by one.

        Args:
            pages: "soon": this poll fetches their pages, and matching waits `PAGE_WAIT` for
                them; "later": another poll fetches them; "known": they need not be fetched.

        Returns:
            what was decided about each; None where its stored row is damaged.
        """
        stored: list[Stored | None] = []
        alone = 0  # number of the first entry that need not be stored by itself
        while len(stored) < len(articles):
            before = len(stored)
            part = articles[before:][: 1 if before < alone else ENTRIES_AT_ONCE]
            try:
                stored += self._put_some(part, baseline=baseline, pages=pages)
            except DamagedRow as error:
                alone = before + len(part)
                if len(part) == 1:
                    log.error("entry.not-stored url=%s problem=%s", part[0].url, error)
                    stored.append(None)
            # let other sources and other writers continue
            more = len(stored) < len(articles)
            await asyncio.sleep(PAUSE_FOR_WRITERS if more else 0)
        return stored

    def _put_some(
        self, articles: Sequence[Article], *, baseline: bool, pages: PagePlan
    ) -> list[Stored]:
        """Store entries in one transaction; those for which there is no time are left."""
        stored: list[Stored] = []
        with self._store.transaction() as unit, unit.items.batch():
            # measured from here: the wait for other writers does not count
            started = time.monotonic()
            for article in articles:
                if stored and time.monotonic() - started > MAX_WRITE_SECONDS:
                    break
                now = self._clock()
                listed = article.text_state is TextState.LISTED
                wait = PAGE_WAIT if listed and pages == "soon" else timedelta(0)
                stored.append(
                    unit.items.put(
                        article,
                        now=now,
                        baseline=baseline,
                        ready_at=now + wait,
                        page_due_at=now if listed and pages != "known" else None,
                    )
                )
        return stored

    def put_pages(self, pages: Sequence[ReadArticle], *, baseline: bool) -> list[Stored]:
        """Store the articles of the pages of items, in one transaction.

        Each commit waits for the disk, so pages that are read together are stored together.

        Returns:
            what was decided about each.

        Raises:
            DamagedRow: the row of an item is damaged; nothing was stored.
        """
        expected = [page.item_id for page in pages]
        with self._store.transaction() as unit, unit.items.batch(expected=expected):
            return [self._put_page(unit, page, baseline=baseline) for page in pages]

    def _put_page(self, unit: Unit, page: ReadArticle, *, baseline: bool) -> Stored:
        stored = unit.items.put(
            page.article, now=self._clock(), baseline=baseline, expected=page.item_id
        )
        unit.rechecks.schedule(stored.item_id, page.recheck_at)
        if page.fetched is not None and not isinstance(stored.decision, Duplicate):
            number = stored.decision.number if isinstance(stored.decision, Revision) else 1
            unit.captures.put(stored.item_id, number, page.fetched, with_body=self._keep_raw)
        return stored

    def pages_due(self, source_key: str, *, limit: int) -> tuple[PageDue, ...]:
        """Return the items of a source whose pages are due to be fetched."""
        with self._store.reading() as unit:
            return unit.pages.due(source_key, now=self._clock(), limit=limit)

    def count_attempts(self, pages: Sequence[PageDue]) -> None:
        """Count attempts at pages before they begin: one that ends this process is counted, too."""
        with self._store.transaction() as unit:
            ids = [page.item_id for page in pages]
            unit.pages.count_attempts(ids, now=self._clock(), waits=UNFINISHED_RETRIES)

    def undo_attempts(self, item_ids: Sequence[int]) -> None:
        """Undo the count of attempts that were not made."""
        if item_ids:
            with self._store.transaction() as unit:
                unit.pages.undo_attempts(item_ids, self._clock())

    def postpone_rechecks(self, item_ids: Sequence[int]) -> None:
        """Postpone rechecks before they begin, in case one of them ends this process."""
        if item_ids:
            with self._store.transaction() as unit:
                unit.rechecks.postpone(item_ids, self._clock() + RECHECK_UNFINISHED_AFTER)

    def make_rechecks_due(self, item_ids: Sequence[int]) -> None:
        """Make rechecks due again that were postponed and not made."""
        if item_ids:
            with self._store.transaction() as unit:
                unit.rechecks.postpone(item_ids, self._clock())

    def refetch_pages(self, items: Sequence[KnownEntry]) -> None:
        """Make the pages of items due again, unless they were fetched within `MIN_REFETCH_GAP`.

        Items whose URL has moved are due whenever they were fetched.
        """
        if not items:
            return
        now = self._clock()
        moved = [item.item_id for item in items if item.item_id is not None and item.moved]
        others = [item.item_id for item in items if item.item_id is not None and not item.moved]
        with self._store.transaction() as unit:
            unit.pages.refetch(moved, now=now, unless_since=now)
            unit.pages.refetch(others, now=now, unless_since=now - MIN_REFETCH_GAP)

    def record_failed_page(
        self,
        item_id: int,
        *,
        reason: str,
        retry_at: datetime | None,
        kept: FetchedPage | None = None,
        asides: Sequence[AsideBlock] = (),
    ) -> None:
        """Record that a page could not be read.

        Args:
            retry_at: when to try again; None: never.
            kept: the page as fetched, if it is not to be read again until it changes.
            asides: the text on it that is not part of the article.
        """
        with self._store.transaction() as unit:
            unit.pages.record_failure(
                item_id,
                reason=reason,
                now=self._clock(),
                retry_at=retry_at,
                page=kept,
                counted=True,
                asides=asides,
            )

    def find_same_text(self, source_key: str, body: str) -> tuple[tuple[int, str, str], ...]:
        """Return (id, title, summary) of recent items with this text and no mentions."""
        with self._store.reading() as unit:
            since = self._clock() - SAME_TEXT_SPAN
            return unit.pages.find_same_text(source_key, body, since=since)

    def remove_text(
        self, item_ids: Sequence[int], reason: str, asides: Sequence[AsideBlock]
    ) -> None:
        """Remove a text from items whose article it is not, and keep it as asides."""
        with self._store.transaction() as unit:
            unit.pages.take_text_away(item_ids, reason=reason, now=self._clock(), asides=asides)

    def record_unchanged_page(self, item_id: int, *, recheck_at: datetime | None) -> None:
        """Record that a page has not changed, and when to recheck it."""
        with self._store.transaction() as unit:
            unit.pages.record_unchanged(item_id, self._clock())
            unit.rechecks.schedule(item_id, recheck_at)

    def rechecks_due(self, source_key: str, *, limit: int) -> tuple[PageDue, ...]:
        """Return the items of a source whose pages are due to be rechecked for edits."""
        with self._store.reading() as unit:
            return unit.rechecks.due(source_key, now=self._clock(), limit=limit)

    def next_recheck(self, source_key: str) -> datetime | None:
        """Return when the next recheck of a source is due; None: there is none."""
        with self._store.reading() as unit:
            return unit.rechecks.next_at(source_key)

    def record_failed_recheck(self, item_id: int, *, recheck_at: datetime | None) -> None:
        """Record a recheck that could not read the page."""
        with self._store.transaction() as unit:
            unit.rechecks.schedule(item_id, recheck_at, is_there=False)

    def record_gone_page(self, item_id: int, *, recheck_at: datetime | None) -> bool:
        """Record a recheck that found the page gone; return whether the item is retracted now."""
        now = self._clock()
        with self._store.transaction() as unit:
            return unit.rechecks.record_gone(
                item_id, now=now, recheck_at=recheck_at, confirm_at=now + CONFIRM_GONE_AFTER
            )

    def texts_of(self, item_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Return id -> (title, text) of items that have a full text and are not retracted."""
        with self._store.reading() as unit:
            return unit.rechecks.texts_of(item_ids)

    def finish(
        self,
        report: CrawlReport,
        *,
        next_at: datetime,
        validators: Validators | None,
        listing: Listing | None,
        baseline_done: bool,
        covered_until: datetime | None,
    ) -> None:
        """Store the report of a poll and the state of its source for the next one.

        Args:
            validators: to be sent by the next poll; None: it fetches in full.
            listing: its head was read; None: it was not, and its hub stays as it is.
            covered_until: up to when the source has been read, if it is read by time windows.
        """
        with self._store.transaction() as unit:
            unit.sources.finish(
                report,
                next_at=next_at,
                validators=validators,
                baseline_done=baseline_done,
                covered_until=covered_until,
            )
            if listing is not None:
                unit.hubs.declare(report.source_key, listing.hub, self._clock())

"""Every call of a crawl to storage: short transactions, one for each step that must stand alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from config.model import Source
from crawler.polling.poll_interval import LOOK_TO_BE_SURE, LOOK_UNFINISHED, UNFINISHED_RETRIES
from storage.archive.items import KnownEntry
from storage.model import (
    Article,
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
from storage.store import Store

PagePlan = Literal["soon", "later", "known"]

ENTRIES_AT_ONCE = 100
LONGEST_WRITE = 1.0  # seconds; whoever else writes waits meanwhile
# seconds between two transactions of one listing: SQLite gives the lock to whoever asks when it is
# free, and those that wait ask ten times a second
PAUSE_FOR_WRITERS = 0.12
# an entry is matched by title and teaser alone only when its page has not come by then
LOOKED_LATELY = timedelta(hours=20)  # a poll a day, a little early
PAGE_PATIENCE = timedelta(minutes=10)
SAME_TEXT_SPAN = timedelta(days=30)


class CrawlStorage:
    """Storage as a crawl uses it."""

    def __init__(
        self, store: Store, clock: Callable[[], datetime], *, keep_raw: bool = False
    ) -> None:
        self._store = store
        self._clock = clock
        self._keep_raw = keep_raw

    def state(self, source: Source) -> SourceState:
        """What is remembered of a source."""
        with self._store.reading() as unit:
            state = unit.sources.get(source.key)
        if state is None:
            raise LookupError(f"source {source.key} is not declared in the database")
        return state

    def known(self, source_key: str, entries: Sequence[FetchedEntry]) -> tuple[KnownEntry, ...]:
        """For each entry, whether it is known and has changed."""
        with self._store.reading() as unit:
            return unit.items.known_entries(source_key, entries)

    def would_be(self, article: Article, item_id: int | None) -> Decision:
        """What storage would decide of an article; nothing is stored."""
        with self._store.reading() as unit:
            return unit.items.would_be(article, expected=item_id)

    async def put_entries(
        self,
        articles: Sequence[Article],
        *,
        baseline: bool,
        pages: PagePlan,
    ) -> list[Stored]:
        """Store entries as their listing has them.

        `pages`: "soon": this poll fetches them, and matching waits for it a while; "later": another
        poll does; "known": they need not be fetched.
        """
        stored: list[Stored] = []
        while len(stored) < len(articles):
            begun = time.monotonic()
            with self._store.transaction() as unit:
                for article in articles[len(stored) :][:ENTRIES_AT_ONCE]:
                    if time.monotonic() - begun > LONGEST_WRITE:
                        break
                    now = self._clock()
                    listed = article.text_state is TextState.LISTED
                    patience = PAGE_PATIENCE if listed and pages == "soon" else timedelta(0)
                    stored.append(
                        unit.items.put(
                            article,
                            now=now,
                            baseline=baseline,
                            ready_at=now + patience,
                            page_due_at=now if listed and pages != "known" else None,
                        )
                    )
            # other sources' answers wait, and so do other writers, who look for the lock in turns
            more = len(stored) < len(articles)
            await asyncio.sleep(PAUSE_FOR_WRITERS if more else 0)
        return stored

    def put_page(
        self,
        article: Article,
        item_id: int,
        came: FetchedPage | None,
        *,
        baseline: bool,
        look_at: datetime | None,
    ) -> Stored:
        """Store what a page said of an item, how it came, and when it is looked at again."""
        with self._store.transaction() as unit:
            stored = unit.items.put(article, now=self._clock(), baseline=baseline, expected=item_id)
            unit.items.look_later(stored.item_id, look_at)
            if came is not None and not isinstance(stored.decision, Duplicate):
                number = stored.decision.number if isinstance(stored.decision, Revision) else 1
                unit.captures.put(stored.item_id, number, came, with_body=self._keep_raw)
            return stored

    def pages_due(self, source_key: str, *, limit: int) -> tuple[PageDue, ...]:
        """The items of a source whose pages are to be fetched."""
        with self._store.reading() as unit:
            return unit.items.pages_due(source_key, now=self._clock(), limit=limit)

    def count_attempts(self, pages: Sequence[PageDue]) -> None:
        """Count attempts at pages before they begin: what ends this process counts as well."""
        with self._store.transaction() as unit:
            ids = [page.item_id for page in pages]
            unit.items.count_attempts(ids, now=self._clock(), waits=UNFINISHED_RETRIES)

    def take_attempts_back(self, item_ids: Sequence[int]) -> None:
        """Take back attempts that were counted and not made."""
        if item_ids:
            with self._store.transaction() as unit:
                unit.items.take_attempts_back(item_ids, self._clock())

    def put_off_looks(self, item_ids: Sequence[int]) -> None:
        """Put looks off before they begin, as `count_attempts` does."""
        if item_ids:
            with self._store.transaction() as unit:
                unit.items.put_off_looks(item_ids, self._clock() + LOOK_UNFINISHED)

    def make_looks_due(self, item_ids: Sequence[int]) -> None:
        """Have pages looked at whose look was put off and not made."""
        if item_ids:
            with self._store.transaction() as unit:
                unit.items.put_off_looks(item_ids, self._clock())

    def look_again(self, items: Sequence[KnownEntry]) -> None:
        """Have the pages of items fetched again that have not been asked for since yesterday."""
        if not items:
            return
        now = self._clock()
        moved = [one.item_id for one in items if one.item_id is not None and one.moved]
        others = [one.item_id for one in items if one.item_id is not None and not one.moved]
        with self._store.transaction() as unit:
            unit.items.look_again(moved, now=now, unless_since=now)
            unit.items.look_again(others, now=now, unless_since=now - LOOKED_LATELY)

    def page_failed(
        self,
        item_id: int,
        *,
        reason: str,
        retry_at: datetime | None,
        kept: FetchedPage | None = None,
    ) -> None:
        """Record that a page could not be read, when to try again, and which one it was."""
        with self._store.transaction() as unit:
            unit.items.page_failed(
                item_id,
                reason=reason,
                now=self._clock(),
                retry_at=retry_at,
                page=kept,
                counted=True,
            )

    def same_text(self, source_key: str, body: str) -> tuple[tuple[int, str, str], ...]:
        """(id, title, summary) of recent items of a source with this text, and no mentions."""
        with self._store.reading() as unit:
            since = self._clock() - SAME_TEXT_SPAN
            return unit.items.same_text(source_key, body, since=since)

    def take_text_away(self, item_ids: Sequence[int], reason: str) -> None:
        """Make items thin whose text was none of theirs."""
        with self._store.transaction() as unit:
            unit.items.take_text_away(item_ids, reason=reason, now=self._clock())

    def page_unchanged(self, item_id: int, *, look_at: datetime | None) -> None:
        """Record that a page is as it was, and when it is looked at again."""
        with self._store.transaction() as unit:
            unit.items.page_unchanged(item_id, self._clock())
            unit.items.look_later(item_id, look_at)

    def looks_due(self, source_key: str, *, limit: int) -> tuple[PageDue, ...]:
        """The items of a source whose pages are to be looked at again for edits."""
        with self._store.reading() as unit:
            return unit.items.looks_due(source_key, now=self._clock(), limit=limit)

    def next_look(self, source_key: str) -> datetime | None:
        """When the first item of a source is to be looked at again."""
        with self._store.reading() as unit:
            return unit.items.next_look(source_key)

    def look_failed(self, item_id: int, *, look_at: datetime | None) -> None:
        """Record that a look told nothing."""
        with self._store.transaction() as unit:
            unit.items.look_later(item_id, look_at, is_there=False)

    def look_gone(self, item_id: int, *, look_at: datetime | None) -> bool:
        """Record that a look found the page gone; returns whether the item is retracted now."""
        now = self._clock()
        with self._store.transaction() as unit:
            return unit.items.look_gone(
                item_id, now=now, look_at=look_at, sure_at=now + LOOK_TO_BE_SURE
            )

    def text_of(self, item_id: int) -> tuple[str, str] | None:
        """(title, text) of an item; None where its full text is not held, or it is retracted."""
        with self._store.reading() as unit:
            return unit.items.text_of(item_id)

    def finish(
        self,
        report: CrawlReport,
        *,
        next_at: datetime,
        validators: Validators | None,
        baseline_done: bool,
        covered_until: datetime | None,
    ) -> None:
        """Close a poll: its report, when the next one comes, and what that one sends."""
        with self._store.transaction() as unit:
            unit.sources.finish(
                report,
                next_at=next_at,
                validators=validators,
                baseline_done=baseline_done,
                covered_until=covered_until,
            )

"""Stores the article of a fetched page, or records why it has none."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from config.model import Source
from crawler.errors import CrawlerError, OverLimit, RecurringText, Unreadable
from crawler.extraction.normalise import normalise
from crawler.extraction.recurring.recurring_blocks import is_about
from crawler.extraction.set_aside import lines_set_aside
from crawler.http.response import FetchResponse
from crawler.polling.crawl_storage import ReadArticle
from crawler.polling.poll_context import PollContext
from crawler.polling.poll_interval import next_recheck, page_retry
from crawler.polling.poll_stats import PollStats
from crawler.reading.reading_tasks import PageRead
from storage.errors import DamagedRow
from storage.model import Article, AsideBlock, FetchedPage, PageDue, TextState

log = logging.getLogger(__name__)

PageResult = Literal["read", "unreadable", "postponed", "held"]


class PageRecorder:
    """Records the results of the pages of one source in one poll.

    `retry_at`: when the first failed page is due again.
    """

    def __init__(
        self,
        source: Source,
        context: PollContext,
        stats: PollStats,
        *,
        baseline: bool,
        language: str | None,
    ) -> None:
        self._source = source
        self._context = context
        self._stats = stats
        self._baseline = baseline
        self._language = source.language or language
        self.retry_at: datetime | None = None

    def store_read(self, page: PageDue, fetched: FetchedPage, read: PageRead) -> None:
        """Store what was read, unless it differs from the stored text in boilerplate only."""
        if read.is_insignificant:
            self.record_unchanged(page)
        else:
            self.store_all([(page, fetched, read.article)])

    def record_unchanged(self, page: PageDue) -> None:
        """Record that a page has not changed, and when to recheck it."""
        self._context.storage.record_unchanged_page(
            page.item_id, recheck_at=self.next_recheck_at(page)
        )
        self._stats.read += 1

    def store_all(self, pages: Sequence[tuple[PageDue, FetchedPage | None, Article]]) -> None:
        """Store the articles of items in one transaction, and when to recheck their pages.

        Where the row of an only item is damaged, its page is rejected; its attempt stays counted.

        Raises:
            DamagedRow: the row of one of several items is damaged; nothing was stored.
        """
        articles = [
            ReadArticle(
                article=article,
                item_id=page.item_id,
                fetched=fetched,
                recheck_at=self.next_recheck_at(page),
            )
            for page, fetched, article in pages
        ]
        try:
            all_stored = self._context.storage.put_pages(articles, baseline=self._baseline)
        except DamagedRow as error:
            if len(pages) > 1:
                raise
            log.error("page.not-stored item=%d problem=%s", pages[0][0].item_id, error)
            self._stats.rejected["damaged row"] += 1
            return
        for (page, _, _), stored in zip(pages, all_stored, strict=True):
            self._stats.count(stored.decision)
            self._stats.read += 1
            self._context.emit(
                {
                    "event": "entry.stored",
                    "source": self._source.key,
                    "item": stored.item_id,
                    "decision": type(stored.decision).__name__.lower(),
                    "url": page.entry.url,
                }
            )

    def _store_from_listing(self, page: PageDue, reason: str) -> bool:
        """Store the full text of the listing; return whether the listing has one."""
        if not page.entry.content:
            return False
        article = normalise(
            page.entry,
            item_kind=self._source.item_kind,
            page=None,
            text=None,
            thin_reason=reason,
            language=self._language,
        )
        if article.text_state is not TextState.FULL:
            return False
        self.store_all([(page, None, article)])
        return True

    def record_unreadable(
        self,
        page: PageDue,
        reason: str,
        status: int | None,
        *,
        kept: FetchedPage | None = None,
        asides: Sequence[AsideBlock] = (),
    ) -> PageResult:
        """Record why a page has no text. `kept`: a page that is retried only once it changes."""
        now = self._context.clock()
        final = kept is not None or reason == "no-page"
        retry_at = None if final else page_retry(page.attempts + 1, status, now)
        if self._store_from_listing(page, reason):
            return "read"
        self._context.storage.record_failed_page(
            page.item_id, reason=reason, retry_at=retry_at, kept=kept, asides=asides
        )
        self._stats.thin += 1
        if retry_at is not None:
            self.retry_at = min(retry_at, self.retry_at or retry_at)
        log.info(
            "page.thin source=%s reason=%s url=%s", self._source.key, reason, page.entry.url or "-"
        )
        self._context.emit(
            {
                "event": "page.thin",
                "source": self._source.key,
                "item": page.item_id,
                "reason": reason,
                "url": page.entry.url,
            }
        )
        return "unreadable"

    def record_error(
        self, page: PageDue, url: str, answer: FetchResponse, error: CrawlerError
    ) -> PageResult:
        """Record why a fetched page has no text."""
        if isinstance(error, RecurringText):
            self._stats.rejected["repeated text"] += 1
            self._remove_recurring_text(error)
        if isinstance(error, Unreadable):
            kept = answer.page if error.lasting else None
            asides = error.asides
            if isinstance(error, RecurringText):
                asides = lines_set_aside(error.text, "junk")
            return self.record_unreadable(
                page, error.reason, answer.status, kept=kept, asides=asides
            )
        if isinstance(error, OverLimit):
            self.report_over_limit(page, error.reason)
            return self.record_unreadable(page, error.reason, answer.status)
        # an error of our own on one page must not stop the source
        log.error("page.reader-failed source=%s url=%s %s", self._source.key, url, error)
        self.report_over_limit(page, f"the reader failed: {(str(error).splitlines() or ['?'])[0]}")
        return self.record_unreadable(page, "reader-error", answer.status)

    def report_over_limit(self, page: PageDue, reason: str, *, was_read: bool = False) -> None:
        """Emit an event: a page exceeds the limits of reading. `was_read`: it was read before."""
        self._context.emit(
            {
                "event": "recheck.over-limit" if was_read else "page.over-limit",
                "source": self._source.key,
                "item": page.item_id,
                "url": page.entry.url,
                "reason": reason,
            }
        )

    def _remove_recurring_text(self, error: RecurringText) -> None:
        """Remove a text that was found to be boilerplate from the items stored with it."""
        if not error.text:
            return
        same = self._context.storage.find_same_text(self._source.key, error.text)
        item_ids = [item_id for item_id, *heading in same if not is_about(error.text, heading)]
        if item_ids:
            asides = lines_set_aside(error.text, "junk")
            self._context.storage.remove_text(item_ids, error.reason, asides)
            log.info("page.text-removed source=%s items=%s", self._source.key, item_ids)

    def next_recheck_at(self, page: PageDue) -> datetime | None:
        """Return when to recheck a page for edits; None: never."""
        if self._baseline or not self._context.kind.learns_sites or not self._source.relook:
            return None
        return next_recheck(page.first_seen_at, self._context.clock())

"""Rechecks the pages of recent items for edits, new headlines and retractions."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from config.model import Source
from crawler.errors import OverLimit, ReaderFailed, Unreadable
from crawler.fetch_errors import FetchFailed, HostUnavailable, TooManyLargeBodies
from crawler.http.conditional import request_headers
from crawler.http.response import FetchResponse
from crawler.polling.page_reader import PageReader, own_page_url
from crawler.polling.page_recorder import PageRecorder
from crawler.polling.polite_fetch import asks_to_wait, fetch_politely
from crawler.polling.poll_context import PollContext
from crawler.polling.poll_stats import PollStats
from storage.model import PageDue

log = logging.getLogger(__name__)

RECHECKS_PER_POLL = 15  # of one source, so that new entries are not delayed
_GONE = frozenset({404, 410})


def _is_redirected_to_front_page(answer: FetchResponse, url: str) -> bool:
    """Return whether the URL of an article redirects to the front page, as after a deletion."""
    return answer.status == 200 and is_front_page(answer.page.final_url) and not is_front_page(url)


def is_front_page(url: str) -> bool:
    """Return whether a URL is the front page of a site."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


class PageRechecker:
    """Rechecks pages of one source in one poll."""

    def __init__(
        self,
        source: Source,
        context: PollContext,
        stats: PollStats,
        reader: PageReader,
        recorder: PageRecorder,
    ) -> None:
        self._source = source
        self._context = context
        self._stats = stats
        self._reader = reader
        self._recorder = recorder

    async def recheck_due(self) -> None:
        """Recheck the pages that are due, the longest overdue first."""
        pages = self._context.storage.rechecks_due(self._source.key, limit=RECHECKS_PER_POLL)
        waiting = [page.item_id for page in pages]
        self._context.storage.postpone_rechecks(waiting)
        try:
            for page in pages:
                if await self._recheck(page):
                    waiting.remove(page.item_id)
        finally:
            self._context.storage.make_rechecks_due(waiting)

    async def _recheck(self, page: PageDue) -> bool:
        """Recheck a page; return False if it was not fetched and stays due."""
        url = own_page_url(page.entry)
        if url is None or not self._source.relook:
            self._context.storage.record_failed_recheck(page.item_id, recheck_at=None)
            return True
        if self._context.reading.is_exhausted(self._source):
            return False
        headers = request_headers(page.etag, page.last_modified)
        try:
            answer = await fetch_politely(self._context, url, headers, stats=self._stats)
        except (HostUnavailable, TooManyLargeBodies):
            return False
        except FetchFailed:
            self._record_failure(page)
            return True
        return await self._handle_response(page, url, answer)

    async def _handle_response(self, page: PageDue, url: str, answer: FetchResponse) -> bool:
        storage = self._context.storage
        if asks_to_wait(answer, self._context):
            return False
        if answer.status == 304 and (page.etag or page.last_modified):
            storage.record_unchanged_page(
                page.item_id, recheck_at=self._recorder.next_recheck_at(page)
            )
        elif answer.status in _GONE or _is_redirected_to_front_page(answer, url):
            if storage.record_gone_page(
                page.item_id, recheck_at=self._recorder.next_recheck_at(page)
            ):
                self._stats.retracted += 1
                log.info("page.gone source=%s url=%s", self._source.key, url)
        elif answer.status != 200:
            self._record_failure(page)
        else:
            await self._read(page, answer)
        return True

    async def _read(self, page: PageDue, answer: FetchResponse) -> None:
        try:
            # the headline of the listing may differ from that of the page
            read = await self._reader.read_text(page, answer, page_title=page.page_title)
        except Unreadable as error:
            # a paywall or consent page does not replace the stored article
            log.info(
                "recheck.unreadable source=%s url=%s %s", self._source.key, page.entry.url, error
            )
            self._record_failure(page)
            return
        except (OverLimit, ReaderFailed) as error:
            why = str(error).splitlines()[0]
            log.error("recheck.failed source=%s url=%s %s", self._source.key, page.entry.url, why)
            self._recorder.report_over_limit(page, why, was_read=True)
            self._record_failure(page)
            return
        if read.is_insignificant:
            recheck_at = self._recorder.next_recheck_at(page)
            self._context.storage.record_unchanged_page(page.item_id, recheck_at=recheck_at)
        else:
            self._recorder.store_all([(page, answer.page, read.article)])

    def _record_failure(self, page: PageDue) -> None:
        self._context.storage.record_failed_recheck(
            page.item_id, recheck_at=self._recorder.next_recheck_at(page)
        )

"""Looks at the page of a recent item again: edits, new headlines and retractions are news."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from config.model import Source
from crawler.errors import OverLimit, ReaderBroke, Unreadable
from crawler.fetch_errors import FetchFailed
from crawler.http.conditional import request_headers
from crawler.http.response import FetchResponse
from crawler.polling.page_reader import PageReader, own_page
from crawler.polling.poll_context import PollContext
from crawler.polling.poll_stats import PollStats
from storage.model import PageDue

log = logging.getLogger(__name__)

LOOKS = 15  # in one poll of a source: what is new goes first
_GONE = frozenset({404, 410})


def _leads_home(answer: FetchResponse, url: str) -> bool:
    """Whether an article's address leads to the front page now, as sites do with what they drop."""
    return answer.status == 200 and is_front_page(answer.page.final_url) and not is_front_page(url)


def is_front_page(url: str) -> bool:
    """Whether an address is that of a site, and no article's."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


class PageRechecker:
    """Looks at pages of one source in one poll."""

    def __init__(
        self, source: Source, tools: PollContext, tally: PollStats, reader: PageReader
    ) -> None:
        self._source = source
        self._tools = tools
        self._tally = tally
        self._reader = reader

    async def look_at_due(self) -> None:
        """Look at those pages that are due, the longest overdue first."""
        pages = self._tools.pipeline.looks_due(self._source.key, limit=LOOKS)
        waiting = [page.item_id for page in pages]
        self._tools.pipeline.put_off_looks(waiting)
        try:
            for page in pages:
                if await self._look(page):
                    waiting.remove(page.item_id)
        finally:
            self._tools.pipeline.make_looks_due(waiting)

    async def _look(self, page: PageDue) -> bool:
        """Look at a page; returns whether that was done: else it stays due."""
        url = own_page(page.entry)
        if url is None or not self._source.relook:
            self._tools.pipeline.look_failed(page.item_id, look_at=None)
            return True
        if self._tools.hosts.is_out(url) or self._tools.reading.is_exhausted(self._source):
            return False
        try:
            answer = await self._tools.fetch(url, request_headers(page.etag, page.last_modified))
        except FetchFailed as error:
            self._tools.hosts.failed(url, error)
            self._told_nothing(page)
            return True
        self._tools.hosts.answered(url)
        return await self._answered(page, url, answer)

    async def _answered(self, page: PageDue, url: str, answer: FetchResponse) -> bool:
        pipeline = self._tools.pipeline
        retry_after = answer.retry_after(self._tools.clock())
        if answer.status == 429 or retry_after is not None:
            self._tools.hosts.leave_alone(url)
            self._tally.wait_until(retry_after)
            return False
        if answer.status == 304 and (page.etag or page.last_modified):
            pipeline.page_unchanged(page.item_id, look_at=self._reader.look_at(page))
        elif answer.status in _GONE or _leads_home(answer, url):
            if pipeline.look_gone(page.item_id, look_at=self._reader.look_at(page)):
                self._tally.retracted += 1
                log.info("page.gone source=%s url=%s", self._source.key, url)
        elif answer.status != 200:
            self._told_nothing(page)
        else:
            await self._read(page, answer)
        return True

    async def _read(self, page: PageDue, answer: FetchResponse) -> None:
        try:
            # the listing's headline may never have been on the page
            read = await self._reader.page_text(page, answer, page_title=page.page_title)
        except Unreadable as error:
            # a wall of today does not take away the article of yesterday
            log.info("page.looked source=%s url=%s %s", self._source.key, page.entry.url, error)
            self._told_nothing(page)
            return
        except (OverLimit, ReaderBroke) as error:
            why = str(error).splitlines()[0]
            log.error("page.looked source=%s url=%s %s", self._source.key, page.entry.url, why)
            self._reader.tell_too_much(page, why, was_read=True)
            self._told_nothing(page)
            return
        if read.is_noise:
            self._tools.pipeline.page_unchanged(page.item_id, look_at=self._reader.look_at(page))
        else:
            self._reader.store(read.article, page, answer.page)

    def _told_nothing(self, page: PageDue) -> None:
        self._tools.pipeline.look_failed(page.item_id, look_at=self._reader.look_at(page))

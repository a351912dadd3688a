"""The base class of all spiders; a kind of source adds a name and a way to read a listing.

Each source of the batch is one coroutine that sends one request at a time, so a host that hangs
delays only its own sources, and a poll is one function (`crawler.polling.poll`). Scrapy's
downloader does the fetching, with its middlewares, throttle and handlers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import scrapy

from config.model import Source
from crawler.extraction.selectors import read_selected
from crawler.http.crawl_context import CrawlContext
from crawler.http.fetcher import Fetcher
from crawler.http.response import Fetch, FetchResponse
from crawler.http.scrapy_settings import MAX_BODY
from crawler.http.throttle import set_min_delay
from crawler.jobs.batches import host_of
from crawler.jobs.events import Emit
from crawler.spider_base.source_kind import SourceKind
from storage.model import FetchedEntry, PageText

log = logging.getLogger(__name__)

# the task for each source: poll, examine or probe
Work = Callable[[Source, Fetch, SourceKind], Awaitable[None]]


class SourceSpider(SourceKind, scrapy.Spider):
    """Polls the sources of one kind; subclasses set `name` and implement `SourceKind`.

    `max_body`: the most bytes of a response. `response_timeout`: the most time for one; None: that
    of the job.
    `start_at`: number of entries of the response to skip, since earlier polls have read them.
    `min_delay`: the minimum time between requests to a host, where the service demands one.
    """

    max_body: int = MAX_BODY
    response_timeout: timedelta | None = None
    start_at: int = 0
    min_delay: timedelta = timedelta(0)

    def __init__(
        self,
        *,
        context: CrawlContext,
        sources: Sequence[Source],
        work: Work,
        emit: Emit,
    ) -> None:
        super().__init__()
        self.context = context
        self.sources = tuple(sources)
        self.poll_state: dict[str, Any] = {}
        # keys of sources whose poll raised or was cancelled; their leases are not released
        self.failed_sources: list[str] = []
        self._work = work
        self._emit = emit
        self._polls: list[asyncio.Task[None]] = []

    def read_page(self, source: Source, answer: FetchResponse, entry: FetchedEntry) -> PageText:
        """Read an article's page, by the source's selectors where it has some."""
        site = self.context.sites.of(answer.page.final_url)
        return read_selected(answer.page, source, entry, site)

    async def start(self) -> AsyncIterator[Any]:
        """Run the work of every source; yields no requests for Scrapy to schedule."""
        fetch = Fetcher(
            self.crawler,
            self.context.clock,
            max_body=self.max_body,
            response_timeout=self.response_timeout,
        )
        if self.context.job.crawl.download_delay:  # 0 for local servers and for `inspect`
            for source in self.sources:
                set_min_delay(self.crawler, host_of(source.url), self.min_delay.total_seconds())
        self._polls = [asyncio.ensure_future(self._run_work(each, fetch)) for each in self.sources]
        await self.wait_for_polls()
        return
        yield  # makes this function an asynchronous generator

    def interrupt(self) -> None:
        """Cancel every poll; each one stores what it has read so far."""
        for task in self._polls:
            task.cancel()

    async def wait_for_polls(self) -> None:
        """Wait until every poll has ended."""
        await asyncio.gather(*self._polls)

    async def _run_work(self, source: Source, fetch: Fetch) -> None:
        """Run the work of one source; an error is reported and stops no other source."""
        try:
            await self._work(source, fetch, self)
        except asyncio.CancelledError:
            self.failed_sources.append(source.key)
        except Exception as error:
            self.failed_sources.append(source.key)
            log.exception("source.failed source=%s", source.key)
            self._emit(
                {
                    "event": "error",
                    "source": source.key,
                    "error": f"{type(error).__name__}: {error}",
                }
            )

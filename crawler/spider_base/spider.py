"""The base of all spiders: a source kind is this class with a name and a way to read a listing.

Each source of the batch is one coroutine that asks for one thing at a time, so a host that hangs
holds up its own sources and nobody else, and the story of a poll reads from top to bottom
(`crawler.polling.poll`). Scrapy's downloader does the fetching: its middlewares, throttle and
handlers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import scrapy

from config.model import Source
from crawler.extraction.selectors import read_selected
from crawler.http.crawl_context import CrawlContext
from crawler.http.fetcher import Fetcher
from crawler.http.response import Fetch, FetchResponse
from crawler.http.scrapy_settings import MAX_BODY
from crawler.http.throttle import set_pace
from crawler.jobs.batches import host_of
from crawler.jobs.events import Emit
from crawler.listings.listing import Listing
from crawler.spider_base.source_kind import SourceKind
from storage.model import FetchedEntry, PageText

log = logging.getLogger(__name__)

# what is done with each source: a poll, or an examination
Work = Callable[[Source, Fetch, SourceKind], Awaitable[None]]


class SourceSpider(scrapy.Spider):
    """Polls the sources of one kind (`crawler.spider_base.source_kind`).

    Subclasses set `name` and `read`.

    `largest` is how many bytes an answer may have, `slowest` how long it may take; None: as long
    as the job says. `reads_slowly`, `learns_sites`: see `SourceKind`.
    `start_at`: how many entries of the answer that is read next were read before.
    `least_delay` is the time from one request to a host to the next that its service demands.
    """

    largest: int = MAX_BODY
    slowest: timedelta | None = None
    reads_slowly: bool = False
    learns_sites: bool = True
    start_at: int = 0
    least_delay: timedelta = timedelta(0)

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
        self.notes: dict[str, Any] = {}
        self.troubled: list[str] = []  # sources whose poll broke; their leases are not given back
        self._work = work
        self._emit = emit
        self._polls: list[asyncio.Task[None]] = []

    def address(self, source: Source, *, since: datetime | None, now: datetime) -> str:
        """The address to ask for the listing; `since`: up to when the source has been read."""
        return source.url

    def read(self, source: Source, answer: FetchResponse) -> Listing:
        """The entries of a listing, or of a part of it, that came with status 200.

        Raises:
            NotAFeed: what came is no listing of this kind.
        """
        raise NotImplementedError

    def whole(self, listing: Listing) -> Listing:
        """What all the parts of a listing that came add up to."""
        return listing

    def patience(self, source: Source, answer: FetchResponse) -> timedelta | None:
        """How long to leave a host alone that says so in a way of its own; else None."""
        return None

    def page_addresses(self, source: Source, entry: FetchedEntry) -> tuple[str, ...]:
        """Where the text of an entry with a page of its own is asked for; the next if one fails."""
        return () if entry.url is None else (entry.url,)

    def read_page(self, source: Source, answer: FetchResponse, entry: FetchedEntry) -> PageText:
        """The text of an entry's page that came with status 200.

        Raises:
            Unreadable: no article can be read from it.
        """
        site = self.context.sites.of(answer.page.final_url)
        return read_selected(answer.page, source, entry, site)

    async def start(self) -> AsyncIterator[Any]:
        """Poll every source; Scrapy itself has nothing to schedule."""
        fetch = Fetcher(
            self.crawler, self.context.clock, largest=self.largest, slowest=self.slowest
        )
        if self.context.job.crawl.download_delay:  # none: a server that is there to be tried
            for source in self.sources:
                set_pace(self.crawler, host_of(source.url), self.least_delay.total_seconds())
        self._polls = [asyncio.ensure_future(self._guarded(one, fetch)) for one in self.sources]
        await self.closed_polls()
        return
        yield  # an asynchronous generator without a yield is none

    def interrupt(self) -> None:
        """Have every poll close with what it has."""
        for one in self._polls:
            one.cancel()

    async def closed_polls(self) -> None:
        """Wait until every poll has closed; at once when all have."""
        await asyncio.gather(*self._polls)

    async def _guarded(self, source: Source, fetch: Fetch) -> None:
        """One poll; what breaks it is reported and stops no other."""
        try:
            await self._work(source, fetch, self)
        except asyncio.CancelledError:
            self.troubled.append(source.key)
        except Exception as error:
            self.troubled.append(source.key)
            log.exception("source.broke source=%s", source.key)
            self._emit(
                {
                    "event": "error",
                    "source": source.key,
                    "error": f"{type(error).__name__}: {error}",
                }
            )

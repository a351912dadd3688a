"""Runs the spiders of one job in this process's reactor: one for each kind of source.

Only `crawler.processes.child` calls it: a reactor can run once per process.
"""

from __future__ import annotations

import asyncio
import logging
import random
import signal
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from scrapy.crawler import Crawler
from scrapy.utils.reactor import install_reactor

from config.model import Source
from crawler.diagnostics.discover import discover
from crawler.diagnostics.examine import examine
from crawler.diagnostics.probe import probe
from crawler.extraction.recurring.site_memories import StoredSiteMemories, TransientSiteMemories
from crawler.http.crawl_context import CrawlContext
from crawler.http.guard import FetchGuard
from crawler.http.guarded_reactor import GuardedReactor
from crawler.http.hosts.host_slots import HostExclusion, NoHostExclusion, SharedHostExclusion
from crawler.http.response import Fetch
from crawler.http.robots_cache import StoredRobotsCache, TransientRobotsCache
from crawler.http.scrapy_settings import REACTOR, scrapy_settings
from crawler.jobs.events import Emit
from crawler.jobs.job import CrawlJob
from crawler.polling.crawl_storage import CrawlStorage
from crawler.polling.poll import poll
from crawler.polling.poll_context import PollContext
from crawler.reading.fork_server import ForkServer
from crawler.reading.isolated_reading import IsolatedReader
from crawler.reading.reader_pool import ReaderPool
from crawler.spider_base.source_kind import SourceKind
from crawler.spider_base.spider import SourceSpider, Work
from crawler.spider_base.spider_classes import spider_class
from storage.store import Store, open_store

log = logging.getLogger(__name__)

OK, SOME_FAILED = 0, 1
LOOKUPS_AT_ONCE = 20  # threads: a name server that hangs must not delay all lookups


def make_clock(offset: timedelta) -> Callable[[], datetime]:
    """Return a clock: the time of this machine plus an offset, aware and in UTC."""
    return lambda: datetime.now(UTC) + offset


def crawl(job: CrawlJob, emit: Emit, forks: ForkServer) -> int:
    """Poll, examine or probe the sources of a job, according to its `task`.

    Args:
        emit: sends an event to the parent process.
        forks: the fork server that starts reader processes.

    Returns:
        The exit code: `OK`, or `SOME_FAILED` when at least one source raised.
    """
    install_reactor(REACTOR)
    from twisted.internet import reactor as installed

    reactor: Any = installed
    now = make_clock(job.clock_offset)
    store = open_store(job.database_url, migrate=False) if job.database_url else None
    is_crawl = job.task == "crawl"
    guarded_reactor = GuardedReactor(FetchGuard(job.crawl.allowed_hosts))
    guarded_reactor.install(reactor)
    reactor.suggestThreadPoolSize(LOOKUPS_AT_ONCE)
    robots = StoredRobotsCache(store) if store is not None and is_crawl else TransientRobotsCache()
    sites = TransientSiteMemories() if store is None else StoredSiteMemories(store, now)
    context = CrawlContext(
        job=job,
        guarded_reactor=guarded_reactor,
        robots=robots,
        clock=now,
        sites=sites,
        host_exclusion=_make_host_exclusion(job, store),
    )
    readers = ReaderPool(forks, job)
    work: Work
    if store is not None and is_crawl:
        work = make_poll_work(context, store, emit, IsolatedReader(readers, sites, emit))
    else:
        archive = None if store is None else CrawlStorage(store, now)
        work = make_examine_work(context, emit, archive)
    batch = _Batch(context, work, emit)

    async def run_batch() -> None:
        try:
            await batch.run()
        except Exception as error:
            log.exception("crawl.failed run=%s", job.run_id)
            batch.failed = True
            emit({"event": "error", "source": None, "error": f"{type(error).__name__}: {error}"})
        finally:
            reactor.stop()

    tasks: list[asyncio.Future[None]] = []  # the event loop holds tasks only weakly
    reactor.callWhenRunning(lambda: tasks.append(asyncio.ensure_future(run_batch())))
    reactor.run(installSignalHandlers=False)
    readers.close()
    if store is not None:
        store.close()
    return SOME_FAILED if batch.failed else OK


def _make_host_exclusion(job: CrawlJob, store: Store | None) -> HostExclusion:
    if store is None or not store.shared:
        return NoHostExclusion()
    return SharedHostExclusion(store, longest_wait=job.deadline.total_seconds())


class _Batch:
    """Runs the Scrapy crawlers of one job."""

    def __init__(self, context: CrawlContext, work: Work, emit: Emit) -> None:
        self.failed = False
        self._context = context
        self._work = work
        self._emit = emit
        self._crawlers: list[Crawler] = []
        self._interrupted = asyncio.Event()

    async def run(self) -> None:
        """Run every spider until it ends, or until the deadline or SIGTERM."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.interrupt)
        seconds = self._context.job.deadline.total_seconds()
        loop.call_later(max(seconds - 5.0, seconds * 0.8), self.interrupt)
        crawls = [
            asyncio.ensure_future(self._crawl(kind, sources, verify_tls=verify_tls))
            for (kind, verify_tls), sources in group_sources(self._context.job.sources).items()
        ]
        ended: asyncio.Future[Any] = asyncio.gather(*crawls)
        interrupted: asyncio.Future[Any] = asyncio.ensure_future(self._interrupted.wait())
        # Scrapy closes a spider only after its downloads: an interrupted batch does not wait
        await asyncio.wait({ended, interrupted}, return_when=asyncio.FIRST_COMPLETED)
        for spider in self._list_spiders():
            await spider.wait_for_polls()
            self.failed |= bool(spider.failed_sources)
        if ended.done():
            ended.result()

    def interrupt(self) -> None:
        """Cancel every poll; each one stores what it has read so far."""
        log.info("crawl.interrupted run=%s", self._context.job.run_id)
        for spider in self._list_spiders():
            spider.interrupt()
        self._interrupted.set()

    def _list_spiders(self) -> list[SourceSpider]:
        return [one.spider for one in self._crawlers if isinstance(one.spider, SourceSpider)]

    async def _crawl(self, kind: str, sources: Sequence[Source], *, verify_tls: bool) -> None:
        settings = scrapy_settings(self._context.job, verify_tls=verify_tls)
        crawler = Crawler(spider_class(kind), settings)
        self._crawlers.append(crawler)
        await crawler.crawl_async(
            context=self._context,
            sources=sources,
            work=self._work,
            emit=self._emit,
        )


def make_poll_work(
    context: CrawlContext, store: Store, emit: Emit, reading: IsolatedReader
) -> Work:
    """Return the work that polls a source and stores what it lists."""
    storage = CrawlStorage(store, context.clock, keep_raw=context.job.crawl.keep_raw)

    async def work(source: Source, fetch: Fetch, kind: SourceKind) -> None:
        poll_context = PollContext(
            storage=storage,
            fetch=fetch,
            kind=kind,
            reading=reading,
            clock=context.clock,
            random=random.random,
            emit=emit,
            pages_per_source=context.job.pages_per_source,
            run_id=context.job.run_id,
            hosts=context.hosts,
            sites=context.sites,
        )
        await poll(source, poll_context)

    return work


def make_examine_work(context: CrawlContext, emit: Emit, archive: CrawlStorage | None) -> Work:
    """Return the work that examines, probes or discovers a source and stores nothing.

    Args:
        context: of the job, whose `task` decides.
        emit: sends an event to the parent process.
        archive: stored items to compare with; None: nothing is stored yet.
    """
    task = context.job.task

    def kind_of(name: str) -> SourceKind:
        return spider_class(name)(context=context, sources=(), work=work, emit=emit)

    async def work(source: Source, fetch: Fetch, kind: SourceKind) -> None:
        if task == "probe":
            await probe(source, fetch, kind, emit)
        elif task == "discover":
            await discover(source, fetch, kind_of, emit)
        else:
            await examine(source, fetch, kind, emit, archive)

    return work


def group_sources(sources: Sequence[Source]) -> Mapping[tuple[str, bool], tuple[Source, ...]]:
    """Group sources by what one crawler shares: (kind, whether TLS certificates are verified)."""
    grouped: dict[tuple[str, bool], list[Source]] = defaultdict(list)
    for source in sources:
        grouped[source.kind, source.verify_tls].append(source)
    return {key: tuple(group) for key, group in grouped.items()}

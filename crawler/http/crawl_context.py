"""State shared by the crawlers of one child process, and how Scrapy components reach it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crawler.extraction.recurring.site_memories import SiteMemoryStore, TransientSiteMemories
from crawler.http.guarded_reactor import GuardedReactor
from crawler.http.hosts.host_slots import HostExclusion, NoHostExclusion
from crawler.http.hosts.host_state import HostState
from crawler.http.large_bodies import LargeBodies
from crawler.http.robots_cache import RobotsCache
from crawler.jobs.job import CrawlJob

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlContext:
    """The job of a child process, its guarded reactor and its politeness state per host.

    `host_locks`: a lock for each host; `host_exclusion`: the same across all processes. `hosts`:
    failures and rate limits of hosts. `crawl_delays`: minimum seconds between requests, by host.
    `sites`: the text that recurs on the pages of each host.
    """

    job: CrawlJob
    guarded_reactor: GuardedReactor
    robots: RobotsCache
    clock: Callable[[], datetime]
    hosts: HostState = field(default_factory=HostState)
    sites: SiteMemoryStore = field(default_factory=TransientSiteMemories)
    host_locks: defaultdict[str, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock)
    )
    host_exclusion: HostExclusion = field(default_factory=NoHostExclusion)
    large_bodies: LargeBodies = field(default_factory=LargeBodies)
    crawl_delays: dict[str, float] = field(default_factory=dict)


def context_of(crawler: Crawler) -> CrawlContext:
    """Return the context of a crawler, an attribute of its spider."""
    spider: Any = crawler.spider
    context: CrawlContext = spider.context
    return context

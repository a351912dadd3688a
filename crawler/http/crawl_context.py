"""What the crawlers of one child process share, and how Scrapy's components reach it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crawler.extraction.site_memories import SiteMemoryStore, TransientSiteMemories
from crawler.http.guarded_reactor import GuardedReactor
from crawler.http.host_state import HostState
from crawler.http.large_bodies import LargeBodies
from crawler.http.robots_cache import RobotsCache
from crawler.jobs.job import CrawlJob

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlContext:
    """One child process: its job, the door to the network and politeness shared by its crawlers.

    `turns` has a lock for each host; `hosts` knows which are not to be asked; `crawl_delays` the
    seconds that a host's robots.txt asks for; `sites` what recurs on the pages of hosts.
    """

    job: CrawlJob
    door: GuardedReactor
    robots: RobotsCache
    clock: Callable[[], datetime]
    hosts: HostState = field(default_factory=HostState)
    sites: SiteMemoryStore = field(default_factory=TransientSiteMemories)
    turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    large_bodies: LargeBodies = field(default_factory=LargeBodies)
    crawl_delays: dict[str, float] = field(default_factory=dict)


def context_of(crawler: Crawler) -> CrawlContext:
    """The context of the child process that a crawler runs in; its spider carries it."""
    spider: Any = crawler.spider
    context: CrawlContext = spider.context
    return context

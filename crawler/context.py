"""What the crawlers of one child process share, and how Scrapy's components reach it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crawler.bodies import LargeBodies
from crawler.connecting import Door
from crawler.hosts import Hosts
from crawler.job import CrawlJob
from crawler.robots_cache import RobotsMemory
from crawler.sites import ForgottenSites, Sites

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlContext:
    """One child process: its job, the door to the network and politeness shared by its crawlers.

    `turns` has a lock for each host; `hosts` knows which are not to be asked; `crawl_delays` the
    seconds that a host's robots.txt asks for; `sites` what recurs on the pages of hosts.
    """

    job: CrawlJob
    door: Door
    robots: RobotsMemory
    clock: Callable[[], datetime]
    hosts: Hosts = field(default_factory=Hosts)
    sites: Sites = field(default_factory=ForgottenSites)
    turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    large_bodies: LargeBodies = field(default_factory=LargeBodies)
    crawl_delays: dict[str, float] = field(default_factory=dict)


def context_of(crawler: Crawler) -> CrawlContext:
    """The context of the child process that a crawler runs in; its spider carries it."""
    spider: Any = crawler.spider
    context: CrawlContext = spider.context
    return context

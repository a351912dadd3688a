"""AutoThrottle that never goes below what a host's robots.txt asks for."""

from __future__ import annotations

from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawler.context import context_of


class Throttle(AutoThrottle):
    """Scrapy's AutoThrottle with Crawl-delay as a floor for each host."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._floors = context_of(crawler).crawl_delays

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        super()._adjust_delay(slot, latency, response)
        floor = self._floors.get(urlparse_cached(response).hostname or "", 0.0)
        slot.delay = max(slot.delay, floor)

"""AutoThrottle that never goes below what a host asks for, by its robots.txt or its rules."""

from __future__ import annotations

from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawler.http.crawl_context import context_of


class Throttle(AutoThrottle):
    """Scrapy's AutoThrottle with a floor for each host."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._floors = context_of(crawler).crawl_delays

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        super()._adjust_delay(slot, latency, response)
        floor = self._floors.get(urlparse_cached(response).hostname or "", 0.0)
        slot.delay = max(slot.delay, floor)


def set_pace(crawler: Crawler, host: str, delay: float) -> None:
    """Have requests to a host begin at least so many seconds apart, whoever makes them."""
    floors = context_of(crawler).crawl_delays
    delay = max(delay, floors.get(host, 0.0))
    if not delay or crawler.engine is None:
        return
    floors[host] = delay
    downloader = crawler.engine.downloader
    downloader.per_slot_settings[host] = {"concurrency": 1, "delay": delay, "jitter": 0.0}
    slot = downloader.slots.get(host)
    if slot is not None:
        slot.delay = max(slot.delay, delay)
        slot.jitter = 0.0

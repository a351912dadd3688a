"""AutoThrottle with a minimum delay for each host, from its robots.txt or its kind of source."""

from __future__ import annotations

from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawler.http.crawl_context import context_of


class Throttle(AutoThrottle):
    """Scrapy's AutoThrottle with a minimum delay for each host."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._floors = context_of(crawler).crawl_delays

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        super()._adjust_delay(slot, latency, response)
        floor = self._floors.get(urlparse_cached(response).hostname or "", 0.0)
        slot.delay = max(slot.delay, floor)


def set_min_delay(crawler: Crawler, host: str, delay: float) -> None:
    """Space requests to a host by at least `delay` seconds, in every crawler of the process.

    A shorter delay than the one already set changes nothing.
    """
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

"""Checks robots.txt before every request; files are cached in the database for up to 24 hours."""

from __future__ import annotations

import asyncio
import logging

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.httpobj import urlparse_cached

from crawler.fetch_errors import RobotsDenied
from crawler.http.crawl_context import CrawlContext, context_of
from crawler.http.fetcher import to_fetch_failed
from crawler.http.robots_rules import (
    RobotsCopy,
    RobotsRules,
    decode_robots,
    is_fresh,
    origin_of,
    product_token,
    rules_of,
)
from crawler.http.throttle import set_min_delay

log = logging.getLogger(__name__)

IS_ROBOTS_REQUEST = "asks_robots"  # request meta: this is the request for robots.txt itself


class RobotsMiddleware:
    """Refuses URLs that robots.txt disallows, and applies its Crawl-delay."""

    def __init__(self, crawler: Crawler, context: CrawlContext) -> None:
        self._crawler = crawler
        self._context = context
        self._token = product_token(context.job.crawl.user_agent)
        self._pending_rules: dict[str, asyncio.Future[tuple[RobotsRules, str]]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        """Build the middleware; called by Scrapy."""
        return cls(crawler, context_of(crawler))

    async def process_request(self, request: Request) -> None:
        """Check a request, or one hop of a redirect.

        Raises:
            RobotsDenied: robots.txt disallows the URL, or could not be fetched.
        """
        if request.meta.get(IS_ROBOTS_REQUEST):
            return
        origin = origin_of(request.url)
        pending = self._pending_rules.get(origin)
        if pending is None:
            pending = self._pending_rules[origin] = asyncio.ensure_future(self._load_rules(origin))
        # cancelling one poll must not cancel the fetch that other polls wait for
        rules, failure = await asyncio.shield(pending)
        if not rules.allows(request.url):
            log.info("robots.denied url=%s failure=%s", request.url, failure or "-")
            raise RobotsDenied(
                failure or f"{origin}/robots.txt does not allow {request.url}",
                unreachable=bool(failure),
            )
        if rules.crawl_delay:
            set_min_delay(self._crawler, urlparse_cached(request).hostname or "", rules.crawl_delay)

    async def _load_rules(self, origin: str) -> tuple[RobotsRules, str]:
        """Return the rules of an origin, and why robots.txt could not be fetched ("" if it was)."""
        cached = self._context.robots.get(origin)
        if cached is not None and is_fresh(cached, self._context.clock()):
            return rules_of(cached, self._token), ""
        copy, failure = await self._fetch_robots(origin)
        if copy.is_usable:
            self._context.robots.put(origin, copy)
            return rules_of(copy, self._token), ""
        # RFC 9309, 2.4: a stale copy is used while the host cannot be reached
        return rules_of(cached or copy, self._token), failure

    async def _fetch_robots(self, origin: str) -> tuple[RobotsCopy, str]:
        url = f"{origin}/robots.txt"
        # retried with the next poll, not at once
        request = Request(url, meta={IS_ROBOTS_REQUEST: True, "dont_retry": True})
        now = self._context.clock()
        try:
            response = await self._crawler.engine.download_async(request)
        except Exception as error:  # after any failure nothing may be fetched
            if isinstance(error, IgnoreRequest) and "redirections" in str(error):
                # RFC 9309, 2.3.1.2: more than five redirects may be taken as "there is none"
                return RobotsCopy(fetched_at=now, status=404, body=""), ""
            reason = to_fetch_failed(url, error)
            return (
                RobotsCopy(fetched_at=now, status=None, body=""),
                f"robots.txt could not be read, so nothing may be fetched: {reason}",
            )
        failure = f"{url} answered {response.status}, so nothing may be fetched"
        body = decode_robots(response.body) if response.status < 300 else ""
        return RobotsCopy(fetched_at=now, status=response.status, body=body), failure

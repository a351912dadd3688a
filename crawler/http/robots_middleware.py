"""Asks robots.txt before every request; copies are kept in the database for up to 24 hours."""

from __future__ import annotations

import asyncio
import logging

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.httpobj import urlparse_cached

from crawler.fetch_errors import RobotsDenied
from crawler.http.crawl_context import CrawlContext, context_of
from crawler.http.fetcher import explained
from crawler.http.robots_rules import (
    RobotsCopy,
    RobotsRules,
    decode_robots,
    is_fresh,
    origin_of,
    product_token,
    rules_of,
)
from crawler.http.throttle import set_pace

log = logging.getLogger(__name__)

ASKING = "asks_robots"  # request meta: this is the request for robots.txt itself


class RobotsMiddleware:
    """Lets through what the host allows; sets the pace that it asks for."""

    def __init__(self, crawler: Crawler, context: CrawlContext) -> None:
        self._crawler = crawler
        self._context = context
        self._token = product_token(context.job.crawl.user_agent)
        self._asked: dict[str, asyncio.Future[tuple[RobotsRules, str]]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        """Scrapy's way to build a component."""
        return cls(crawler, context_of(crawler))

    async def process_request(self, request: Request) -> None:
        """Called for each request and for each hop of a redirect.

        Raises:
            RobotsDenied: the host does not allow this URL, or could not be asked.
        """
        if request.meta.get(ASKING):
            return
        origin = origin_of(request.url)
        asked = self._asked.get(origin)
        if asked is None:
            asked = self._asked[origin] = asyncio.ensure_future(self._rules(origin))
        # a poll that is cancelled must not take the answer from the others that wait for it
        rules, trouble = await asyncio.shield(asked)
        if not rules.allows(request.url):
            log.info("robots.denied url=%s trouble=%s", request.url, trouble or "-")
            raise RobotsDenied(
                trouble or f"{origin}/robots.txt does not allow {request.url}",
                unreachable=bool(trouble),
            )
        if rules.crawl_delay:
            set_pace(self._crawler, urlparse_cached(request).hostname or "", rules.crawl_delay)

    async def _rules(self, origin: str) -> tuple[RobotsRules, str]:
        """What an origin allows, and what was wrong with asking it."""
        kept = self._context.robots.get(origin)
        if kept is not None and is_fresh(kept, self._context.clock()):
            return rules_of(kept, self._token), ""
        copy, trouble = await self._ask(origin)
        if copy.reached:
            self._context.robots.put(origin, copy)
            return rules_of(copy, self._token), ""
        # RFC 9309, 2.4: an old copy serves while the host cannot be asked
        return rules_of(kept or copy, self._token), trouble

    async def _ask(self, origin: str) -> tuple[RobotsCopy, str]:
        url = f"{origin}/robots.txt"
        # the answer to this question is retried with the next poll, not at once
        request = Request(url, meta={ASKING: True, "dont_retry": True})
        now = self._context.clock()
        try:
            response = await self._crawler.engine.download_async(request)
        except Exception as error:  # whatever kept the answer away, the rule is the same: nothing
            if isinstance(error, IgnoreRequest) and "redirections" in str(error):
                # RFC 9309, 2.3.1.2: more than five redirects may be taken as "there is none"
                return RobotsCopy(fetched_at=now, status=404, body=""), ""
            return (
                RobotsCopy(fetched_at=now, status=None, body=""),
                f"robots.txt could not be read, so nothing may be fetched: {explained(url, error)}",
            )
        trouble = f"{url} answered {response.status}, so nothing may be fetched"
        body = decode_robots(response.body) if response.status < 300 else ""
        return RobotsCopy(fetched_at=now, status=response.status, body=body), trouble

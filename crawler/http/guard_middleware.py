"""The guard as a Scrapy downloader middleware: every request passes, redirects included."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.utils.httpobj import urlparse_cached

from crawler.fetch_errors import FetchRefused
from crawler.http.crawl_context import context_of
from crawler.http.guarded_reactor import GuardedReactor


class GuardMiddleware:
    """Refuses by the text of a URL before it is fetched, and names the guard in failed lookups."""

    def __init__(self, door: GuardedReactor) -> None:
        self._door = door

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        """Scrapy's way to build a component."""
        return cls(context_of(crawler).door)

    def process_request(self, request: Request) -> None:
        """Called for each request and for each hop of a redirect."""
        self._door.guard.check_url(request.url)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """A lookup that the guard refused looks like an unknown host: say what it was."""
        if isinstance(exception, CannotResolveHostError):
            reason = self._door.refusal(urlparse_cached(request).hostname or "")
            if reason is not None:
                raise FetchRefused(reason) from exception

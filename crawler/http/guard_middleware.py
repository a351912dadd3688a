"""Downloader middleware that checks every request with the guard, redirects included."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.utils.httpobj import urlparse_cached

from crawler.fetch_errors import FetchRefused
from crawler.http.crawl_context import context_of
from crawler.http.guarded_reactor import GuardedReactor


class GuardMiddleware:
    """Refuses forbidden URLs before they are fetched, and reports refused DNS lookups."""

    def __init__(self, guarded_reactor: GuardedReactor) -> None:
        self._guarded_reactor = guarded_reactor

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        """Build the middleware; called by Scrapy."""
        return cls(context_of(crawler).guarded_reactor)

    def process_request(self, request: Request) -> None:
        """Check a request, or one hop of a redirect.

        Raises:
            FetchRefused: the guard does not allow the URL.
        """
        self._guarded_reactor.guard.check_url(request.url)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Report a DNS lookup that the guard refused, which Scrapy reports as an unknown host.

        Raises:
            FetchRefused: the guard refused the addresses of the host.
        """
        if isinstance(exception, CannotResolveHostError):
            reason = self._guarded_reactor.get_refusal(urlparse_cached(request).hostname or "")
            if reason is not None:
                raise FetchRefused(reason) from exception

"""Allows one request at a time per host, over all crawlers of a process.

A Scrapy slot belongs to one crawler: two crawlers of one host do not see each other's requests.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawler.fetch_errors import HostUnavailable
from crawler.http.bounded_protocol import BoundedFactory
from crawler.http.crawl_context import context_of
from crawler.http.response import CUT_SHORT, is_cut_short
from crawler.http.scrapy_settings import MAX_BODY


class HostLockHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP download handler with a lock for each host."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = BoundedFactory
        context = context_of(crawler)
        self._host_locks = context.host_locks
        self._hosts = context.hosts
        self._host_exclusion = context.host_exclusion
        self._crawl_delays = context.crawl_delays
        self._delay = context.job.crawl.download_delay.total_seconds()
        self._timeout = context.job.timeout.total_seconds()

    async def download_request(self, request: Request) -> Response:
        """Download when no other request to the host runs; the timeout starts then.

        Raises:
            HostUnavailable: the host became unavailable while this request waited.
        """
        host = urlparse_cached(request).hostname or ""
        async with self._host_locks[host], self._hold_slot(host, request):
            # if the host stopped answering meanwhile, do not wait for another timeout
            if self._hosts.is_unavailable(request.url):
                raise HostUnavailable(f"{request.url}: no further request to this host for now")
            response = await super().download_request(request)
        return _mark_cut_short(response)

    def _hold_slot(self, host: str, request: Request) -> AbstractAsyncContextManager[None]:
        return self._host_exclusion.hold(
            host,
            pause=max(self._delay, self._crawl_delays.get(host, 0.0)),
            timeout=float(request.meta.get("download_timeout") or self._timeout),
        )


def _mark_cut_short(response: Response) -> Response:
    # Scrapy accepts a truncated gzip stream as a whole document
    encoding = (response.headers.get("Content-Encoding") or b"").decode("latin-1")
    if is_cut_short(encoding, response.body, limit=MAX_BODY):
        return response.replace(flags=[*response.flags, CUT_SHORT])
    return response

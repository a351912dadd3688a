"""Allows one request at a time per host, over all crawlers of a process.

A Scrapy slot belongs to one crawler: two crawlers of one host do not see each other's requests.
"""

from __future__ import annotations

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawler.fetch_errors import HostIsOut
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

    async def download_request(self, request: Request) -> Response:
        """Download when no other request to the host runs; the timeout starts then.

        Raises:
            HostIsOut: the host became unavailable while this request waited.
        """
        async with self._host_locks[urlparse_cached(request).hostname or ""]:
            # a request that waited while the host stopped answering need not time out by itself
            if self._hosts.is_unavailable(request.url):
                raise HostIsOut(f"{request.url}: this host is not asked again for now")
            response = await super().download_request(request)
        # Scrapy accepts half a gzip stream as a whole document
        encoding = (response.headers.get("Content-Encoding") or b"").decode("latin-1")
        if is_cut_short(encoding, response.body, limit=MAX_BODY):
            return response.replace(flags=[*response.flags, CUT_SHORT])
        return response

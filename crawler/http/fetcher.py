"""Fetches one URL through Scrapy's downloader, as a `FetchResponse`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response

from crawler.fetch_errors import FetchFailed, NoRoom
from crawler.http.bounded_protocol import TooMuchOverhead
from crawler.http.crawl_context import context_of
from crawler.http.large_bodies import SMALL
from crawler.http.response import CUT_SHORT, FetchResponse, gunzip_body
from crawler.http.scrapy_settings import MAX_BODY
from storage.model import FetchedPage

_PERMANENT = frozenset({301, 308})
_FAILURES: tuple[tuple[type[Exception], str, str], ...] = (
    (DownloadTimeoutError, "timeout", "no complete answer in time"),
    (CannotResolveHostError, "dns", "the host name cannot be resolved"),
    (DownloadConnectionRefusedError, "connection", "the host refuses connections"),
    (ResponseDataLossError, "truncated", "the connection broke off before the answer was complete"),
)


class Fetcher:
    """Fetches URLs for one spider.

    Args:
        largest: the most bytes that a body may have.
        slowest: the download timeout; None: that of the job.
    """

    def __init__(
        self,
        crawler: Crawler,
        clock: Callable[[], datetime],
        *,
        largest: int = MAX_BODY,
        slowest: timedelta | None = None,
    ) -> None:
        self._crawler = crawler
        self._clock = clock
        self._largest = largest
        self._meta: dict[str, Any] = {}
        if slowest is not None:
            self._meta["download_timeout"] = slowest.total_seconds()
        context = context_of(crawler)
        self._guard = context.guarded_reactor.guard
        self._large_bodies = context.large_bodies

    async def __call__(self, url: str, headers: Mapping[str, str]) -> FetchResponse:
        """Fetch a URL with these headers in addition to the default ones.

        A body over `SMALL` bytes is fetched again when no other large body is held.

        Raises:
            FetchFailed: no usable response came; the message says why.
        """
        # before Scrapy normalises it, which turns a backslash into a slash
        self._guard.check_url(url)
        try:
            return await self._fetch(url, headers, largest=min(SMALL, self._largest))
        except FetchFailed as error:
            if error.cause != "too-large" or self._largest <= SMALL:
                raise
        if not await self._large_bodies.acquire():
            raise NoRoom(f"{url}: other large answers are being read")
        try:
            answer = await self._fetch(url, headers, largest=self._largest)
        except BaseException:
            self._large_bodies.release()
            raise
        self._large_bodies.release_after(answer)
        return answer

    async def _fetch(self, url: str, headers: Mapping[str, str], *, largest: int) -> FetchResponse:
        try:
            meta = self._meta | {"download_maxsize": largest}
            request = Request(url, headers=dict(headers), meta=meta)
            response = await self._crawler.engine.download_async(request)
        except FetchFailed:
            raise
        except asyncio.CancelledError:
            raise
        except Exception as error:
            raise to_fetch_failed(url, error, largest=largest) from error
        return self._build_response(url, response, largest=largest)

    def _build_response(self, url: str, response: Response, *, largest: int) -> FetchResponse:
        headers = {
            name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
            for name, values in response.headers.items()
        }
        cut_short = CUT_SHORT in response.flags
        page = FetchedPage(
            requested_url=url,
            final_url=response.url,
            status=response.status,
            content_type=headers.get("content-type"),
            body=gunzip_body(response.body, limit=largest),
            # with validators the next request would take half a document for the whole one
            etag=None if cut_short else headers.get("etag"),
            last_modified=None if cut_short else headers.get("last-modified"),
            fetched_at=self._clock(),
            headers=tuple(headers.items()),
        )
        meta = response.request.meta if response.request is not None else {}
        hops = meta.get("redirect_reasons", ())
        moved = bool(hops) and all(hop in _PERMANENT for hop in hops)
        return FetchResponse(
            page=page,
            headers=headers,
            permanent_to=response.url if moved else None,
            cut_short=cut_short,
        )


def to_fetch_failed(url: str, error: Exception, *, largest: int = MAX_BODY) -> FetchFailed:
    """Convert an exception of Scrapy to `FetchFailed`, with a message for operators and a cause."""
    if isinstance(error, FetchFailed):
        return error
    if (overhead := _find_overhead_error(error)) is not None:
        return FetchFailed(f"{url}: {overhead}", cause="malformed")
    for kind, cause, words in _FAILURES:
        if isinstance(error, kind):
            return FetchFailed(f"{url}: {words}", cause=cause)
    if isinstance(error, DownloadCancelledError):
        return FetchFailed(f"{url}: the answer is larger than {largest} bytes", cause="too-large")
    if isinstance(error, IgnoreRequest):
        if "redirections" in str(error):
            return FetchFailed(f"{url}: too many redirects", cause="redirect-loop")
        return FetchFailed(f"{url}: the answer unpacks to too much", cause="too-large")
    if isinstance(error, DownloadFailedError):
        if "certificate" in str(error):
            words = "its certificate is not valid (verify_tls = false in sources.toml accepts it)"
            return FetchFailed(f"{url}: {words}", cause="tls")
        cause = "tls" if "SSL" in str(error) else "broken"
        words = f"the connection failed: {_describe_innermost(error)}"
        return FetchFailed(f"{url}: {words}", cause=cause)
    return FetchFailed(f"{url}: {type(error).__name__}: {error}", cause="unexpected")


def _find_overhead_error(error: BaseException | None) -> TooMuchOverhead | None:
    """Find the exceeded limit among Twisted's nested failures; None if there is none."""
    for _ in range(10):
        if error is None or isinstance(error, TooMuchOverhead):
            return error
        failures = getattr(error, "reasons", None) or ()
        reasons = [getattr(failure, "value", failure) for failure in failures]
        found = next((each for each in reasons if isinstance(each, TooMuchOverhead)), None)
        if found is not None:
            return found
        error = error.__cause__ or next(iter(reasons), None)
    return None


def _describe_innermost(error: Exception) -> str:
    """Return the messages of Twisted's nested failures, or that of the error itself."""
    cause: object = error.__cause__
    reasons = getattr(cause, "reasons", None) or ()
    return "; ".join(str(getattr(reason, "value", reason)) for reason in reasons) or str(error)

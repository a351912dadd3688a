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

from crawler.fetch_errors import FetchFailed, TooManyLargeBodies
from crawler.http.bounded_protocol import TooMuchOverhead
from crawler.http.crawl_context import context_of
from crawler.http.large_bodies import MAX_SMALL_BODY
from crawler.http.response import CUT_SHORT, FetchResponse, gunzip_body
from crawler.http.scrapy_settings import MAX_BODY
from storage.model import FetchedPage

_PERMANENT = frozenset({301, 308})
_FAILURES: tuple[tuple[type[Exception], str, str], ...] = (
    (DownloadTimeoutError, "timeout", "no complete response in time"),
    (CannotResolveHostError, "dns", "the host name cannot be resolved"),
    (DownloadConnectionRefusedError, "connection", "the host refuses connections"),
    (ResponseDataLossError, "truncated", "the connection closed before the response was complete"),
)


class Fetcher:
    """Fetches URLs for one spider.

    Args:
        max_body: the most bytes that a body may have.
        response_timeout: the most time for a response; None: that of the job.
    """

    def __init__(
        self,
        crawler: Crawler,
        clock: Callable[[], datetime],
        *,
        max_body: int = MAX_BODY,
        response_timeout: timedelta | None = None,
    ) -> None:
        self._crawler = crawler
        self._clock = clock
        self._max_body = max_body
        self._meta: dict[str, Any] = {}
        if response_timeout is not None:
            self._meta["download_timeout"] = response_timeout.total_seconds()
        context = context_of(crawler)
        self._guard = context.guarded_reactor.guard
        self._large_bodies = context.large_bodies

    async def __call__(self, url: str, headers: Mapping[str, str]) -> FetchResponse:
        """Fetch a URL with these headers in addition to the default ones.

        A body over `MAX_SMALL_BODY` bytes is fetched again when no other large body is in memory.

        Raises:
            FetchFailed: there was no usable response; the message says why.
        """
        # before Scrapy normalises the URL, which turns a backslash into a slash
        self._guard.check_url(url)
        try:
            return await self._fetch(url, headers, max_body=min(MAX_SMALL_BODY, self._max_body))
        except FetchFailed as error:
            if error.cause != "too-large" or self._max_body <= MAX_SMALL_BODY:
                raise
        if not await self._large_bodies.acquire():
            raise TooManyLargeBodies(f"{url}: other large responses are being read")
        try:
            answer = await self._fetch(url, headers, max_body=self._max_body)
        except BaseException:
            self._large_bodies.release()
            raise
        self._large_bodies.release_after(answer)
        return answer

    async def _fetch(self, url: str, headers: Mapping[str, str], *, max_body: int) -> FetchResponse:
        try:
            meta = self._meta | {"download_maxsize": max_body}
            request = Request(url, headers=dict(headers), meta=meta)
            response = await self._crawler.engine.download_async(request)
        except FetchFailed:
            raise
        except asyncio.CancelledError:
            raise
        except Exception as error:
            raise to_fetch_failed(url, error, max_body=max_body) from error
        return self._build_response(url, response, max_body=max_body)

    def _build_response(self, url: str, response: Response, *, max_body: int) -> FetchResponse:
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
            body=gunzip_body(response.body, limit=max_body),
            # with validators of a truncated document, a 304 would confirm half of it as complete
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


def to_fetch_failed(url: str, error: Exception, *, max_body: int = MAX_BODY) -> FetchFailed:
    """Convert an exception of Scrapy to `FetchFailed`, with a message for operators and a cause."""
    if isinstance(error, FetchFailed):
        return error
    if (overhead := _find_overhead_error(error)) is not None:
        return FetchFailed(f"{url}: {overhead}", cause="malformed")
    for kind, cause, words in _FAILURES:
        if isinstance(error, kind):
            return FetchFailed(f"{url}: {words}", cause=cause)
    if isinstance(error, DownloadCancelledError):
        return FetchFailed(f"{url}: the response exceeds {max_body} bytes", cause="too-large")
    if isinstance(error, IgnoreRequest):
        if "redirections" in str(error):
            return FetchFailed(f"{url}: too many redirects", cause="redirect-loop")
        return FetchFailed(f"{url}: the decompressed response is too large", cause="too-large")
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

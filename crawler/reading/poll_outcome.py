"""Decides the outcome of a poll from the response to its listing request. Pure.

The finish reason of a Scrapy crawl is not used: it is `finished` even if every download failed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from config.model import Source
from crawler.errors import NotAFeed
from crawler.fetch_errors import FetchFailed, RobotsDenied
from crawler.http.conditional import (
    NO_VALIDATORS,
    body_hash,
    validators_after_200,
    validators_after_304,
)
from crawler.http.response import FetchResponse
from crawler.http.retry_after import parse_max_age
from crawler.listings.listing import Listed, Listing
from crawler.spider_base.source_kind import SourceKind
from crawler.text.plain_text import one_line
from storage.model import Validators


def decide_outcome(
    answer: FetchResponse,
    *,
    known: Validators,
    sent: Validators,
    read: Callable[[FetchResponse], Listing],
    now: datetime,
    wait: timedelta | None = None,
) -> Listed:
    """Decide the outcome of a poll from its response, and read the listing in it.

    Args:
        known: the stored validators of the source.
        sent: the validators of the request; `NO_VALIDATORS` if it was not conditional.
        read: reads the listing; may raise NotAFeed.
        wait: demanded by the response, other than by Retry-After.
    """
    status = answer.status
    if wait is not None:
        pause = f"{wait.total_seconds() / 60:g} minutes"
        return Listed(
            outcome="failed",
            http_status=status,
            error=f"HTTP {status}: too many requests; it is not polled for {pause}",
            retry_after=now + wait,
        )
    if status == 304:
        if sent.etag is None and sent.last_modified is None:
            return Listed(
                outcome="failed", http_status=304, error="answered 304 to an unconditional request"
            )
        return Listed(
            outcome="not-modified",
            http_status=304,
            validators=validators_after_304(sent, answer.headers),
            ttl=parse_max_age(answer.headers.get("cache-control")),
        )
    if status != 200:
        return Listed(
            outcome="blocked" if answer.is_blocked else "failed",
            http_status=status,
            error=_describe_error(answer),
            retry_after=answer.retry_after(now),
        )
    if known.body_hash is not None and body_hash(answer.page.body) == known.body_hash:
        return Listed(
            outcome="not-modified",
            http_status=200,
            validators=validators_after_200(answer.headers, answer.page.body),
            ttl=parse_max_age(answer.headers.get("cache-control")),
        )
    return _read_listing(answer, read)


def decide_first_outcome(answer: FetchResponse, source: Source, kind: SourceKind) -> Listed:
    """Decide the outcome of an unconditional request, as in the first poll of a source."""
    return decide_outcome(
        answer,
        known=NO_VALIDATORS,
        sent=NO_VALIDATORS,
        read=lambda given: kind.read(source, given),
        now=answer.page.fetched_at,
        wait=kind.get_wait(source, answer),
    )


def failed_outcome(error: FetchFailed) -> Listed:
    """Return the outcome of a poll whose request failed."""
    denied = isinstance(error, RobotsDenied) and not error.unreachable
    return Listed(outcome="blocked" if denied else "failed", error=str(error))


def _read_listing(answer: FetchResponse, read: Callable[[FetchResponse], Listing]) -> Listed:
    try:
        listing = read(answer)
    except NotAFeed as error:
        if answer.is_challenge:
            return Listed(outcome="blocked", http_status=200, error="a challenge page, not a feed")
        return Listed(outcome="not-a-feed", http_status=200, error=str(error))
    damage = listing.degraded or ("the response is truncated" if answer.cut_short else None)
    ttls = (listing.ttl, parse_max_age(answer.headers.get("cache-control")))
    return Listed(
        outcome="ok" if listing.entries else "empty",
        http_status=200,
        listing=listing,
        # a damaged listing may lack entries: it is fetched in full until it is complete
        validators=None if damage else validators_after_200(answer.headers, answer.page.body),
        error=f"the listing is damaged: {damage}" if damage else None,
        ttl=max((ttl for ttl in ttls if ttl is not None), default=None),
    )


def _describe_error(answer: FetchResponse) -> str:
    if answer.is_challenge:
        return f"HTTP {answer.status}: a bot challenge (CAPTCHA or browser check)"
    hints = {
        401: "a login is required",
        403: "access is refused",
        404: "there is nothing at this address",
        410: "the publisher has removed it for good",
        429: "too many requests",
    }
    hint = hints.get(answer.status)
    hint = hint or _read_api_message(answer)
    return f"HTTP {answer.status}" + (f": {hint}" if hint else "")


def _read_api_message(answer: FetchResponse) -> str | None:
    """Return the error message in the JSON of an API (status 400 or 422), if any."""
    if answer.status not in (400, 422):
        return None
    try:
        document = json.loads(answer.page.body[:5000])
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    messages = (document.get(key) for key in ("error", "message", "title"))
    return next((one_line(text)[:300] for text in messages if isinstance(text, str) and text), None)

"""What an answer to "what have you got?" means: the outcome of a poll is decided here. Pure.

Judged from the answer itself, never from how a crawl ended: Scrapy calls a crawl `finished` in
which every download failed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from config.model import Source
from crawler.errors import NotAFeed
from crawler.fetch_errors import FetchFailed, RobotsDenied
from crawler.http.conditional import NO_VALIDATORS, after_full, after_not_modified, body_hash
from crawler.http.response import FetchResponse
from crawler.http.retry_after import parse_max_age
from crawler.listings.listing import Listed, Listing
from crawler.spider_base.source_kind import SourceKind
from crawler.text.plain_text import one_line
from storage.model import Validators


def judge(
    answer: FetchResponse,
    *,
    known: Validators,
    sent: Validators,
    read: Callable[[FetchResponse], Listing],
    now: datetime,
    patience: timedelta | None = None,
) -> Listed:
    """The outcome of a poll, from its answer.

    Args:
        known: the validators stored with what is known of the source.
        sent: those that went with the request; none when it asked in full.
        read: reads the listing; raises NotAFeed.
        patience: how long the host wants to be left alone, where it says so in a way of its own.
    """
    status = answer.status
    if patience is not None:
        wait = f"{patience.total_seconds() / 60:g} minutes"
        return Listed(
            outcome="failed",
            http_status=status,
            error=f"HTTP {status}: we are asking too often; it is left alone for {wait}",
            retry_after=now + patience,
        )
    if status == 304:
        if sent.etag is None and sent.last_modified is None:
            return Listed(
                outcome="failed", http_status=304, error="answered 304 although nothing was sent"
            )
        return Listed(
            outcome="not-modified",
            http_status=304,
            validators=after_not_modified(sent, answer.headers),
            ttl=parse_max_age(answer.headers.get("cache-control")),
        )
    if status != 200:
        return Listed(
            outcome="blocked" if answer.is_blocked else "failed",
            http_status=status,
            error=_error_of(answer),
            retry_after=answer.retry_after(now),
        )
    if known.body_hash is not None and body_hash(answer.page.body) == known.body_hash:
        return Listed(
            outcome="not-modified",
            http_status=200,
            validators=after_full(answer.headers, answer.page.body),
            ttl=parse_max_age(answer.headers.get("cache-control")),
        )
    return _read(answer, read)


def judge_afresh(answer: FetchResponse, source: Source, kind: SourceKind) -> Listed:
    """The outcome of asking as for the first time: nothing is known, and nothing was sent."""
    return judge(
        answer,
        known=NO_VALIDATORS,
        sent=NO_VALIDATORS,
        read=lambda given: kind.read(source, given),
        now=answer.page.fetched_at,
        patience=kind.patience(source, answer),
    )


def no_answer(error: FetchFailed) -> Listed:
    """The outcome of a poll that got no answer."""
    denied = isinstance(error, RobotsDenied) and not error.unreachable
    return Listed(outcome="blocked" if denied else "failed", error=str(error))


def _read(answer: FetchResponse, read: Callable[[FetchResponse], Listing]) -> Listed:
    try:
        listing = read(answer)
    except NotAFeed as error:
        if answer.is_challenge:
            return Listed(outcome="blocked", http_status=200, error="a challenge page, not a feed")
        return Listed(outcome="not-a-feed", http_status=200, error=str(error))
    damage = listing.degraded or ("it ended before its end" if answer.cut_short else None)
    wishes = (listing.ttl, parse_max_age(answer.headers.get("cache-control")))
    return Listed(
        outcome="ok" if listing.entries else "empty",
        http_status=200,
        listing=listing,
        # a broken listing may lack entries: it is asked for in full until it is whole
        validators=None if damage else after_full(answer.headers, answer.page.body),
        error=f"the listing is damaged: {damage}" if damage else None,
        ttl=max((wish for wish in wishes if wish is not None), default=None),
    )


def _error_of(answer: FetchResponse) -> str:
    if answer.is_challenge:
        return f"HTTP {answer.status}: a challenge page that asks the visitor to prove something"
    hints = {
        401: "it asks for a login",
        403: "it refuses us",
        404: "nothing is at this address",
        410: "the publisher says that it is gone for good",
        429: "we are asking too often",
    }
    hint = hints.get(answer.status)
    hint = hint or _message(answer)
    return f"HTTP {answer.status}" + (f": {hint}" if hint else "")


def _message(answer: FetchResponse) -> str | None:
    """What an API itself says is wrong with a request."""
    if answer.status not in (400, 422):
        return None
    try:
        said = json.loads(answer.page.body[:5000])
    except (ValueError, RecursionError):
        return None
    told = (
        [said.get(key) for key in ("error", "message", "title")] if isinstance(said, dict) else []
    )
    return next((one_line(one)[:300] for one in told if isinstance(one, str) and one), None)

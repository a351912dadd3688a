"""Computes when to poll a source, retry a page, and recheck a page for edits. Pure.

The interval of a source that fails grows, up to `max_every`; polling never ends, since outlets come
back after weeks. Intervals have jitter, so that sources added at the same time are not polled at
the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from config.model import Source
from storage.model import CrawlReport, Outcome, SourceState

ANSWERED: frozenset[Outcome] = frozenset({"ok", "not-modified", "empty"})
JITTER = 0.1
MOVED_POLLS = 3  # in a row that were redirected to the same URL
MOVED_FOR = timedelta(hours=24)
GONE_EVERY = timedelta(days=7)  # after a 410, which means that the source will not come back

# edits are made soon after publication, corrections within days
RECHECK_DELAYS = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
)
CONFIRM_GONE_AFTER = timedelta(hours=1)  # after a recheck that found the page gone
_MIN_RECHECK_GAP = timedelta(minutes=5)  # a late recheck replaces the next one if sooner than this

_PAGE_RETRIES = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
)
# for a page whose attempt did not end before the process did: another page may have ended it
UNFINISHED_RETRIES = (timedelta(0), timedelta(0), *_PAGE_RETRIES[1:])
RECHECK_UNFINISHED_AFTER = timedelta(hours=1)
_CLOSED_RETRIES = (timedelta(hours=6), timedelta(days=3))  # paywalls sometimes open after days
_CLOSED = frozenset({401, 402, 403, 451})
_NOT_FOUND = frozenset({404, 410})


def next_poll(
    source: Source,
    state: SourceState,
    report: CrawlReport,
    now: datetime,
    *,
    random: Callable[[], float],
    ttl: timedelta | None = None,
    pages_left: bool = False,
    page_retry_at: datetime | None = None,
) -> datetime:
    """Return when to poll a source again after this report.

    Args:
        state: the state before the poll, so that `failures` does not count this report.
        random: returns floats in [0, 1).
        ttl: the publisher's interval (RSS ttl, Cache-Control max-age); it can only lengthen the
            interval, up to `max_every`.
        pages_left: pages of stored entries are due that this poll did not fetch.
        page_retry_at: when the first failed page is due again.
    """
    if report.http_status == 410:
        return now + GONE_EVERY * (1 + JITTER * random())
    interval = usual_interval(source, state.usual_gap)
    if report.outcome in ANSWERED:
        if report.new and state.baseline_done_at is not None:
            interval = max(source.min_every, interval / 2)  # news comes in bursts
        if ttl is not None:
            interval = max(interval, min(ttl, source.max_every))
        if pages_left:
            interval = source.min_every
        if page_retry_at is not None:
            interval = max(source.min_every, min(interval, page_retry_at - now))
    else:
        # 2**20 intervals are beyond any ceiling; more would overflow timedelta
        interval = min(interval * 2.0 ** min(state.failures, 20), source.max_every)
    due = now + interval * (1 + JITTER * random())
    silent = state.silent_hours if report.silent_hours is None else report.silent_hours
    if silent and not pages_left and page_retry_at is None:
        # the silent hours of the publisher delay a poll by `max_every` at most
        due = min(_skip_silent_hours(due, silent), max(due, now + source.max_every))
    if report.retry_after is not None:
        due = max(due, report.retry_after + timedelta(seconds=1))
    return due


def usual_interval(source: Source, usual_gap: timedelta | None) -> timedelta:
    """Return the poll interval of a source that answers.

    A sixth of the usual gap between new items, but at least half of `every` and at most four times
    `every`, and always within `min_every` and `max_every`.
    """
    interval = source.every
    if usual_gap is not None:
        interval = min(max(usual_gap / 6, interval / 2), interval * 4)
    return max(source.min_every, min(interval, source.max_every))


def has_moved(state: SourceState, now: datetime) -> bool:
    """Return whether to poll a source at the target of its permanent redirect.

    Only after `MOVED_POLLS` polls and `MOVED_FOR`, since a captive portal redirects as well. If
    polls at the target fail, the declared URL is used again.
    """
    return (
        state.moved_to is not None
        and state.moved_since is not None
        and state.moved_polls >= MOVED_POLLS
        and now - state.moved_since >= MOVED_FOR
        and state.failures < MOVED_POLLS
    )


def next_recheck(first_seen_at: datetime, now: datetime) -> datetime | None:
    """Return when to recheck a page for edits; None: never again.

    A `first_seen_at` in the future was stored by a clock that ran ahead; such a page is rechecked
    daily.
    """
    if first_seen_at > now + _MIN_RECHECK_GAP:
        return now + timedelta(days=1)
    for after in RECHECK_DELAYS:
        if (at := first_seen_at + after) - now > _MIN_RECHECK_GAP:
            return at
    return None


def _skip_silent_hours(due: datetime, silent_hours: Collection[int]) -> datetime:
    """Return the first time from `due` on outside the silent hours; `due` if all are silent."""
    for hour in range(7 * 24):
        at = due + timedelta(hours=hour)
        if at.weekday() * 24 + at.hour not in silent_hours:
            return due if hour == 0 else at.replace(minute=0, second=0, microsecond=0)
    return due


def page_retry(attempts: int, status: int | None, now: datetime) -> datetime | None:
    """Return when to fetch a page again after a failed attempt; None: never.

    Args:
        attempts: failed attempts so far with this one, at least 1.
        status: the HTTP status of the page; None if there was no response.
    """
    if status in _NOT_FOUND:
        # a feed may list a page before caches have it
        waits: tuple[timedelta, ...] = (timedelta(hours=1),)
    elif status in _CLOSED:
        waits = _CLOSED_RETRIES
    else:
        waits = _PAGE_RETRIES
    return now + waits[attempts - 1] if attempts <= len(waits) else None

"""When a source is polled next, and when a page that could not be read is tried again. Pure.

A source that fails is asked less and less often, never more seldom than `max_every`, and never
given up: outlets come back after weeks. Intervals end in jitter so that sources added together do
not fire together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from config.model import Source
from storage.model import CrawlReport, Outcome, SourceState

ANSWERED: frozenset[Outcome] = frozenset({"ok", "not-modified", "empty"})
JITTER = 0.1
MOVED_POLLS = 3  # that all lead to one place
MOVED_FOR = timedelta(hours=24)
GONE_EVERY = timedelta(days=7)  # 410: the publisher says that it will not come back

# edits come soon after publication, corrections within days
LOOKS = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
)
LOOK_TO_BE_SURE = timedelta(hours=1)  # after one that found the page gone
_BETWEEN_LOOKS = timedelta(minutes=5)  # a look that was late serves for the next one too

_PAGE_RETRIES = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
)
# of a page whose attempt is never heard of again: what ended it may have been another's fault
UNFINISHED_RETRIES = (timedelta(0), timedelta(0), *_PAGE_RETRIES[1:])
LOOK_UNFINISHED = timedelta(hours=1)
_CLOSED_RETRIES = (timedelta(hours=6), timedelta(days=3))  # paywalls sometimes open after days
_CLOSED = frozenset({401, 402, 403, 451})
_ABSENT = frozenset({404, 410})


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
    """When to poll a source again after this report.

    Args:
        state: as it was before the poll, so that `failures` does not count this report.
        random: gives floats in [0, 1).
        ttl: the publisher's wish (RSS ttl, Cache-Control max-age); heeded between floor and
            ceiling, so that neither `ttl=1` nor `ttl=525600` does harm.
        pages_left: entries are stored whose pages this poll had no time to fetch.
        page_retry_at: when the first page that failed is to be tried again.
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
        # the publisher says that nothing comes; never trusted for longer than the ceiling
        due = min(_after_silence(due, silent), max(due, now + source.max_every))
    if report.retry_after is not None:
        due = max(due, report.retry_after + timedelta(seconds=1))
    return due


def usual_interval(source: Source, usual_gap: timedelta | None) -> timedelta:
    """How often a source is asked while all is well.

    From half of its `every` where it brings something new all the time to four times where that
    is rare, so that a day of polls of a quiet source costs its server little; what it brings is
    known within a sixth of its own rhythm.
    """
    interval = source.every
    if usual_gap is not None:
        interval = min(max(usual_gap / 6, interval / 2), interval * 4)
    return max(source.min_every, min(interval, source.max_every))


def has_moved(state: SourceState, now: datetime) -> bool:
    """Whether to ask a source at the address that its permanent redirect names.

    Only after a while: a portal that stands before the network redirects as well. And not while it
    fails there: then the declared address says what is right.
    """
    return (
        state.moved_to is not None
        and state.moved_since is not None
        and state.moved_polls >= MOVED_POLLS
        and now - state.moved_since >= MOVED_FOR
        and state.failures < MOVED_POLLS
    )


def next_look(first_seen_at: datetime, now: datetime) -> datetime | None:
    """When to look at a page again that is as old as this; None: it is left alone from now on.

    One that was first seen at a time that has not come, by a clock that ran ahead, is of no known
    age: it is looked at once a day.
    """
    if first_seen_at > now + _BETWEEN_LOOKS:
        return now + timedelta(days=1)
    for after in LOOKS:
        if (at := first_seen_at + after) - now > _BETWEEN_LOOKS:
            return at
    return None


def _after_silence(due: datetime, silent_hours: Collection[int]) -> datetime:
    """The first time from `due` on that is in no silent hour; `due` where every hour is one."""
    for hour in range(7 * 24):
        at = due + timedelta(hours=hour)
        if at.weekday() * 24 + at.hour not in silent_hours:
            return due if hour == 0 else at.replace(minute=0, second=0, microsecond=0)
    return due


def page_retry(attempts: int, status: int | None, now: datetime) -> datetime | None:
    """When to fetch a page again after `attempts` failed ones, this one included; None: never.

    Args:
        attempts: failures so far, at least 1.
        status: the HTTP status that the page came with, None where none came.
    """
    if status in _ABSENT:
        waits: tuple[timedelta, ...] = (timedelta(hours=1),)  # feeds run ahead of caches
    elif status in _CLOSED:
        waits = _CLOSED_RETRIES
    else:
        waits = _PAGE_RETRIES
    return now + waits[attempts - 1] if attempts <= len(waits) else None

"""Upper bounds of stored due times.

A clock that ran ahead and was then corrected leaves due times too far in the future. A due time
beyond its upper bound was written by such a clock, and counts as due. This is checked where the
times are read, so that no row has to be corrected.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, or_

SKEW = timedelta(minutes=2)  # allowed between clocks of machines that share a database

# a source: `max_every` is at most a month, with jitter of a tenth; after 410 once a week;
# Retry-After up to a day
MAX_POLL_WAIT = timedelta(days=35)
# `batch_deadline` is at most a day
MAX_LEASE = timedelta(days=1, minutes=15)
# the longest wait before a page is tried again is three days
MAX_PAGE_WAIT = timedelta(days=3, hours=1)
# the last recheck of a page is seven days after it was first seen
MAX_RECHECK_WAIT = timedelta(days=7, hours=1)
# an item whose page is being fetched is matched without it after minutes
MAX_MATCH_WAIT = timedelta(minutes=30)
# mentions of a watch are muted for a week by one click
MAX_MUTE = timedelta(days=8)
# on the desk a story, an outlet or a supplier is muted for a year at most
MAX_DESK_MUTE = timedelta(days=366)


def is_due(at: datetime, now: datetime, longest: timedelta) -> bool:
    """Return whether a stored time is past, or later than `now` by more than `longest`."""
    return at <= now or at > now + longest


def is_in_future(written_at: datetime | None, now: datetime) -> bool:
    """Return whether a time of writing is in the future, that is, the clock ran ahead then."""
    return written_at is not None and written_at > now + SKEW


def due_condition(at: Column[Any], now: datetime, longest: timedelta) -> ColumnElement[bool]:
    """Return `is_due` as an SQL condition."""
    return or_(at <= now, at > now + longest)


def in_future_condition(written_at: Column[Any], now: datetime) -> ColumnElement[bool]:
    """Return `is_in_future` as an SQL condition; not true for NULL."""
    return written_at > now + SKEW

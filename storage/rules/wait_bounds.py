"""Stored times before which something is not done, and how far off each can rightly lie.

A clock that ran ahead and was put right leaves times behind that would not come for as long as it
was wrong. What lies further off than anything rightly waits was written by such a clock, and is
due. Checked where the times are read, so that no row has to be mended.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, or_

__all__ = ["is_due", "is_from_ahead"]

SKEW = timedelta(minutes=2)  # by which the clocks of machines on one database may differ

# a source: `max_every` is a month at most, and is spread by a tenth; 410 asks once a week,
# Retry-After is heeded up to a day
LONGEST_POLL_WAIT = timedelta(days=35)
# `batch_deadline` is a day at most
LONGEST_LEASE = timedelta(days=1, minutes=15)
# the last of the waits for a page is three days
LONGEST_PAGE_WAIT = timedelta(days=3, hours=1)
# the last look at a page comes seven days after it was first seen
LONGEST_LOOK_WAIT = timedelta(days=7, hours=1)
# an item whose page is on its way is matched without it after minutes
LONGEST_MATCH_WAIT = timedelta(minutes=30)
# mentions of a watch are muted for a week by one click
LONGEST_MUTE = timedelta(days=8)


def is_due(at: datetime, now: datetime, longest: timedelta) -> bool:
    """Whether a stored time has come, or lies further off than anything rightly waits."""
    return at <= now or at > now + longest


def is_from_ahead(written_at: datetime | None, now: datetime) -> bool:
    """Whether something was written by a clock that ran ahead: at a time that has not come."""
    return written_at is not None and written_at > now + SKEW


def due_column(at: Column[Any], now: datetime, longest: timedelta) -> ColumnElement[bool]:
    """`is_due` as a condition of a statement."""
    return or_(at <= now, at > now + longest)


def from_ahead_column(written_at: Column[Any], now: datetime) -> ColumnElement[bool]:
    """`is_from_ahead` as a condition of a statement; false where nothing is written."""
    return written_at > now + SKEW

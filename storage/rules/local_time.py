"""Moments on the clock of a place, for every moment that a datetime can hold. Pure.

Publishers date articles in year 1 or 9999. There a zone's offset, or a day more, leaves the
calendar and Python raises OverflowError; here the first or the last moment stands in instead.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo

__all__ = ["earlier", "later", "local_time", "next_day", "utc_text"]

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def local_time(moment: datetime, zone: tzinfo | None = None) -> datetime:
    """Convert an aware datetime to a zone; the machine's own zone where none is given."""
    try:
        return moment.astimezone(zone)
    except (OverflowError, ValueError, OSError):
        end = _FIRST if moment.year < 5000 else _LAST
        return end.replace(tzinfo=zone or UTC)


def later(moment: datetime, span: timedelta) -> datetime:
    """Add a span that is not negative; the last moment of the calendar where it goes beyond."""
    try:
        return moment + span
    except OverflowError:
        return _LAST.replace(tzinfo=moment.tzinfo)


def earlier(moment: datetime, span: timedelta) -> datetime:
    """Subtract a span that is not negative; the first moment of all where it goes beyond."""
    try:
        return moment - span
    except OverflowError:
        return _FIRST.replace(tzinfo=moment.tzinfo)


def utc_text(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC to the second, with four digits of the year."""
    said = local_time(moment, UTC).replace(tzinfo=None, microsecond=0)
    return f"{said.isoformat()}Z"


def next_day(day: date) -> date:
    """Give the day after; the last day of the calendar is its own next."""
    return day if day == date.max else day + timedelta(days=1)

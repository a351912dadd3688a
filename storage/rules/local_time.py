"""Time zone conversion and date arithmetic without OverflowError. Pure.

Publishers date articles in year 1 or 9999, where the offset of a zone, or a day more, is out of
range in Python; here the first or last representable moment is returned instead.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo

__all__ = ["day_text", "earlier", "later", "local_time", "next_day", "utc_text"]

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def local_time(moment: datetime, zone: tzinfo | None = None) -> datetime:
    """Convert an aware datetime to a zone, by default that of the machine."""
    try:
        return moment.astimezone(zone)
    except (OverflowError, ValueError, OSError):
        end = _FIRST if moment.year < 5000 else _LAST
        return end.replace(tzinfo=zone or UTC)


def later(moment: datetime, span: timedelta) -> datetime:
    """Add a non-negative span; the last representable moment on overflow."""
    try:
        return moment + span
    except OverflowError:
        return _LAST.replace(tzinfo=moment.tzinfo)


def earlier(moment: datetime, span: timedelta) -> datetime:
    """Subtract a non-negative span; the first representable moment on overflow."""
    try:
        return moment - span
    except OverflowError:
        return _FIRST.replace(tzinfo=moment.tzinfo)


def utc_text(moment: datetime) -> str:
    """Format a moment as RFC 3339 in UTC to the second, with a four-digit year."""
    moment_utc = local_time(moment, UTC).replace(tzinfo=None, microsecond=0)
    return f"{moment_utc.isoformat()}Z"


def day_text(moment: datetime, now: datetime) -> str:
    """Format the date of a moment as `24 November`, with its year where that is not this year."""
    year = "" if moment.year == now.year else f" {moment.year}"
    return f"{moment.day} {moment:%B}{year}"


def next_day(day: date) -> date:
    """Return the following day; `date.max` for itself."""
    return day if day == date.max else day + timedelta(days=1)

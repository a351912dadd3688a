"""Times as a person reads them: how long ago, or the wall clock of this machine."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.rules.local_time import local_time, utc_text

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def ago(moment: datetime | None, now: datetime, *, never: str = "never") -> str:
    """`just now`, `5 min ago`, `3 h ago`, `2 d ago`; `in 5 min` for what is to come."""
    if moment is None:
        return never
    past = moment <= now
    span = abs(now - moment)
    if span < _MINUTE:
        return "just now" if past else "in a moment"
    said = _span(span)
    return f"{said} ago" if past else f"in {said}"


def _span(span: timedelta) -> str:
    if span < _HOUR:
        return f"{span // _MINUTE} min"
    if span < 2 * _DAY:
        return f"{span // _HOUR} h"
    return f"{span // _DAY} d"


def clock(moment: datetime | None) -> str:
    """Date and time to the minute in the time zone of this machine: `2026-11-23 18:09`."""
    return "" if moment is None else local_time(moment).isoformat(" ", "minutes")[:16]


def day(moment: datetime | None) -> str:
    """The date in the time zone of this machine: `23 Nov 2026`."""
    return "no date" if moment is None else f"{local_time(moment):%-d %b %Y}"


def iso(moment: datetime | None) -> str | None:
    """For scripts: RFC 3339 in UTC, to the second."""
    return None if moment is None else utc_text(moment)

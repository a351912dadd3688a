"""Formats times: relative, in the time zone of this machine, or RFC 3339."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.rules.local_time import local_time, utc_text
from supplierwatch.formatting.translation import format_number, ngettext
from supplierwatch.formatting.translation import gettext as _

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def ago(moment: datetime | None, now: datetime, *, never: str | None = None) -> str:
    """Return `just now`, `5 min ago`, `3 h ago`, `2 d ago`, or `in 5 min` for the future."""
    if moment is None:
        return _("never") if never is None else never
    past = moment <= now
    span = abs(now - moment)
    if span < _MINUTE:
        return _("just now") if past else _("in a moment")
    length = format_span(span)
    return _("%(span)s ago", span=length) if past else _("in %(span)s", span=length)


def format_span(span: timedelta) -> str:
    """Return a span in one unit: `5 min`, `3 h` or `2 d`."""
    if span < _HOUR:
        return _("%(n)s min", n=span // _MINUTE)
    if span < 2 * _DAY:
        return _("%(n)s h", n=span // _HOUR)
    return _("%(n)s d", n=span // _DAY)


def clock(moment: datetime | None) -> str:
    """Return date and time to the minute in the local time zone: `2026-11-23 18:09`."""
    return "" if moment is None else local_time(moment).isoformat(" ", "minutes")[:16]


def day(moment: datetime | None) -> str:
    """Return the date in the local time zone: `23 Nov 2026`."""
    return "no date" if moment is None else f"{local_time(moment):%-d %b %Y}"


def iso(moment: datetime | None) -> str | None:
    """Return RFC 3339 in UTC, to the second."""
    return None if moment is None else utc_text(moment)


def rate(found: int, weeks: float) -> str:
    """Return `3.5 a week`; of less than a week `in 2 days`, since a rate would be a guess."""
    if weeks < 1:
        days = max(1, round(7 * weeks))
        return ngettext("in %(n)s day", "in %(n)s days", days, n=format_number(days))
    return _("%(n)s a week", n=format_number(found / weeks, 1))

"""Parse the dates of feeds and pages. Pure; results are in UTC, or None."""

from __future__ import annotations

import calendar
import re
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
MOST_AHEAD = timedelta(days=2)
_MAX_DATE_LENGTH = 200  # characters of a date as it is written
_ISO = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)?"
    r"\s*(Z|[+-]\d\d:?\d\d|[+-]\d\d)?",
    re.IGNORECASE,
)


def parse_date(text: str | None) -> datetime | None:
    """Parse an ISO 8601 or RFC 2822 date; a date without a time zone is read as UTC.

    Returns:
        the date in UTC; None where the text is no date or names an impossible day.
    """
    if not text or not text.strip():
        return None
    text = text[:_MAX_DATE_LENGTH].strip()
    if found := _ISO.match(text):
        return _parse_iso(found)
    try:
        parsed = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return _to_utc(parsed)


def published_date(
    date: datetime | None, *, now: datetime, is_meeting: bool = False
) -> datetime | None:
    """Return the date if it is plausible as a publication date, else None.

    Dates before 1990 are rejected: programs write epoch zero or year one for "no date". Dates more
    than two days ahead are rejected, unless `is_meeting`: the papers of a meeting are dated with
    the day of the meeting.
    """
    if date is None or date < EARLIEST:
        return None
    return date if is_meeting or date <= now + MOST_AHEAD else None


def from_struct(parsed: time.struct_time | None) -> datetime | None:
    """Convert feedparser's parsed date, which is in UTC; None where it is out of range."""
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _parse_iso(found: re.Match[str]) -> datetime | None:
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    zone = (found[7] or "+00:00").upper().replace("Z", "+00:00")
    digits = zone.replace(":", "")
    zone = f"{digits[:3]}:{digits[3:5] or '00'}"
    stamp = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{min(second, 59):02}{zone}"
    try:
        return _to_utc(datetime.fromisoformat(stamp))
    except ValueError:
        return None


def _to_utc(date: datetime) -> datetime | None:
    try:
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (OverflowError, ValueError):
        return None

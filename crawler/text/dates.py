"""Reads the dates that feeds and pages write. Pure; everything comes back in UTC or not at all."""

from __future__ import annotations

import calendar
import re
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
MOST_AHEAD = timedelta(days=2)
_LONGEST = 200  # characters of a date as it is written
_ISO = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)?"
    r"\s*(Z|[+-]\d\d:?\d\d|[+-]\d\d)?",
    re.IGNORECASE,
)


def parse_date(text: str | None) -> datetime | None:
    """An ISO 8601 or RFC 2822 date; a date without a zone is read as UTC.

    Dates that no calendar has give None: the raw string is kept by the caller.
    """
    if not text or not text.strip():
        return None
    text = text[:_LONGEST].strip()
    if found := _ISO.match(text):
        return _iso(found)
    try:
        said = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return _utc(said)


def published_date(
    said: datetime | None, *, now: datetime, is_meeting: bool = False
) -> datetime | None:
    """A date of publication, or None where it cannot be one.

    Nothing on the web was published before 1990: epoch zero and year one are what programs write
    for no date. Nothing is published more than two days ahead; only the papers of a meeting bear
    the day of the meeting (`is_meeting`).
    """
    if said is None or said < EARLIEST:
        return None
    return said if is_meeting or said <= now + MOST_AHEAD else None


def from_struct(parsed: time.struct_time | None) -> datetime | None:
    """feedparser's parsed date, which is in UTC."""
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _iso(found: re.Match[str]) -> datetime | None:
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    zone = (found[7] or "+00:00").upper().replace("Z", "+00:00")
    digits = zone.replace(":", "")
    zone = f"{digits[:3]}:{digits[3:5] or '00'}"
    stamp = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{min(second, 59):02}{zone}"
    try:
        return _utc(datetime.fromisoformat(stamp))
    except ValueError:
        return None


def _utc(said: datetime) -> datetime | None:
    try:
        return said.replace(tzinfo=UTC) if said.tzinfo is None else said.astimezone(UTC)
    except (OverflowError, ValueError):
        return None

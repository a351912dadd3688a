"""Parses the dates of feeds, pages, documents and APIs. Pure; results are in UTC, or None.

Nothing is guessed: a date without day, month or year is None, and the clock completes nothing. A
library is used only for formats that are not read here, and its result is checked with the text.
"""

from __future__ import annotations

import calendar
import re
import time
from datetime import UTC, datetime, timedelta

from crawler.text.date_forms import WrittenDate, find_first_date, fold
from crawler.text.time_zones import MAX_HOURS

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
MAX_AHEAD = timedelta(days=2)
_MAX_DATE_LENGTH = 200  # characters of a date as written
_EPOCH = re.compile(r"(?:/?date\()?(\d{9,16})(?:\.\d{0,9}+)?(?:[+-]\d{4})?(?:\)/?)?", re.IGNORECASE)
_PER_SECOND = {9: 1, 10: 1, 12: 10**3, 13: 10**3, 15: 10**6, 16: 10**6}
_LAST_EPOCH = datetime(2100, 1, 1, tzinfo=UTC)
_PDF = re.compile(r"D:(?=\d{4})")
# what most pages and feeds have; the forms of other dates are tried one after the other
_STAMP = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})T(?P<time>[0-9]{2}:[0-9]{2})"
    r"(?:(?P<second>:[0-9]{2})(?:\.[0-9]{1,9})?)?(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_NUMBER = re.compile(r"\d++")


def parse_date(
    text: str | None, *, language: str | None = None, latest: datetime | None = None
) -> datetime | None:
    """Parse a date as `read_date` does; return the time in UTC."""
    read = read_date(text, language=language, latest=latest)
    return None if read is None else read.at


def read_date(
    text: str | None, *, language: str | None = None, latest: datetime | None = None
) -> WrittenDate | None:
    """Parse a field with a date: ISO 8601, RFC 2822, epoch, PDF, or in words.

    A date without a time zone is read as UTC.

    Args:
        text: as written.
        language: of the site; decides the order of a numeric date, day first in Britain.
        latest: a numeric date after it is read in the other order, if that one is not after it.

    Returns:
        the date; None if the text has none, or one with an impossible day.
    """
    if not text or not text.strip():
        return None
    text = fold(text.strip()[:_MAX_DATE_LENGTH])
    if (found := _STAMP.fullmatch(text)) and (stamp := _read_stamp(found)) is not None:
        return stamp
    if number := _EPOCH.fullmatch(text):
        since = _read_epoch(number[1])
        if since is not None:
            return WrittenDate(at=since, offset=None, timed=True, start=0, end=len(text))
    return find_first_date(_PDF.sub("", text, count=1), language=language, latest=latest)


def published_date(
    date: datetime | None, *, now: datetime, is_meeting: bool = False
) -> datetime | None:
    """Return the date if it is plausible as a publication date, else None.

    Dates before 1990 are rejected: programs write epoch zero or year one for "no date". Dates more
    than two days ahead are rejected, unless `is_meeting`: papers have the date of their meeting.
    """
    if date is None or date < EARLIEST:
        return None
    return date if is_meeting or date <= now + MAX_AHEAD else None


def parse_published(
    text: str | None, *, now: datetime, language: str | None = None
) -> datetime | None:
    """Parse a publication date; None if it is not plausible as one."""
    return published_date(parse_date(text, language=language, latest=now + MAX_AHEAD), now=now)


def explain_refused_date(text: str, *, now: datetime, language: str | None = None) -> str:
    """Describe why a text is not a valid publication date, for `doctor`."""
    date = parse_date(text, language=language, latest=now + MAX_AHEAD)
    if date is None:
        return "no date with a day, a month and a year"
    if date < EARLIEST:
        return "before 1990"
    return "more than two days ahead" if date > now + MAX_AHEAD else "not used"


def convert_struct_time(parsed: time.struct_time | None, *, written: str | None) -> datetime | None:
    """Convert a date that feedparser parsed, if its year and day are in the text.

    feedparser completes missing parts from today's date, and mistakes some numbers for years.
    """
    if parsed is None or written is None:
        return None
    try:
        date = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None
    if not EARLIEST <= date < _LAST_EPOCH:
        return None  # near the ends of the calendar, times in other zones would overflow
    numbers = {int(number) for number in _NUMBER.findall(fold(written[:_MAX_DATE_LENGTH]))}
    near = {date, *(date + timedelta(hours=hours) for hours in (-14, 14))}  # the day in any zone
    has_year = any({one.year, one.year % 100} & numbers for one in near)
    return date if has_year and any(one.day in numbers for one in near) else None


def _read_stamp(found: re.Match[str]) -> WrittenDate | None:
    """Convert a time in full ISO 8601; None for a day, time or offset that does not exist."""
    parts = found.groupdict()
    offset = None
    if parts["zone"] == "Z":
        offset = timedelta()
    elif parts["zone"]:
        hours, minutes = int(parts["zone"][1:3]), int(parts["zone"][-2:])
        if hours > MAX_HOURS or minutes > 59:
            return None
        offset = timedelta(hours=hours, minutes=minutes)
        offset = -offset if parts["zone"][0] == "-" else offset
    try:
        local = datetime.fromisoformat(
            f"{parts['day']}T{parts['time']}{parts['second'] or ''}+00:00"
        )
        at = local - (offset or timedelta())
    except (ValueError, OverflowError):
        return None
    return WrittenDate(at=at, offset=offset, timed=True, start=0, end=len(found.string))


def _read_epoch(digits: str) -> datetime | None:
    """Convert a number of seconds, milliseconds or microseconds since 1970."""
    per_second = _PER_SECOND.get(len(digits))
    if per_second is None:
        return None
    since = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(digits) // per_second)
    return since if EARLIEST <= since < _LAST_EPOCH else None

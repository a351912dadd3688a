"""Parse the dates of feeds, pages, documents and APIs. Pure; results are in UTC, or None.

What is not in the text is not guessed: no date comes from the clock, and a part that is missing
makes no date. Libraries are asked only for forms that are not read here, and are held to the text.
"""

from __future__ import annotations

import calendar
import re
import time
from datetime import UTC, datetime, timedelta

from crawler.text.date_forms import WrittenDate, first_date, fold

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
MAX_AHEAD = timedelta(days=2)
_MAX_DATE_LENGTH = 200  # characters of a date as it is written
_EPOCH = re.compile(r"(?:/?date\()?(\d{9,16})(?:\.\d{0,9}+)?(?:[+-]\d{4})?(?:\)/?)?", re.IGNORECASE)
_PER_SECOND = {9: 1, 10: 1, 12: 10**3, 13: 10**3, 15: 10**6, 16: 10**6}
_LAST_EPOCH = datetime(2100, 1, 1, tzinfo=UTC)
_PDF = re.compile(r"D:(?=\d{4})")
_NUMBER = re.compile(r"\d++")


def parse_date(
    text: str | None, *, language: str | None = None, latest: datetime | None = None
) -> datetime | None:
    """Parse a date as `read_date` does; returns when that is, in UTC."""
    read = read_date(text, language=language, latest=latest)
    return None if read is None else read.at


def read_date(
    text: str | None, *, language: str | None = None, latest: datetime | None = None
) -> WrittenDate | None:
    """Read a field that holds a date: ISO 8601, RFC 2822, epoch, PDF, or as people write it.

    A date without a time zone is read as UTC.

    Args:
        text: as written.
        language: of the site: it decides the order of a numeric date, day first in Britain.
        latest: a numeric date after it is read in the other order, if that one is not after it.

    Returns:
        the date; None where the text has none or names an impossible day.
    """
    if not text or not text.strip():
        return None
    text = fold(text.strip()[:_MAX_DATE_LENGTH])
    if number := _EPOCH.fullmatch(text):
        since = _read_epoch(number[1])
        if since is not None:
            return WrittenDate(at=since, offset=None, timed=True, start=0, end=len(text))
    return first_date(_PDF.sub("", text, count=1), language=language, latest=latest)


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
    return date if is_meeting or date <= now + MAX_AHEAD else None


def parse_published(
    text: str | None, *, now: datetime, language: str | None = None
) -> datetime | None:
    """Parse a date of publication; None where it is not plausible as one."""
    return published_date(parse_date(text, language=language, latest=now + MAX_AHEAD), now=now)


def refusal(text: str, *, now: datetime, language: str | None = None) -> str:
    """Say why a text gives no date of publication: for `doctor`."""
    date = parse_date(text, language=language, latest=now + MAX_AHEAD)
    if date is None:
        return "no date with a day, a month and a year"
    if date < EARLIEST:
        return "before 1990"
    return "more than two days ahead" if date > now + MAX_AHEAD else "not used"


def from_struct(parsed: time.struct_time | None, *, written: str | None) -> datetime | None:
    """Convert a date that feedparser parsed, if its year and day stand in the text.

    It completes what is missing by today's date, and takes some numbers for years.
    """
    if parsed is None or written is None:
        return None
    try:
        date = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None
    if not EARLIEST <= date < _LAST_EPOCH:
        return None  # near the ends of the calendar no day in another zone can be computed
    numbers = {int(number) for number in _NUMBER.findall(fold(written[:_MAX_DATE_LENGTH]))}
    near = {date, *(date + timedelta(hours=hours) for hours in (-14, 14))}  # its day in its zone
    has_year = any({one.year, one.year % 100} & numbers for one in near)
    return date if has_year and any(one.day in numbers for one in near) else None


def _read_epoch(digits: str) -> datetime | None:
    """Return the moment that a number of seconds, milli- or microseconds since 1970 means."""
    per_second = _PER_SECOND.get(len(digits))
    if per_second is None:
        return None
    since = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(digits) // per_second)
    return since if EARLIEST <= since < _LAST_EPOCH else None

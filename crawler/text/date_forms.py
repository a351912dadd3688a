"""Finds dates in a text, in the formats of feeds, pages, documents and APIs. Pure.

A date has a day, a month and a year: a year or a month alone is not a date, and neither is one
relative to today ("yesterday", "15 July"). A numeric date is read in the order of its language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain

from crawler.text.month_names import MONTH_NAME, month_number
from crawler.text.time_zones import is_american, read_zone

_MONTH_FIRST = ("en-us", "en-ph", "fil", "es-us", "es-pr")
_MAX_FIELD = 200  # characters of a date that are read to find the order of its numbers
_CENTURY = 70  # two digits from here on are years of the 20th century
_HIDDEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))
_SIGNS = {0x2212: "-"}
_BREAK = r"[\s,./_–-]{0,3}+"
_ORDINAL = r"(?:st|nd|rd|th|er|re|[.oa])?"
_OF = r"(?:(?:of|de|di|del|af)\s{1,2}+)?"
# 9.30am, 09.30 BST: alone it is a number
_DOT = r"\.(?=\d\d(?:\s?[ap]\.?m|\s(?:BST|GMT|UTC|CES?T|E[SD]?T|WI(?:TA|[BT]))\b|\s?Uhr|$))"
_CLOCK = (
    rf"(?P<hour>\d\d?)(?:(?::|{_DOT}|(?<=\d)\s?[h時时시]\s?)(?P<minute>\d\d)"
    r"(?:[:.](?P<second>\d\d)(?:[.,]\d{1,9}+)?)?)?(?!\d)(?:\s{0,2}+(?P<half>[ap])\.?\s?m\b\.?)?"
)
# what may separate a date and its time
_THEN = (
    r"[\s,.:|·•)_–—-]{0,5}+(?:(?:r|г|год[уа]?)\.?,?\s{1,2}+)?"
    r"(?:(?:t|@|at|um|à|às|kl\.?|klo|om|alle|a las|ore|godz\.?|o|v|ve|в|о|u|saat)\s{0,2}+)?"
)
_TIME = re.compile(_THEN + _CLOCK, re.IGNORECASE)
_MAX_BEFORE = 40  # characters before a date in which its time may be
_LABEL = re.compile(r"publ|updat|post|modif|edit", re.IGNORECASE)  # between a time and a date
_TIME_BEFORE = re.compile(_CLOCK, re.IGNORECASE)
_COMPACT_TIME = re.compile(
    r"\s?t(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?P<half>x)?(?!\d)", re.IGNORECASE
)
_YEAR = r"(?P<year>\d{4})"
_DAY = r"(?P<day>\d\d?)"
_NAME = rf"(?<![^\W\d_])(?P<name>{MONTH_NAME})"


# dates anywhere, in prose too
_PLAIN = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?<!\d){_YEAR}(?P<apart>[-/.])(?P<month>\d\d?)(?P=apart){_DAY}(?!\d)",  # 2026-07-15
        rf"(?<!\d){_YEAR}\s?[年년]\s?(?P<month>\d\d?)\s?[月월]\s?{_DAY}\s?[日일]",
        rf"(?<![\d.]){_YEAR}\.\s(?P<month>\d\d?)\.\s{_DAY}(?!\d)",  # 2026. 7. 15., in Korean
        rf"(?<!\d){_DAY}\stháng\s(?P<month>\d\d?),?\s(?:năm\s)?{_YEAR}(?!\d)",
        rf"(?<!\d){_DAY}{_ORDINAL}{_BREAK}{_OF}{_NAME}{_BREAK}(?:del?\s{{1,2}}+)?{_YEAR}(?!\d)",
        rf"{_NAME}{_BREAK}{_DAY}{_ORDINAL}[\s,.–-]{{1,3}}+{_YEAR}(?!\d)",  # July 15, 2026
        rf"(?<!\d){_YEAR}{_BREAK}{_NAME}{_BREAK}{_DAY}(?![\d:])",  # 2026 Jul 15
        # Jul 15 09:30:00 GMT 2026, as programs in C and Java print it
        rf"{_NAME}\s{{1,2}}+{_DAY}\s(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
        rf"(?P<zone>\s[\w+:-]{{1,6}}+)?\s{_YEAR}(?!\d)",
        rf"(?<![\d/.-])(?P<one>\d\d?)(?P<apart>[-/.])\s?(?P<two>\d\d?)(?P=apart)\s?{_YEAR}(?!\d)",
    )
)
# dates only where a date is expected
_FIELD = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?<!\d){_DAY}{_BREAK}{_NAME}{_BREAK}['’]?(?P<year>\d\d)(?![\d:])",  # 15 Jul 26
        rf"{_NAME}{_BREAK}{_DAY}{_ORDINAL}(?:,\s{{0,2}}+|\s['’])(?P<year>\d\d)(?![\d:])",
        r"(?<![\d/.])(?P<one>\d\d?)(?P<apart>[/.])(?P<two>\d\d?)(?P=apart)(?P<year>\d\d)(?![\d:/.])",
        # 20260715T093000
        rf"(?<!\d){_YEAR}(?P<month>\d\d)(?P<day>\d\d)(?:[t\s_-]?(?P<hour>\d\d):?(?P<minute>\d\d)"
        r"(?::?(?P<second>\d\d)(?:[.,]\d{1,9}+)?)?)?(?!\d)",
        rf"(?<!\d){_YEAR}-?W(?P<week>\d\d)-?(?P<weekday>[1-7])(?!\d)",
        rf"(?<!\d){_YEAR}-?(?P<nth>\d{{3}})(?![\d-])",
    )
)

_FOUR_DIGITS = re.compile(r"\d{4}")
_NUMERIC = re.compile(
    r"(?<![\d/-])(?P<one>\d\d?)(?P<apart>[-/])(?P<two>\d\d?)(?P=apart)\d{4}(?!\d)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDate:
    """A date that was found in a folded text.

    `at`: in UTC, midnight if no time is written; `offset`: from UTC, None if no zone is written;
    `timed`: whether a time is written; `start`, `end`: its position, including a time after it.
    """

    at: datetime
    offset: timedelta | None
    timed: bool
    start: int
    end: int


def fold(text: str) -> str:
    """Normalise blanks, digits and signs of a text, as the other functions expect."""
    if text.isascii():  # nothing to normalise but blanks
        return " ".join(text.split())
    return " ".join(unicodedata.normalize("NFKC", text.translate(_SIGNS | _HIDDEN)).split())


def is_month_first(language: str | None) -> bool:
    """Return whether a language writes the 15th of July as 07/15."""
    return (language or "").lower().replace("_", "-").startswith(_MONTH_FIRST)


def choose_date_language(texts: Iterable[object], language: str | None) -> str | None:
    """Return the language whose order of day and month the numeric dates of a source have.

    Unambiguous dates decide: with 07/25/2026, 07/08/2026 is in July. Without any, it is `language`,
    that of the source.
    """
    months, days = 0, 0
    for text in texts:
        found = _NUMERIC.search(text[:_MAX_FIELD]) if isinstance(text, str) else None
        if found is not None:
            months += int(found["two"]) > 12 >= int(found["one"])
            days += int(found["one"]) > 12 >= int(found["two"])
    if months == days or (months > days) == is_month_first(language):
        return language
    return "en-us" if months > days else "en-gb"


def find_first_date(
    text: str, *, language: str | None = None, latest: datetime | None = None
) -> WrittenDate | None:
    """Return the first date of a folded field; None if it has none.

    Args:
        text: as written, folded.
        language: of the site; decides the order of a numeric date.
        latest: a numeric date after it is read in the other order, if that one is not after it.
    """
    found = [one for form in _PLAIN if (one := form.search(text)) is not None]
    found.sort(key=re.Match.start)
    # formats that other numbers have too: only words may precede them
    likely = (one for form in _FIELD if (one := form.search(text)) is not None)
    alone = (one for one in likely if not any(map(str.isdigit, _get_text_before_clock(one))))
    read = (
        _build_date(one, _find_clock_before(one), language, latest) for one in chain(found, alone)
    )
    return next((one for one in read if one is not None), None)


def _find_clock_before(found: re.Match[str]) -> re.Match[str] | None:
    """Return the time that is written directly before a date."""
    before = found.string[max(0, found.start() - _MAX_BEFORE) : found.start()]
    clocks = list(_TIME_BEFORE.finditer(before))
    return clocks[-1] if clocks and not _LABEL.search(before, clocks[-1].end()) else None


def _get_text_before_clock(found: re.Match[str]) -> str:
    clock = _find_clock_before(found)
    written = "" if clock is None else clock.string[clock.start() :]
    return found.string[: found.start() - len(written)]


def has_year(text: str) -> bool:
    """Return whether a folded text may have a date, since it has four digits."""
    return _FOUR_DIGITS.search(text) is not None


def find_dates(
    text: str, *, language: str | None = None, latest: datetime | None = None
) -> list[WrittenDate]:
    """Return the dates in folded prose, in text order; arguments as for `find_first_date`."""
    if not has_year(text):
        return []  # avoids the search for each format
    all_found = (found for form in _PLAIN for found in form.finditer(text))
    read = (_build_date(found, None, language, latest) for found in all_found)
    dates: list[WrittenDate] = []
    for one in sorted((one for one in read if one is not None), key=lambda one: one.start):
        if not dates or one.start >= dates[-1].end:
            dates.append(one)
    return dates


def _build_date(
    found: re.Match[str],
    before: re.Match[str] | None,
    language: str | None,
    latest: datetime | None,
) -> WrittenDate | None:
    parts, text, end = found.groupdict(), found.string, found.end()
    clocks: list[re.Match[str] | None] = [found] if parts.get("hour") else []
    clocks += [_COMPACT_TIME.match(text, end), _TIME.match(text, end), before]
    times = ((one, _parse_time(one)) for one in clocks if one is not None)
    clock, time = next(((one, time) for one, time in times if time is not None), (None, None))
    zone, american = None, False
    if clock is not None:
        at = found.start("zone") if parts.get("zone") else clock.end()
        zone, after = read_zone(clock.string, at, language)
        american = is_american(clock.string, at)
        end = max(end, end if clock is before else after)
    first = american or is_month_first(language)
    day = _parse_day(parts, months_first=first, latest=latest)
    if day is None:
        return None
    try:
        when = datetime(day.year, day.month, day.day, tzinfo=zone or UTC) + (time or timedelta())
        return WrittenDate(
            at=when.astimezone(UTC),
            offset=when.utcoffset() if zone is not None else None,
            timed=time is not None,
            start=found.start(),
            end=end,
        )
    except (OverflowError, ValueError):
        return None


def _parse_time(clock: re.Match[str]) -> timedelta | None:
    """Return the time since midnight; None for a number that is not a time."""
    parts = clock.groupdict()
    half = (parts.get("half") or "").lower()
    if not parts["minute"] and not half:
        return None
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    return timedelta(hours=hour, minutes=minute, seconds=min(second, 59))


def _parse_day(
    parts: Mapping[str, str | None], *, months_first: bool, latest: datetime | None
) -> date | None:
    """Return the day that the parts of a date most likely mean; None for an impossible one."""
    year = int(parts["year"] or 0)
    if len(parts["year"] or "") == 2:
        year += 1900 if year >= _CENTURY else 2000
    try:
        if parts.get("week"):
            return date.fromisocalendar(year, int(parts["week"] or 0), int(parts["weekday"] or 0))
        if parts.get("nth"):
            day = date(year, 1, 1) + timedelta(days=int(parts["nth"] or 0) - 1)
            return day if day.year == year else None
    except (ValueError, OverflowError):
        return None
    if not parts.get("one"):
        name = parts.get("name")
        month = month_number(name) if name else int(parts.get("month") or 0)
        return next(_list_valid_days([(year, month, int(parts["day"] or 0))]), None)
    one, two = int(parts["one"] or 0), int(parts["two"] or 0)
    orders = [(year, two, one), (year, one, two)]
    if months_first and parts["apart"] != ".":
        orders.reverse()
    days = list(_list_valid_days(orders))
    if latest is not None:
        days.sort(key=lambda day: day > latest.date())
    return days[0] if days else None


def _list_valid_days(days: list[tuple[int, int, int]]) -> Iterator[date]:
    for year, month, day in days:
        try:
            yield date(year, month, day)
        except ValueError:
            continue

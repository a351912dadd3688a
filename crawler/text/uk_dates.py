"""Finds the date in a heading, a link or a file name, in the formats used in the UK. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>20\d\d)(?!\d)"
_SEPARATOR = r"[\s.,_\-–/]{0,3}"
# most reliable first; a two-digit year counts only after a day and month
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_DAY}(?:\sof)?{_SEPARATOR}{_MONTH}{_SEPARATOR}{_YEAR}",  # 26th March 2026
        rf"(?<![a-z]){_MONTH}{_SEPARATOR}{_DAY}(?:,\s?|[\s_\-]){_YEAR}",  # March 26, 2026
        rf"(?<!\d){_YEAR}(?P<apart>[-._/ ])(?P<month>\d\d)(?P=apart)(?P<day>\d\d)(?!\d)",
        rf"(?<!\d)(?P<day>\d\d?)(?P<apart>[-._/ ])(?P<month>\d\d?)(?P=apart){_YEAR}",  # 26/03/2026
        r"(?<![\d.])(?P<day>\d\d?)(?P<apart>[-._/])(?P<month>\d\d?)(?P=apart)(?P<year>\d\d)(?![\d.])",
        rf"{_DAY}{_SEPARATOR}{_MONTH}{_SEPARATOR}(?P<year>\d\d)(?!\d)",  # 26 Mar 26
        r"(?<!\d)(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)(?!\d)",  # 20260326
        rf"(?<![a-z]){_MONTH}{_SEPARATOR}{_YEAR}",  # March 2026
        rf"(?<!\d){_YEAR}{_SEPARATOR}{_MONTH}(?![a-z])",  # 2026 March
    )
)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date that was found.

    `raw`: as written; `day`: its midnight in UTC; `is_month_only`: without a day, so it is the 1st.
    """

    raw: str
    day: datetime
    is_month_only: bool


def find_uk_date(text: str) -> FoundDate | None:
    """Return the date in a text, in the most precise format; the last one if there are several.

    For a month without a day it is the 1st. For "26 and 27 March 2026" it is the 27th.
    """
    for form in _FORMS:
        days = list(_find_days(form, text))
        if days:
            return days[-1]
    return None


def choose_uk_date(own: str, around: Sequence[str]) -> FoundDate | None:
    """Return the date of an element by its own text and the texts around it, nearest first.

    A date in `own` has priority; if it is only a month, a full date of that month from `around`.
    Otherwise the first full date in `around`, or a month, or a date in all texts joined.
    """
    named = find_uk_date(own)
    if named is not None and not named.is_month_only:
        return named
    found = [one for one in map(find_uk_date, around) if one is not None]
    whole = [one for one in found if not one.is_month_only]
    if named is not None:
        return next((one for one in whole if is_same_month(one, named)), named)
    return next(iter((*whole, *found)), None) or find_uk_date(" ".join([own, *around]))


def is_same_month(one: FoundDate, other: FoundDate) -> bool:
    """Return whether two dates are in the same month of the same year."""
    return (one.day.year, one.day.month) == (other.day.year, other.day.month)


def _find_days(form: re.Pattern[str], text: str) -> Iterator[FoundDate]:
    for found in form.finditer(text):
        parts = found.groupdict()
        month = parts["month"].lower()
        number = int(month) if month.isdigit() else _MONTHS.index(month[:3]) + 1
        year = int(parts["year"])
        try:
            day = datetime(
                year + 2000 if year < 100 else year, number, int(parts.get("day") or 1), tzinfo=UTC
            )
        except ValueError:
            continue
        yield FoundDate(found[0].strip(" .,_-–/"), day, "day" not in parts)

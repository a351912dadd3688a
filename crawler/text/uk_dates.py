"""Finds the day that a heading, a link or a file name speaks of, in the forms of the UK. Pure."""

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
_APART = r"[\s.,_\-–/]{0,3}"
# in the order of trust; a year of two figures stands behind a whole day only
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_DAY}(?:\sof)?{_APART}{_MONTH}{_APART}{_YEAR}",  # 26th March 2026
        rf"(?<![a-z]){_MONTH}{_APART}{_DAY}(?:,\s?|[\s_\-]){_YEAR}",  # March 26, 2026
        rf"(?<!\d){_YEAR}(?P<apart>[-._/ ])(?P<month>\d\d)(?P=apart)(?P<day>\d\d)(?!\d)",
        rf"(?<!\d)(?P<day>\d\d?)(?P<apart>[-._/ ])(?P<month>\d\d?)(?P=apart){_YEAR}",  # 26/03/2026
        r"(?<![\d.])(?P<day>\d\d?)(?P<apart>[-._/])(?P<month>\d\d?)(?P=apart)(?P<year>\d\d)(?![\d.])",
        rf"{_DAY}{_APART}{_MONTH}{_APART}(?P<year>\d\d)(?!\d)",  # 26 Mar 26
        r"(?<!\d)(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)(?!\d)",  # 20260326
        rf"(?<![a-z]){_MONTH}{_APART}{_YEAR}",  # March 2026
        rf"(?<!\d){_YEAR}{_APART}{_MONTH}(?![a-z])",  # 2026 March
    )
)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A day that was found: as it is written, its midnight, and whether only a month was named."""

    raw: str
    day: datetime
    month_alone: bool


def find_uk_date(text: str) -> FoundDate | None:
    """The day that a text names, by the form that says most; the last where it names several.

    A month without a day is its first. "26 and 27 March 2026" is the day that its year follows.
    """
    for form in _FORMS:
        days = list(_days(form, text))
        if days:
            return days[-1]
    return None


def best_uk_date(own: str, around: Sequence[str]) -> FoundDate | None:
    """The day of something that is called `own` and stands among other texts, the nearest first.

    What its own words say counts most: a month of theirs is made a day only by one of that month.
    Else it is the first whole day around, or a month, or what all texts add up to.
    """
    said = find_uk_date(own)
    if said is not None and not said.month_alone:
        return said
    found = [one for one in map(find_uk_date, around) if one is not None]
    whole = [one for one in found if not one.month_alone]
    if said is not None:
        return next((one for one in whole if same_month(one, said)), said)
    return next(iter((*whole, *found)), None) or find_uk_date(" ".join([own, *around]))


def same_month(one: FoundDate, other: FoundDate) -> bool:
    """Whether two days are of the same month."""
    return (one.day.year, one.day.month) == (other.day.year, other.day.month)


def _days(form: re.Pattern[str], text: str) -> Iterator[FoundDate]:
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

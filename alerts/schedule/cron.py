"""Parses five-field cron expressions (minute hour day month weekday). Pure.

Weekdays are those of cron(5): 0 and 7 are Sunday, 1 is Monday, or names. APScheduler counts from
Monday, which is why its parser is not used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """A parsed cron expression, in local time.

    `weekdays` counts from Sunday as 0. `any_day`, `any_weekday`: whether that field begins with *.
    """

    times: tuple[time, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool

    def on(self, day: date) -> bool:
        """Return whether a date matches; if day and weekday are both restricted, either will do."""
        if day.month not in self.months:
            return False
        in_month, in_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        if self.any_day or self.any_weekday:
            return in_month and in_week
        return in_month or in_week


@lru_cache(maxsize=256)
def parse_cron(text: str) -> Cron:
    """Parse a cron expression.

    Raises:
        ValueError: a field is not valid; the message names the field and its range.
    """
    fields = text.lower().split()
    if len(fields) != 5:
        raise ValueError(
            f"{text!r} has {len(fields)} fields, not five: minute hour day month weekday"
        )
    minute, hour, day, month, weekday = fields
    minutes = _parse_field("minute", minute, 0, 59)
    hours = _parse_field("hour", hour, 0, 23)
    return Cron(
        times=tuple(time(h, m) for h in sorted(hours) for m in sorted(minutes)),
        days=_parse_field("day", day, 1, 31),
        months=_parse_field("month", month, 1, 12, _MONTHS),
        weekdays=frozenset(n % 7 for n in _parse_field("weekday", weekday, 0, 7, _DAYS)),
        any_day=day.startswith("*"),
        any_weekday=weekday.startswith("*"),
    )


def _parse_field(
    name: str, text: str, low: int, high: int, names: tuple[str, ...] = ()
) -> frozenset[int]:
    numbers: set[int] = set()
    for part in text.split(","):
        span, slash, step_text = part.partition("/")
        step = _parse_number(name, step_text, 1, high) if slash else 1
        if span == "*":
            first, last = low, high
        elif "-" in span:
            start, _, end = span.partition("-")
            first = _parse_number(name, start, low, high, names)
            last = _parse_number(name, end, low, high, names)
            if last < first:
                raise ValueError(f"{name} {span!r} runs backwards")
        else:
            first = _parse_number(name, span, low, high, names)
            last = high if slash else first
        numbers.update(range(first, last + 1, step))
    return frozenset(numbers)


def _parse_number(name: str, text: str, low: int, high: int, names: tuple[str, ...] = ()) -> int:
    if text in names:
        return names.index(text) + (1 if low == 1 else 0)
    if not (text.isascii() and text.isdigit()) or not low <= int(text) <= high:
        raise ValueError(f"{name} {text!r} is not a number from {low} to {high}")
    return int(text)

"""Computes the bank holidays of the parts of the United Kingdom. Pure.

By the Banking and Financial Dealings Act 1971 and the days that are proclaimed every year. A day
that falls on a weekend has a substitute on the next working day. Days that are proclaimed once (a
coronation) are not included.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from dateutil.easter import easter

from config.model import Region

_SATURDAY = 5
_DAY = timedelta(days=1)


def is_bank_holiday(region: Region, day: date) -> bool:
    """Whether a day is a bank holiday in a region, substitute days included."""
    return day in _compute_holidays(region, day.year)


@cache
def _compute_holidays(region: Region, year: int) -> frozenset[date]:
    sunday = easter(year)
    moving = {
        sunday - 2 * _DAY,  # Good Friday
        _first_monday(year, 5),
        _last_monday(year, 5),
        _first_monday(year, 8) if region == "scotland" else _last_monday(year, 8),
    }
    if region != "scotland":
        moving.add(sunday + _DAY)
    fixed = [date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)]
    if region == "scotland":
        fixed += [date(year, 1, 2), date(year, 11, 30)]
    if region == "northern-ireland":
        fixed += [date(year, 3, 17), date(year, 7, 12)]
    holidays = moving | set(fixed)
    for day in sorted(fixed):
        if day.weekday() >= _SATURDAY:
            substitute = day
            while substitute.weekday() >= _SATURDAY or substitute in holidays:
                substitute += _DAY
            holidays.add(substitute)
    return frozenset(holidays)


def _first_monday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + (-first.weekday() % 7) * _DAY


def _last_monday(year: int, month: int) -> date:
    last = date(year, month + 1, 1) - _DAY
    return last - last.weekday() * _DAY

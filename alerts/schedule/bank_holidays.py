"""Bank holidays of the parts of the United Kingdom, by the `holidays` library."""

from __future__ import annotations

from datetime import date
from functools import cache

from config.model import Region

_SUBDIVISIONS: dict[Region, str] = {
    "england-and-wales": "ENG",
    "scotland": "SCT",
    "northern-ireland": "NIR",
}


def is_bank_holiday(region: Region, day: date) -> bool:
    """Return whether a day is a bank holiday in a region.

    Substitute days count, and days that are proclaimed once as far as the installed release of the
    library knows them.
    """
    return day in _holidays_of(region, day.year)


@cache
def _holidays_of(region: Region, year: int) -> frozenset[date]:
    # imported here: it loads a module for each country, and few subscriptions ask for this
    from holidays import country_holidays

    return frozenset(country_holidays("GB", subdiv=_SUBDIVISIONS[region], years=year))

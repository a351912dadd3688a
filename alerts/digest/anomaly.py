"""Whether a day has far more stories than is usual, against nothing but its own past. Pure.

The usual is the median of the same weekday in the eight weeks before, or of all days while there
are fewer than four such weekdays. How far a day may stray from it is the larger of what these days
did stray (1.4826 times the median absolute deviation, which is the standard deviation of a normal
distribution; Rousseeuw and Croux 1993) and of what chance alone does to counts (the square root of
the median, as Poisson's distribution has it). A single loud day in the past moves neither.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Literal

Sensitivity = Literal["low", "medium", "high"]

WEEKS = 8
LEAST_DAYS = 14  # of history, before anything is called unusual
LEAST_WEEKDAYS = 4
_NORMAL = 1.4826
# how many times the usual straying, and how many stories at least
_BARS: Mapping[Sensitivity, tuple[float, int]] = {
    "low": (6.0, 8),
    "medium": (4.0, 5),
    "high": (3.0, 4),
}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What is usual on a day, in stories. `weekday`: only the same weekdays were compared."""

    middle: float
    low: int
    high: int
    stray: float
    days: int
    weekday: bool

    def bar(self, sensitivity: Sensitivity) -> int:
        """From how many stories on a day is unusual."""
        times, least = _BARS[sensitivity]
        return max(least, math.floor(self.middle + times * self.stray) + 1)


def usual(counts: Mapping[date, int], day: date, since: date) -> Usual | None:
    """What is usual on `day`; None while too little is known.

    Args:
        counts: day -> stories; a day that is not named had none.
        day: the day that is asked about; it does not count itself.
        since: the first whole day that was watched.
    """
    first = max(since, day - WEEKS * 7 * _DAY)
    known = [first + number * _DAY for number in range((day - first).days)]
    if len(known) < LEAST_DAYS:
        return None
    same = [each for each in known if each.weekday() == day.weekday()]
    weekday = len(same) >= LEAST_WEEKDAYS
    values = [counts.get(each, 0) for each in (same if weekday else known)]
    middle = median(values)
    spread = _NORMAL * median([abs(value - middle) for value in values])
    return Usual(
        middle=middle,
        low=min(values),
        high=max(values),
        # one story more or less is never news
        stray=max(spread, math.sqrt(middle), 1.0),
        days=len(values),
        weekday=weekday,
    )


def is_unusual(count: int, of: Usual | None, sensitivity: Sensitivity) -> bool:
    """Whether so many stories on a day are far more than usual."""
    return of is not None and count >= of.bar(sensitivity)

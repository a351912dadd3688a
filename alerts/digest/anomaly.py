"""Decides whether a day has far more stories than usual, by the watch's own history. Pure.

The usual is the median of the same weekday in the eight weeks before, or of all days while there
are fewer than four such weekdays. The spread is the larger of 1.4826 times the median absolute
deviation of these days (the standard deviation of a normal distribution; Rousseeuw and Croux 1993)
and the square root of the median (the standard deviation of a Poisson distribution). Both are
robust against a single outlier in the history.
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
MIN_DAYS = 14  # of history; with fewer, nothing is unusual
MIN_WEEKDAYS = 4
_NORMAL = 1.4826
# factor of the spread, and minimum number of stories
_THRESHOLDS: Mapping[Sensitivity, tuple[float, int]] = {
    "low": (6.0, 8),
    "medium": (4.0, 5),
    "high": (3.0, 4),
}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What is usual on a day, in stories.

    `days` counts the days compared, all of one weekday if `weekday`.
    """

    median: float
    low: int
    high: int
    spread: float
    days: int
    weekday: bool

    def threshold(self, sensitivity: Sensitivity) -> int:
        """Return the number of stories from which a day is unusual."""
        factor, least = _THRESHOLDS[sensitivity]
        return max(least, math.floor(self.median + factor * self.spread) + 1)


def compute_usual(counts: Mapping[date, int], day: date, since: date) -> Usual | None:
    """Compute what is usual on `day`; return None with less than 14 days of history.

    Args:
        counts: day -> number of stories; missing days had none.
        day: the day to judge; its own count is not used.
        since: the first whole day that was watched.
    """
    first = max(since, day - WEEKS * 7 * _DAY)
    known = [first + number * _DAY for number in range((day - first).days)]
    if len(known) < MIN_DAYS:
        return None
    same = [each for each in known if each.weekday() == day.weekday()]
    weekday = len(same) >= MIN_WEEKDAYS
    values = [counts.get(each, 0) for each in (same if weekday else known)]
    usual = median(values)
    deviation = _NORMAL * median([abs(value - usual) for value in values])
    return Usual(
        median=usual,
        low=min(values),
        high=max(values),
        # at least one: one story more or less is not unusual
        spread=max(deviation, math.sqrt(usual), 1.0),
        days=len(values),
        weekday=weekday,
    )


def is_unusual(count: int, of: Usual | None, sensitivity: Sensitivity) -> bool:
    """Return whether `count` stories on a day are far more than usual; False if `of` is None."""
    return of is not None and count >= of.threshold(sensitivity)

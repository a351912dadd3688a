"""Counts the mentions of a watch in each of the last weeks, for its page and its resource."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from storage.store import Unit

WEEKS = 8
WEEK = timedelta(weeks=1)


def count_by_week(unit: Unit, watch_key: str, now: datetime) -> tuple[int, ...]:
    """Count the mentions of a watch in each of the last `WEEKS` before now, the oldest first."""
    moments = unit.mentions.times([watch_key], now - WEEKS * WEEK, now)
    counts = Counter(min(WEEKS - 1, (now - at) // WEEK) for at in moments)
    return tuple(counts[number] for number in reversed(range(WEEKS)))

"""Formats numbers, lists and times in messages. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from storage.rules.local_time import local_time

_JOINS = re.compile(r",|;| and ", re.IGNORECASE)


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Format a number with its noun: `3 sources`, `1 source`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(words: Sequence[str], most: int | None = None) -> str:
    """Join words as `a, b and c`; more than `most` as `a, b and 4 more`."""
    if most is not None and len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def quoted(labels: Sequence[str], most: int | None = None) -> str:
    """Join labels of watches; in quotes where one could be taken for several."""
    several = len(labels) > 1 and any(_JOINS.search(label) for label in labels)
    return listed([f"“{label}”" for label in labels] if several else labels, most)


def clock(moment: datetime, timezone: str, now: datetime) -> str:
    """Format a time as `Tue 24 Nov, 07:30` in `timezone`; with the year if not that of `now`."""
    zone = ZoneInfo(timezone)
    local, today = local_time(moment, zone), local_time(now, zone)
    year = f" {local.year}" if local.year != today.year else ""
    return f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M}"


def long_date(moment: datetime, timezone: str) -> str:
    """Format a time as `Tuesday 24 November 2026, 07:30 (Europe/London)`."""
    local = local_time(moment, ZoneInfo(timezone))
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M} ({timezone})"

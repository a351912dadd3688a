"""Reads `skipHours` and `skipDays` of RSS 2.0 feeds, both in GMT. Pure.

feedparser keeps only the last of each. The updatePeriod of the Syndication module is ignored:
WordPress writes "hourly" into every feed.
"""

from __future__ import annotations

import re

_HEAD = re.compile(rb"<(?:item|entry)[\s>]", re.IGNORECASE)
_HOURS = re.compile(rb"<skipHours\b(?:[^<]|<(?!/?skipHours\b))*+</skipHours\s*+>", re.IGNORECASE)
_HOUR = re.compile(rb"<hour\b[^<>]*+>\s*+(\d{1,2})\s*+<", re.IGNORECASE)
_DAYS = re.compile(rb"<skipDays\b(?:[^<]|<(?!/?skipDays\b))*+</skipDays\s*+>", re.IGNORECASE)
_DAY = re.compile(rb"<day\b[^<>]*+>\s*+([A-Za-z]++)\s*+<", re.IGNORECASE)
_WEEK = (b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday")
_HEAD_BYTES = 100_000
HOURS = 7 * 24


def read_silent_hours(body: bytes) -> frozenset[int]:
    """Return the hours of the week (0: Monday from 0 to 1 GMT) that a feed asks to skip.

    Empty if it names every hour, which must be a mistake.
    """
    head = body[:_HEAD_BYTES]
    first = _HEAD.search(head)
    found = _parse_skipped(head if first is None else head[: first.start()])
    if not found:  # some feeds have them after their entries
        found = _parse_skipped(body[-_HEAD_BYTES:])
    return found if len(found) < HOURS else frozenset()


def _parse_skipped(part: bytes) -> frozenset[int]:
    hours = {
        int(hour) % 24 for block in _HOURS.findall(part) for hour in _HOUR.findall(block)
        if int(hour) <= 24
    }  # fmt: skip
    days = {
        _WEEK.index(day.lower()) for block in _DAYS.findall(part) for day in _DAY.findall(block)
        if day.lower() in _WEEK
    }  # fmt: skip
    return frozenset(
        day * 24 + hour for day in range(7) for hour in range(24) if hour in hours or day in days
    )

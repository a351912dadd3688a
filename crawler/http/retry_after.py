"""Parses Retry-After (RFC 9110, 10.2.3) and Cache-Control max-age (RFC 9111). Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

CEILING = timedelta(hours=24)  # some servers name a date years ahead


def parse_retry_after(value: str | None, now: datetime) -> datetime | None:
    """Return when to retry, at most 24 hours from `now`; None if absent, past or invalid."""
    if value is None:
        return None
    text = value.strip()
    if re.fullmatch(r"[0-9]+", text):
        # more digits than any wait needs would overflow timedelta
        when = now + (timedelta(seconds=int(text)) if len(text) < 9 else CEILING)
    else:
        try:
            when = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        # RFC 9110 dates are GMT; a "-0000" zone parses as naive
        when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    if when <= now:
        return None
    return min(when, now + CEILING)


def parse_max_age(cache_control: str | None) -> timedelta | None:
    """Return the max-age of a Cache-Control header; None if absent or with no-store, no-cache."""
    if cache_control is None:
        return None
    directives = [part.strip().lower() for part in cache_control.split(",")]
    if any(directive in ("no-store", "no-cache") for directive in directives):
        return None
    for directive in directives:
        found = re.fullmatch(r'max-age="?([0-9]{1,9})"?', directive)
        if found:
            return timedelta(seconds=int(found[1]))
    return None

"""Reads the dates of a feed's entries. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crawler.text.date_forms import choose_date_language
from crawler.text.dates import MAX_AHEAD, convert_struct_time, parse_date, published_date

_KEYS = ("published", "updated", "created")


def read_entry_dates(
    entry: dict[str, Any], *, language: str | None, now: datetime
) -> tuple[str | None, datetime | None, datetime | None]:
    """Return when an entry was published, as written and in UTC, and when it was updated.

    Args:
        entry: as parsed by feedparser.
        language: of the feed, by `detect_date_language`.
        now: when the feed was fetched.

    Returns:
        the date of its publication, or where absent that of its update or creation, as written and
        in UTC; and the date of its update. A publication date that is not valid is None: the update
        does not replace it.
    """
    # dict.get: the method of feedparser returns the publication date for a missing update
    key = next((key for key in _KEYS if dict.get(entry, key)), _KEYS[0])
    published = published_date(_parse_entry_date(entry, key, language, now), now=now)
    return dict.get(entry, key), published, _parse_entry_date(entry, "updated", language, now)


def detect_date_language(entries: Sequence[dict[str, Any]], language: str | None) -> str | None:
    """Return the language whose order of day and month the numeric dates of a feed have."""
    return choose_date_language((dict.get(one, key) for one in entries for key in _KEYS), language)


def _parse_entry_date(
    entry: dict[str, Any], key: str, language: str | None, now: datetime
) -> datetime | None:
    written = dict.get(entry, key)
    if not isinstance(written, str):
        return None
    date = parse_date(written, language=language, latest=now + MAX_AHEAD)
    return date or convert_struct_time(dict.get(entry, f"{key}_parsed"), written=written)

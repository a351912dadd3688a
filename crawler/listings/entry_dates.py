"""Read the dates of a feed's entries. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crawler.text.date_forms import language_by_numbers
from crawler.text.dates import MOST_AHEAD, from_struct, parse_date, published_date

_KEYS = ("published", "updated", "created")


def publication_dates(
    entry: dict[str, Any], *, language: str | None, now: datetime
) -> tuple[str | None, datetime | None, datetime | None]:
    """Return when an entry was published, as written and in UTC, and when it was updated.

    Args:
        entry: as feedparser gives it.
        language: of the feed, as `language_of_dates` gives it.
        now: when the feed came.

    Returns:
        the date of its publication, of its update where it gives none, or of its creation, as
        written and in UTC; and the date of its update. A date of publication that cannot be one is
        None: that of the update is not taken for it.
    """
    # dict.get: feedparser's own gives the publication date for a missing update
    key = next((key for key in _KEYS if dict.get(entry, key)), _KEYS[0])
    published = published_date(_parse(entry, key, language, now), now=now)
    return dict.get(entry, key), published, _parse(entry, "updated", language, now)


def language_of_dates(entries: Sequence[dict[str, Any]], language: str | None) -> str | None:
    """Return the language by whose order the numeric dates of a feed are read."""
    return language_by_numbers((dict.get(one, key) for one in entries for key in _KEYS), language)


def _parse(entry: dict[str, Any], key: str, language: str | None, now: datetime) -> datetime | None:
    written = dict.get(entry, key)
    if not isinstance(written, str):
        return None
    date = parse_date(written, language=language, latest=now + MOST_AHEAD)
    return date or from_struct(dict.get(entry, f"{key}_parsed"), written=written)

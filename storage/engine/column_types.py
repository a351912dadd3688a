"""Column types that work the same on both databases and accept any text that a source sends."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes, stored without a zone, since SQLite has none."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to naive UTC; a naive datetime raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no zone: pass an aware datetime")
        with suppress(OverflowError):
            return value.astimezone(UTC).replace(tzinfo=None)
        # a date of year 1 or 9999 whose UTC value is out of range
        return (_LATEST if value.year > 1 else _EARLIEST).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Attach UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


class CleanText(TypeDecorator[str]):
    """Text of any length, without characters that PostgreSQL refuses (see `clean`)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Clean the text."""
        return None if value is None else clean(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Refuse bytes, which SQLite stores in any column: the row is damaged."""
        if isinstance(value, bytes):
            raise ValueError("bytes are stored in place of text")
        return value


class JsonText(TypeDecorator[Any]):
    """JSON stored as text. Tuples are read back as lists."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write compact JSON."""
        return None if value is None else json.dumps(_clean_json(value), separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Parse JSON."""
        return None if value is None else json.loads(value)


def clean(text: str) -> str:
    """Remove NUL and replace lone surrogates, which PostgreSQL refuses."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text


def _clean_json(value: Any) -> Any:
    match value:
        case str():
            return clean(value)
        case dict():
            return {key: _clean_json(one) for key, one in value.items()}
        case list() | tuple():
            return [_clean_json(one) for one in value]
    return value

"""Reads when a source was last read in full, from which the age of its new items counts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from storage.engine.damage import is_decode_error
from storage.tables import source

_CAUGHT_UP = select(source.c.caught_up_at, source.c.last_success_at).where(
    source.c.key == bindparam("this")
)


def read_caught_up(connection: Connection, source_key: str) -> datetime | None:
    """Return when a poll last read a source in full; None: never, or the value is damaged."""
    try:
        row = connection.execute(_CAUGHT_UP, {"this": source_key}).first()
    except Exception as error:
        if not is_decode_error(error):
            raise
        return None
    return next((value for value in row or () if isinstance(value, datetime)), None)

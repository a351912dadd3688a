"""Rows of the outbox that cannot be read: made readable and dead, so that they hold up no other.

A disk, a restore or a hand in the database may leave what no release of ours has written.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, cast, func, select, update
from sqlalchemy.exc import OperationalError

from storage.engine.column_types import UtcDateTime
from storage.tables import outbox

log = logging.getLogger(__name__)

# a date that is none, bytes that are none, and (SQLite's words) text that is not UTF-8
DECODING_ERRORS = (TypeError, ValueError, OperationalError)


def quarantine_message(
    connection: Connection, row_id: int, error: Exception, now: datetime
) -> None:
    """Mark a message dead whose row cannot be read, and put right what makes it so.

    Raises:
        OperationalError: if it was not the row that could not be read but the database.
    """
    if isinstance(error, OperationalError) and "decode" not in str(error).lower():
        raise error
    problem = str(error.orig if isinstance(error, OperationalError) else error)
    log.error("outbox.damaged row=%s problem=%s", row_id, problem)
    values: dict[str, Any] = {
        "state": "dead",
        "due_at": None,
        "lease_owner": None,
        "lease_until": None,
        "attempts": 0,
        "unknown_outcomes": 0,
        "last_error": f"the row in the database was damaged: {problem}",
    }
    for column in outbox.columns:
        if column.name not in values and not _readable(connection, column, row_id):
            values[column.name] = _instead(column, now)
    connection.execute(update(outbox).where(outbox.c.id == row_id).values(values))


def _readable(connection: Connection, column: Column[Any], row_id: int) -> bool:
    try:
        value = connection.scalar(select(column).where(outbox.c.id == row_id))
    except DECODING_ERRORS:
        return False
    return not (isinstance(column.type, LargeBinary) and isinstance(value, str))


def _instead(column: Column[Any], now: datetime) -> object:
    if isinstance(column.type, UtcDateTime):
        return None if column.nullable else now
    if isinstance(column.type, LargeBinary):
        return cast(column, LargeBinary)  # the bytes as they lie there
    return func.hex(column)

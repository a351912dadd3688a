"""Quarantines outbox rows that cannot be decoded: repairs them, and marks them as dead.

A disk fault, a restore or manual edits may leave values that no release has written.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, cast, func, select, update
from sqlalchemy.exc import OperationalError

from storage.engine.column_types import UtcDateTime
from storage.model import MessageState
from storage.tables import outbox

log = logging.getLogger(__name__)

# an invalid date, a value that is not bytes, and (in SQLite) text that is not UTF-8
DECODING_ERRORS = (TypeError, ValueError, OperationalError)


def quarantine_message(
    connection: Connection, row_id: int, error: Exception, now: datetime
) -> None:
    """Mark a message as dead, and replace the columns that cannot be decoded.

    Raises:
        OperationalError: the database failed, not the decoding of the row.
    """
    if isinstance(error, OperationalError) and "decode" not in str(error).lower():
        raise error
    problem = str(error.orig if isinstance(error, OperationalError) else error)
    log.error("outbox.damaged row=%s problem=%r", row_id, problem)
    values: dict[str, Any] = {
        "state": MessageState.DEAD,
        "due_at": None,
        "lease_owner": None,
        "lease_until": None,
        "attempts": 0,
        "unknown_outcomes": 0,
        "last_error": f"the row in the database was damaged: {problem}",
    }
    for column in outbox.columns:
        if column.name not in values and not _is_readable(connection, column, row_id):
            values[column.name] = _choose_replacement(column, now)
    connection.execute(update(outbox).where(outbox.c.id == row_id).values(values))


def _is_readable(connection: Connection, column: Column[Any], row_id: int) -> bool:
    try:
        value = connection.scalar(select(column).where(outbox.c.id == row_id))
    except DECODING_ERRORS:
        return False
    return not (isinstance(column.type, LargeBinary) and isinstance(value, str))


def _choose_replacement(column: Column[Any], now: datetime) -> object:
    if isinstance(column.type, UtcDateTime):
        return None if column.nullable else now
    if isinstance(column.type, LargeBinary):
        return cast(column, LargeBinary)  # the stored bytes
    return func.hex(column)

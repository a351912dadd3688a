"""Isolates rows that cannot be decoded, so that the other rows can still be read.

A disk fault, a restore or manual edits may leave values that no release has written: invalid JSON
or dates, unknown states, text that is not UTF-8.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Integer, Row, Select, func, select
from sqlalchemy.exc import DBAPIError

from storage.engine.column_types import CleanText, UtcDateTime

log = logging.getLogger(__name__)

_K = TypeVar("_K")
_T = TypeVar("_T")
MAX_CAUSE = 200  # characters


@dataclass(slots=True)
class Damage:
    """The damaged rows found within one transaction: (table, id) -> cause."""

    rows: dict[tuple[str, int], str] = field(default_factory=dict)

    def record(self, table: str, row_id: int, error: Exception) -> None:
        """Record a damaged row, and log it the first time."""
        cause = cause_of(error)
        if self.rows.setdefault((table, row_id), cause) is cause:
            log.error("row.damaged table=%s row=%s problem=%s", table, row_id, cause)


def is_decode_error(error: Exception) -> bool:
    """Return whether an error comes from decoding a row, not from the database itself."""
    # SQLite says of text that is not UTF-8: "Could not decode to UTF-8 column"
    return not isinstance(error, DBAPIError) or "decode" in str(error).lower()


def cause_of(error: Exception) -> str:
    """Format the error of a row as one line of at most `MAX_CAUSE` characters."""
    text = str(error.orig if isinstance(error, DBAPIError) else error)
    return " ".join(f"{type(error).__name__}: {text}".split())[:MAX_CAUSE]


def read_decodable(
    read: Callable[[Sequence[int]], Mapping[int, _T]],
    ids: Sequence[int],
    *,
    table: str,
    damage: Damage,
) -> dict[int, _T]:
    """Read rows by id; those that cannot be decoded are left out and recorded in `damage`.

    On an error the ids are split in halves until the damaged rows are found.

    Args:
        read: returns id -> value for ids; raises where one of them cannot be decoded.
        ids: of rows of one table.
        table: its name.
        damage: where damaged rows are recorded.

    Raises:
        DBAPIError: the database failed, not the decoding of a row.
    """
    try:
        return dict(read(ids))
    except Exception as error:
        if not is_decode_error(error):
            raise
        if len(ids) == 1:
            damage.record(table, ids[0], error)
            return {}
    half = len(ids) // 2
    return read_decodable(read, ids[:half], table=table, damage=damage) | read_decodable(
        read, ids[half:], table=table, damage=damage
    )


def read_each(
    connection: Connection, query: Select[Any], build: Callable[[Row[Any]], _T], *, table: str
) -> list[_T]:
    """Read the rows of a query; those that cannot be decoded are left out and logged.

    On an error each row is read by itself, by its place in the order of the query.

    Args:
        connection: of the unit.
        query: with an order in which no two rows are alike; its limit stays in force.
        build: returns the value of a row.
        table: of the rows, for the log.

    Raises:
        DBAPIError: the database failed, not the decoding of a row.
    """
    kinds = [_python_type(column) for column in query.selected_columns]

    def read(some: Select[Any]) -> list[_T]:
        rows = connection.execute(some).all()
        for row in rows:
            _check_types(row, kinds)
        return [build(row) for row in rows]

    try:
        return read(query)
    except Exception as error:
        if not is_decode_error(error):
            raise
    found: list[_T] = []
    count = connection.scalar(select(func.count()).select_from(query.subquery()))
    for place in range(count or 0):
        try:
            found += read(query.limit(1).offset(place))
        except Exception as error:
            if not is_decode_error(error):
                raise
            log.error("row.damaged table=%s problem=%s", table, cause_of(error))
    return found


def _python_type(column: ColumnElement[Any]) -> tuple[type, ...] | None:
    """Return what the values of a column are in Python; None where that is not known."""
    match column.type:
        case CleanText():
            return (str,)
        case UtcDateTime():
            return (datetime,)
        case Integer():
            return (int,)
    return None


def _check_types(row: Row[Any], kinds: Sequence[tuple[type, ...] | None]) -> None:
    """Refuse a value of another type than its column has: SQLite stores any in any column."""
    for name, value, kind in zip(row._fields, row, kinds, strict=True):
        if value is not None and kind is not None and not isinstance(value, kind):
            raise TypeError(f"{name} is {type(value).__name__}, not {kind[0].__name__}")


def read_unless_damaged(
    read: Callable[[], dict[_K, _T]], *, table: str, consequence: str
) -> dict[_K, _T]:
    """Read values that are computed from many rows; none where one of them is damaged.

    Args:
        read: returns the values; raises where a row cannot be decoded.
        table: of the rows, for the log.
        consequence: of having no values, for the log.

    Raises:
        DBAPIError: the database failed, not the decoding of a row.
    """
    try:
        return read()
    except Exception as error:
        if not is_decode_error(error):
            raise
        log.error("row.damaged table=%s consequence=%r", table, consequence)
        return {}


def read_columns(
    connection: Connection, columns: Sequence[Column[Any]], where: ColumnElement[bool]
) -> dict[str, Any]:
    """Read each column of one row separately; one that cannot be decoded becomes None."""
    values: dict[str, Any] = {}
    for column in columns:
        try:
            values[column.name] = connection.scalar(select(column).where(where))
        except Exception as error:
            if not is_decode_error(error):
                raise
            values[column.name] = None
    return values

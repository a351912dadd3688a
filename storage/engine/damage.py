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
from sqlalchemy.exc import DataError, DBAPIError

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
    if not isinstance(error, DBAPIError):
        return True
    # SQLite says of text that is not UTF-8: "Could not decode to UTF-8 column"
    if "decode" in str(error).lower():
        return True
    # psycopg raises it where a value is none of Python's ("infinity"), without the server's code
    return isinstance(error, DataError) and getattr(error.orig, "sqlstate", None) is None


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

    Args:
        read: returns id -> value for ids; raises where one of them cannot be decoded.
        ids: of rows of one table.
        table: its name.
        damage: where damaged rows are recorded.

    Raises:
        DBAPIError: the database failed, not the decoding of a row.
    """
    return dict(
        _read_by_halves(
            lambda places: list(read([ids[place] for place in places]).items()),
            range(len(ids)),
            lambda place, error: damage.record(table, ids[place], error),
        )
    )


def read_each(
    connection: Connection, query: Select[Any], build: Callable[[Row[Any]], _T], *, table: str
) -> list[_T]:
    """Read the rows of a query; those that cannot be decoded are left out and logged.

    Args:
        connection: of the unit.
        query: without an offset, with an order in which no two rows are alike; its limit stays in
            force.
        build: returns the value of a row.
        table: of the rows, for the log.

    Raises:
        DBAPIError: the database failed, not the decoding of a row.
    """

    def read(some: Select[Any]) -> list[_T]:
        return [build(row) for row in read_rows(connection, some)]

    try:
        return read(query)
    except Exception as error:
        if not is_decode_error(error):
            raise
    count = connection.scalar(select(func.count()).select_from(query.subquery()))
    return _read_by_halves(
        lambda places: read(query.limit(len(places)).offset(places.start)),
        range(count or 0),
        lambda _, error: log.error("row.damaged table=%s problem=%s", table, cause_of(error)),
    )


def read_rows(
    connection: Connection, query: Select[Any], parameters: Mapping[str, object] | None = None
) -> Sequence[Row[Any]]:
    """Read the rows of a query; a value of another type than its column has is a decode error.

    SQLite stores values of any type in any column.

    Raises:
        TypeError: a value is of another type.
    """
    kinds = [_python_type(column) for column in query.selected_columns]
    rows = connection.execute(query, parameters).all()
    for row in rows:
        _check_types(row, kinds)
    return rows


def _read_by_halves(
    read: Callable[[range], list[_T]], places: range, note: Callable[[int, Exception], None]
) -> list[_T]:
    """Read rows by their places in an order, except those that cannot be decoded.

    On an error the places are split in halves until the damaged rows are found.

    Args:
        read: returns the values at places that follow each other; raises where one is damaged.
        places: to be read.
        note: is called with the place of each damaged row and its error.
    """
    if not places:
        return []
    try:
        return read(places)
    except Exception as error:
        if not is_decode_error(error):
            raise
        if len(places) == 1:
            note(places[0], error)
            return []
    half = len(places) // 2
    return _read_by_halves(read, places[:half], note) + _read_by_halves(read, places[half:], note)


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

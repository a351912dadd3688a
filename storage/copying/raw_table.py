"""Reads and writes rows without conversion: JSON stays text, and keys have the same order.

Text keys are ordered by their bytes, whatever the collation of PostgreSQL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    String,
    Table,
    func,
    insert,
    literal,
    select,
    tuple_,
)
from sqlalchemy import column as plain_column
from sqlalchemy import table as plain_table
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import TypeDecorator, TypeEngine

FETCHED_ROWS = 100  # at a time: a row may hold a whole text, or the memory of a site

Row = Sequence[Any]


class RowHash:
    """SHA-256 over rows, in the order in which they are added, and their number."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.rows = 0

    def add(self, row: Row) -> int:
        """Add a row; return the number of bytes that its values take."""
        size = 0
        for value in row:
            encoded = _encode(value)
            self._hash.update(len(encoded).to_bytes(8))
            self._hash.update(encoded)
            size += len(encoded)
        self.rows += 1
        return size

    def hexdigest(self) -> str:
        """Return the hash of all added rows."""
        return self._hash.hexdigest()


class RawTable:
    """Reads and writes the rows of a table in the order of its primary key."""

    def __init__(self, table: Table) -> None:
        self.name = table.name
        columns = [plain_column(each.name, _unwrap_type(each.type)) for each in table.columns]
        self._table = plain_table(table.name, *columns)
        self._key_names = [each.name for each in table.primary_key]
        self._positions = [list(table.columns.keys()).index(name) for name in self._key_names]
        self.columns = tuple(each.name for each in columns)

    def count(self, connection: Connection) -> int:
        """Return the number of rows."""
        return int(connection.scalar(select(func.count()).select_from(self._table)) or 0)

    def key_of(self, row: Row) -> Row:
        """Return the primary key of a row."""
        return tuple(row[position] for position in self._positions)

    def read(self, connection: Connection, *, after: Row | None = None) -> Iterator[Row]:
        """Yield the rows in the order of their keys, from the one after `after`."""
        order = [self._order_by(name, connection.dialect) for name in self._key_names]
        statement = select(self._table).order_by(*order)
        if after is not None:
            last = [
                literal(value, self._table.c[name].type)
                for name, value in zip(self._key_names, after, strict=True)
            ]
            statement = statement.where(tuple_(*order) > tuple_(*last))
        streaming = {"stream_results": True, "yield_per": FETCHED_ROWS}
        with connection.execute(statement, execution_options=streaming) as found:
            for row in found:
                yield tuple(row)

    def write(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Insert rows."""
        named: list[Mapping[str, Any]] = [dict(zip(self.columns, row, strict=True)) for row in rows]
        connection.execute(insert(self._table), named)

    def _order_by(self, name: str, dialect: Dialect) -> ColumnElement[Any]:
        found = self._table.c[name]
        if dialect.name == "postgresql" and isinstance(found.type, String):
            return found.collate("C")
        return found


class _ZonedDateTime(TypeDecorator[datetime]):
    """A time with a zone, which SQLite stores without: always UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _unwrap_type(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    plain = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    return _ZonedDateTime() if isinstance(plain, DateTime) and plain.timezone else plain


def _encode(value: Any) -> bytes:
    match value:
        case None:
            return b"-"
        case bool():
            return b"b1" if value else b"b0"
        case int() | float():
            return f"n{value!r}".encode()
        case str():
            return b"s" + value.encode()
        case bytes() | bytearray() | memoryview():
            return b"x" + bytes(value)
        case datetime() | date():
            return b"t" + value.isoformat().encode()
    raise TypeError(f"a column has a value of the type {type(value).__name__}")

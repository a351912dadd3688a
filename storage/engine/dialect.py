"""Statements that differ between SQLite and PostgreSQL."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Executable, Table, text
from sqlalchemy.dialects import postgresql, sqlite

_ADVISORY_LOCK = text("SELECT pg_advisory_xact_lock(:key)")


def insert_new(
    connection: Connection, table: Table, values: Mapping[str, Any], key: Sequence[Column[Any]]
) -> bool:
    """Insert a row unless its unique key exists; return whether it was inserted.

    Waits for another transaction that inserts the same key.
    """
    statement = _build_insert_new(connection.dialect.name, table, tuple(key))
    return connection.execute(statement, values).first() is not None


def upsert(
    connection: Connection,
    table: Table,
    values: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    key: Sequence[Column[Any]],
) -> None:
    """Insert a row, or update the row with the same unique key.

    Waits for another transaction that has locked that row, also where there are no other columns.

    Args:
        connection: of the unit.
        table: the table.
        values: of the row by column, or those of several rows, which have the same columns.
        key: the columns of the unique key.
    """
    names = tuple(values if isinstance(values, Mapping) else values[0])
    connection.execute(_build_upsert(connection.dialect.name, table, names, tuple(key)), values)


def insert_into(table: Table, dialect: str) -> Any:
    """Return the INSERT of a database, which can say what is done where a key exists."""
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)


# built once: building such a statement takes longer than running it
@cache
def _build_insert_new(dialect: str, table: Table, key: tuple[Column[Any], ...]) -> Executable:
    inserting = insert_into(table, dialect).on_conflict_do_nothing(index_elements=key)
    statement: Executable = inserting.returning(*key)
    return statement


@cache
def _build_upsert(
    dialect: str, table: Table, names: tuple[str, ...], key: tuple[Column[Any], ...]
) -> Executable:
    statement = insert_into(table, dialect)
    named = {column.name for column in key}
    rest = {name: statement.excluded[name] for name in names if name not in named}
    changed = rest or {name: statement.excluded[name] for name in names}
    updating: Executable = statement.on_conflict_do_update(index_elements=key, set_=changed)
    return updating


def lock_task(connection: Connection, task: str) -> None:
    """Hold a lock on `task` until this transaction ends.

    An advisory lock on PostgreSQL, where two transactions could otherwise decide on data that
    neither has committed; SQLite has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        key = zlib.crc32(f"supplierwatch {task}".encode())
        connection.execute(_ADVISORY_LOCK, {"key": key})

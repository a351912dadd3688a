"""The few statements that the two databases say differently."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, text
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(
    connection: Connection, table: Table, values: Mapping[str, Any], key: Sequence[Column[Any]]
) -> bool:
    """Insert a row unless one with this unique key is there; whether it was inserted.

    Another transaction that inserts the same key is waited for.
    """
    kind = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = kind.insert(table).on_conflict_do_nothing(index_elements=key).returning(*key)
    return connection.execute(statement, values).first() is not None


def upsert(
    connection: Connection, table: Table, values: Mapping[str, Any], key: Sequence[Column[Any]]
) -> None:
    """Insert a row, or give the row with this unique key these values."""
    kind = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = kind.insert(table)
    named = {column.name for column in key}
    rest = {name: statement.excluded[name] for name in values if name not in named}
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=rest), values)


def alone(connection: Connection, task: str) -> None:
    """Let nobody else do `task` until this transaction ends.

    SQLite has one writer at a time anyway. On PostgreSQL this is what keeps two transactions from
    deciding the same thing on what neither has committed.
    """
    if connection.dialect.name == "postgresql":
        key = zlib.crc32(f"supplierwatch {task}".encode())
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})

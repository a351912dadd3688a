"""Statements that differ between SQLite and PostgreSQL."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, text
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(
    connection: Connection, table: Table, values: Mapping[str, Any], key: Sequence[Column[Any]]
) -> bool:
    """Insert a row unless its unique key exists; return whether it was inserted.

    Waits for another transaction that inserts the same key.
    """
    kind = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = kind.insert(table).on_conflict_do_nothing(index_elements=key).returning(*key)
    return connection.execute(statement, values).first() is not None


def upsert(
    connection: Connection, table: Table, values: Mapping[str, Any], key: Sequence[Column[Any]]
) -> None:
    """Insert a row, or update the row with the same unique key."""
    kind = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = kind.insert(table)
    named = {column.name for column in key}
    rest = {name: statement.excluded[name] for name in values if name not in named}
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=rest), values)


def lock_task(connection: Connection, task: str) -> None:
    """Hold a lock on `task` until this transaction ends.

    An advisory lock on PostgreSQL, where two transactions could otherwise decide on data that
    neither has committed; SQLite has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        key = zlib.crc32(f"supplierwatch {task}".encode())
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})

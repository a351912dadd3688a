"""Makes SQLAlchemy engines whose commits are durable.

SQLite: the driver's transaction handling is switched off and transactions are begun explicitly, by
BEGIN IMMEDIATE for writers, so that concurrent writers wait instead of failing and DDL rolls back.
synchronous=FULL: the record of a sent message must survive a power cut.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from storage.engine.filesystem import network_filesystem
from storage.errors import DatabaseUnusable

BUSY_TIMEOUT_MS = 30_000
MALFORMED = "database disk image is malformed"  # as SQLite says it

# execution options for read-only transactions, which on SQLite take no write lock
READ_ONLY = {"read_only": True}


def make_engine(url: str) -> Engine:
    """Make an engine for a SQLAlchemy URL of SQLite or PostgreSQL.

    Raises:
        DatabaseUnusable: the URL is of another database, or its file cannot be used.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseUnusable(
            f"{url!r} is not a database URL: write sqlite:///FILE or postgresql://USER@HOST/NAME"
        ) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _make_sqlite_engine(url, parsed.database)
    if backend == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            pool_size=8,
            connect_args={"options": "-c timezone=UTC", "connect_timeout": 10},
        )
    raise DatabaseUnusable(f"{backend} is not supported: use sqlite or postgresql")


def sqlite_file(engine: Engine) -> Path | None:
    """Return the file of a SQLite engine; None for PostgreSQL."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    return Path(engine.url.database)


def _make_sqlite_engine(url: str, database: str | None) -> Engine:
    if not database or database == ":memory:":
        raise DatabaseUnusable("SQLite needs a file: write sqlite:///FOLDER/supplierwatch.db")
    network = network_filesystem(Path(database))
    if network is not None:
        raise DatabaseUnusable(
            f"{database} is on a network file system ({network}), where SQLite loses data: "
            "put the data folder on a local disk, or use PostgreSQL"
        )
    engine = create_engine(
        url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
    )
    event.listen(engine, "connect", _configure_connection)
    event.listen(engine, "begin", _begin_transaction)
    return engine


def _begin_transaction(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql(f"PRAGMA query_only={int(read_only)}")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _configure_connection(dbapi: Any, _entry: ConnectionPoolEntry) -> None:
    try:
        _set_pragmas(dbapi)
    except UnicodeDecodeError as error:
        # SQLite names what is damaged by bytes of the file, which sqlite3 cannot decode
        raise sqlite3.DatabaseError(MALFORMED) from error


def _set_pragmas(dbapi: Any) -> None:
    dbapi.isolation_level = None
    cursor = dbapi.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    _use_wal(cursor)
    cursor.execute("PRAGMA synchronous=FULL")
    # KiB; with the default of 2 MB, grouping 25 items writes changed pages before the commit
    cursor.execute("PRAGMA cache_size=-16384")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA journal_size_limit=67108864")
    cursor.execute("PRAGMA trusted_schema=OFF")
    cursor.close()


def _use_wal(cursor: Any) -> None:
    # busy_timeout does not apply to the switch to WAL mode
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return

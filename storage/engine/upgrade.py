"""Upgrades the schema of a database, in one transaction."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from storage.engine.backup import backup
from storage.engine.engine import sqlite_file
from storage.engine.schema_version import SCHEMAS, present_schema
from storage.errors import DatabaseUnusable

log = logging.getLogger(__name__)

_LOCK = 0x73757070  # key of the PostgreSQL advisory lock: one migration at a time


def upgrade(engine: Engine, *, backup_dir: Path | None = None) -> None:
    """Upgrade a database to the newest schema.

    An existing SQLite file is copied first, to `backup_dir` or to `backups` beside it. DDL is
    transactional on both databases, so a failure or a kill leaves the old schema.

    Raises:
        SchemaTooNew: the database was written by a newer release.
        BackupFailed: the copy could not be made; nothing was changed.
        DatabaseUnusable: rows would refer to missing ones; nothing was changed.
    """
    file = sqlite_file(engine)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    present = present_schema(engine)
    if present == SCHEMAS[-1]:
        return
    if present is not None:
        _back_up(engine, present, backup_dir)
    try:
        with engine.connect() as connection:
            _disable_foreign_keys(connection)
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                _run_migrations(load_migrations(), connection)
                _check_references(connection)
        log.info("database.upgraded from=%s to=%s", present or "nothing", SCHEMAS[-1])
    finally:
        # connections with foreign keys disabled must not be reused
        engine.dispose()


def load_migrations() -> ScriptDirectory:
    """Return the Alembic migrations of this release."""
    config = Config()
    config.set_main_option("script_location", str(resources.files("storage") / "migrations"))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def _back_up(engine: Engine, present: str, backup_dir: Path | None) -> None:
    file = sqlite_file(engine)
    if file is None:
        return
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    folder = backup_dir if backup_dir is not None else file.parent / "backups"
    url = engine.url.render_as_string(hide_password=False)
    backup(url, folder / f"before-upgrade-from-{present}-{stamp}.db")


def _disable_foreign_keys(connection: Connection) -> None:
    # SQLite changes a table by copying and dropping it, and the drop would cascade to the rows
    # that refer to it; the pragma has no effect within a transaction
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")


def _check_references(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise DatabaseUnusable(
            f"an upgrade would leave {len(broken)} rows that refer to missing ones, the first in "
            f"{broken[0][0]}; nothing was changed: restore a backup"
        )


def _run_migrations(directory: ScriptDirectory, connection: Connection) -> None:
    def steps(revision: Any, _context: object) -> list[object]:
        return list(directory._upgrade_revs("head", revision))

    with EnvironmentContext(Config(), directory, fn=steps) as environment:
        environment.configure(connection=connection, transactional_ddl=False, render_as_batch=True)
        environment.run_migrations()

"""Brings a database's schema up to date: all of an upgrade or nothing of it."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from storage.backup import backup
from storage.engine import sqlite_file
from storage.errors import SchemaTooNew

_LOCK = 0x73757070  # an advisory lock of PostgreSQL: one migration at a time


def upgrade(engine: Engine, *, backup_dir: Path | None = None) -> str:
    """Upgrade to the newest schema; returns its revision.

    An existing SQLite file is copied to `backup_dir` first. DDL is transactional on both
    databases, so a failure or a kill leaves the old schema.

    Raises:
        SchemaTooNew: the database is of a newer release.
    """
    scripts = _scripts()
    head = scripts.get_current_head() or ""
    with engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
        connection.rollback()
    if present == head:
        return head
    if present is not None:
        _refuse_newer(scripts, present)
        _copy(engine, present, backup_dir)
    with engine.connect() as connection:
        _begin(connection)
        try:
            _run(scripts, connection)
        except BaseException:
            _end(connection, "ROLLBACK")
            raise
        _end(connection, "COMMIT")
    return head


def current_revision(engine: Engine) -> str | None:
    """The revision of a database's schema; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(resources.files("storage") / "migrations"))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def _refuse_newer(scripts: ScriptDirectory, present: str) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    if present not in known:
        raise SchemaTooNew(
            f"the database has schema {present}, which this release does not know: "
            "install the release that wrote it, or restore a backup made by this one"
        )


def _copy(engine: Engine, present: str, backup_dir: Path | None) -> None:
    file = sqlite_file(engine)
    if file is None or backup_dir is None or not file.exists():
        return
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    url = engine.url.render_as_string(hide_password=False)
    backup(url, backup_dir / f"before-upgrade-from-{present}-{stamp}.db")


def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _end(connection: Connection, statement: str) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(statement)
    if statement == "COMMIT":
        connection.commit()
    else:
        connection.rollback()


def _run(scripts: ScriptDirectory, connection: Connection) -> None:
    def steps(revision: object, _context: object) -> list[object]:
        return list(scripts._upgrade_revs("head", revision))

    config = Config()
    with EnvironmentContext(config, scripts, fn=steps) as environment:
        environment.configure(connection=connection, transactional_ddl=False, render_as_batch=True)
        environment.run_migrations()

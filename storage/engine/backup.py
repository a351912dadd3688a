"""Backs up, verifies and restores a SQLite database, also one that is in use."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from itertools import chain, count
from pathlib import Path

from sqlalchemy import make_url

from storage.errors import BackupFailed

PAGES_A_STEP = 200  # writers may run between steps
_LOG_SUFFIXES = ("-wal", "-shm")


def backup(store_url: str, target: Path) -> Path:
    """Copy the database to the file `target` while it is in use, and verify the copy.

    Raises:
        BackupFailed: `target` exists or is not writable, or the copy is damaged.
    """
    source = file_of(store_url)
    if target.exists():
        raise BackupFailed(f"{target} exists: name a new file")
    if not source.exists():
        raise BackupFailed(f"there is no database at {source} to copy")
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(part)) as copy:
            live.backup(copy, pages=PAGES_A_STEP, sleep=0.01)
            # a single file, without -wal and -shm; opening it for writing switches WAL on again
            copy.execute("PRAGMA journal_mode=DELETE")
        verify(part)
        part.replace(target)
    except (sqlite3.Error, OSError) as error:
        raise BackupFailed(f"cannot copy {source} to {target}: {error}") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return target


def verify(database: Path) -> None:
    """Check the pages, foreign keys and tables of a database file.

    Raises:
        BackupFailed: it is damaged, or not a supplierwatch database.
    """
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            report = connection.execute("PRAGMA integrity_check").fetchall()
            broken = connection.execute("PRAGMA foreign_key_check").fetchall()
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    except sqlite3.Error as error:
        raise BackupFailed(f"{database} cannot be read as a database: {error}") from error
    if report != [("ok",)]:
        raise BackupFailed(f"{database} is damaged: {report[0][0]}")
    if broken:
        raise BackupFailed(f"{database} has {len(broken)} rows that refer to missing ones")
    if "item" not in tables or "outbox" not in tables:
        raise BackupFailed(f"{database} is not a supplierwatch database")


def restore(copy: Path, store_url: str) -> Path | None:
    """Replace the database by a backup; the old one is kept beside it.

    The caller holds the service lock.

    Returns:
        the new path of the old database, None where there was none.

    Raises:
        BackupFailed: the backup is damaged.
    """
    target = file_of(store_url)
    verify(copy)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".restoring")
    with copy.open("rb") as source, part.open("wb") as written:
        shutil.copyfileobj(source, written)
        written.flush()
        os.fsync(written.fileno())
    verify(part)
    old = _keep_old(target) if target.exists() else None
    # the WAL belongs to the old file and would be replayed into the new one
    for suffix in _LOG_SUFFIXES:
        Path(f"{target}{suffix}").unlink(missing_ok=True)
    part.replace(target)
    return old


def _keep_old(database: Path) -> Path:
    """Checkpoint the WAL and hard-link the file to a free name; return that name."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    numbers = chain([""], (f"-{number}" for number in count(2)))
    names = (database.with_name(f"{database.name}.before-restore{n}") for n in numbers)
    old = next(name for name in names if not name.exists())
    for suffix in _LOG_SUFFIXES:
        log = Path(f"{database}{suffix}")
        if log.exists():  # the checkpoint failed: the file is damaged
            shutil.copyfile(log, f"{old}{suffix}")
    os.link(database, old)
    return old


def file_of(store_url: str) -> Path:
    """Return the file of a SQLite database.

    Raises:
        BackupFailed: the URL is not of SQLite.
    """
    url = make_url(store_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise BackupFailed(
            "this command copies SQLite files; for PostgreSQL use pg_dump and pg_restore"
        )
    return Path(url.database)

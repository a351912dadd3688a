"""Copies of a SQLite database that is in use, verified; and putting one back."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from itertools import chain, count
from pathlib import Path

from sqlalchemy import make_url

from storage.errors import BackupFailed

PAGES_A_STEP = 200  # between steps writers get their turn
_BESIDE = ("-wal", "-shm")


def backup(store_url: str, target: Path) -> Path:
    """Copy the database to the file `target` while it is in use, and verify the copy.

    Raises:
        BackupFailed: `target` exists, is not writable, or the copy is not sound.
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
            # one file that needs no others beside it; opening it for work switches WAL on again
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
    """Check pages and references of a database file.

    Raises:
        BackupFailed: it is damaged or no supplierwatch database.
    """
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            said = connection.execute("PRAGMA integrity_check").fetchall()
            broken = connection.execute("PRAGMA foreign_key_check").fetchall()
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    except sqlite3.Error as error:
        raise BackupFailed(f"{database} cannot be read as a database: {error}") from error
    if said != [("ok",)]:
        raise BackupFailed(f"{database} is damaged: {said[0][0]}")
    if broken:
        raise BackupFailed(f"{database} has {len(broken)} rows that refer to missing ones")
    if "item" not in tables or "outbox" not in tables:
        raise BackupFailed(f"{database} is no supplierwatch database")


def restore(copy: Path, store_url: str) -> Path | None:
    """Put a backup in place of the database; the old one is kept beside it.

    The caller holds the service lock.

    Returns:
        where the old database was moved to, if there was one.

    Raises:
        BackupFailed: the copy is not sound.
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
    old = _keep(target) if target.exists() else None
    # its log belongs to the old file and would be played into the new one
    for suffix in _BESIDE:
        Path(f"{target}{suffix}").unlink(missing_ok=True)
    part.replace(target)
    return old


def _keep(database: Path) -> Path:
    """Give the file a second name, with what its log holds; the first stays its name too."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    numbers = chain([""], (f"-{number}" for number in count(2)))
    names = (database.with_name(f"{database.name}.before-restore{n}") for n in numbers)
    old = next(name for name in names if not name.exists())
    for suffix in _BESIDE:
        there = Path(f"{database}{suffix}")
        if there.exists():  # damaged: could not be played in
            shutil.copyfile(there, f"{old}{suffix}")
    os.link(database, old)
    return old


def file_of(store_url: str) -> Path:
    """The file of a SQLite database.

    Raises:
        BackupFailed: it is another database.
    """
    url = make_url(store_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise BackupFailed(
            "this command copies SQLite files; for PostgreSQL use pg_dump and pg_restore"
        )
    return Path(url.database)

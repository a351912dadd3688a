"""What can go wrong in storage.

StorageError
├── DatabaseUnusable   cannot be opened, is locked, full, damaged or away
├── DamagedRow         a row cannot be decoded
├── DatabaseLost       the file was removed or replaced while the service had it open
├── SchemaTooNew       was written by a newer release
├── SchemaTooOld       was written by an older release and was not to be upgraded
├── AlreadyRunning     another service holds the data folder
└── BackupFailed       a copy could not be made, verified or restored
"""

from __future__ import annotations

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

__all__ = [
    "AlreadyRunning",
    "BackupFailed",
    "DamagedRow",
    "DatabaseLost",
    "DatabaseUnusable",
    "SchemaTooNew",
    "SchemaTooOld",
    "StorageError",
    "explained",
    "is_damage",
]

_MENDS = (
    ("is full", "the disk is full: make room, nothing that was stored is lost"),
    ("no space left", "the disk is full: make room, nothing that was stored is lost"),
    ("malformed", "the file is damaged: stop the service and `supplierwatch restore` a backup"),
    ("not a database", "the file is no SQLite database: name another, or restore a backup"),
    ("is locked", "another program holds it: end that program; the work is tried again"),
    ("readonly", "it cannot be written: check the owner and the mount of the data folder"),
    ("read-only", "it cannot be written: check the owner and the mount of the data folder"),
    ("unable to open", "the file cannot be opened: check that its folder exists and is ours"),
    ("no such table", "it has no schema yet: run `supplierwatch db upgrade`"),
    ("connection", "the server does not answer: check that it runs; the work is tried again"),
)


class StorageError(Exception):
    """Anything that storage refuses."""


class DatabaseUnusable(StorageError):
    """The database cannot be opened, read or written."""


class DamagedRow(StorageError):
    """A row of the database cannot be decoded: a disk, a restore or a hand has changed it."""


class DatabaseLost(StorageError):
    """The database file was removed or replaced under a service that had it open."""


class SchemaTooNew(StorageError):
    """The database was written by a newer release than this one."""


class SchemaTooOld(StorageError):
    """The database was written by an older release, or by none."""


class AlreadyRunning(StorageError):
    """Another service works on the same data."""


class BackupFailed(StorageError):
    """A backup could not be made, verified or restored."""


def explained(error: DBAPIError, url: URL) -> DatabaseUnusable:
    """A driver's error as ours, with what can be done about it. The password is not in it."""
    said = str(error.orig or error).strip()
    mend = next((mend for sign, mend in _MENDS if sign in said.lower()), None)
    return DatabaseUnusable(f"{url!r}: {said}" + (f" ({mend})" if mend else ""))


def is_damage(error: DBAPIError) -> bool:
    """Whether SQLite says that a page of its file is damaged."""
    return "malformed" in str(error.orig or error).lower()

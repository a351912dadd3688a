"""Errors of storage.

StorageError
├── DatabaseUnusable   cannot be opened, is locked, full, damaged or not reachable
├── DamagedRow         a row cannot be decoded
├── DatabaseLost       the file was removed or replaced while the service had it open
├── SchemaTooNew       was written by a newer release
├── SchemaTooOld       was written by an older release, or has no schema
├── AlreadyRunning     another service holds the data folder
├── BackupFailed       a backup could not be made, verified or restored
└── CopyFailed         a database could not be copied into another
"""

from __future__ import annotations

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

__all__ = [
    "AlreadyRunning",
    "BackupFailed",
    "CopyFailed",
    "DamagedRow",
    "DatabaseLost",
    "DatabaseUnusable",
    "SchemaTooNew",
    "SchemaTooOld",
    "StorageError",
    "explain_error",
    "is_damaged_page",
]

_FIXES = (
    ("is full", "the disk is full: make room, nothing that was stored is lost"),
    ("no space left", "the disk is full: make room, nothing that was stored is lost"),
    ("malformed", "the file is damaged: stop the service and `supplierwatch restore` a backup"),
    ("not a database", "the file is not a SQLite database: name another, or restore a backup"),
    ("is locked", "another program holds it: end that program; the work is tried again"),
    ("readonly", "it cannot be written: check the owner and the mount of the data folder"),
    ("read-only", "it cannot be written: check the owner and the mount of the data folder"),
    ("unable to open", "the file cannot be opened: check that its folder exists and is ours"),
    ("no such table", "it has no schema yet: run `supplierwatch db upgrade`"),
    ("connection", "the server does not answer: check that it runs; the work is tried again"),
)


class StorageError(Exception):
    """Base of all storage errors."""


class DatabaseUnusable(StorageError):
    """The database cannot be opened, read or written."""


class DamagedRow(StorageError):
    """A row cannot be decoded: it was changed by a disk fault, a restore or manual edits."""


class DatabaseLost(StorageError):
    """The database file was removed or replaced under a service that had it open."""


class SchemaTooNew(StorageError):
    """The database was written by a newer release than this one."""


class SchemaTooOld(StorageError):
    """The database was written by an older release, or has no schema."""


class AlreadyRunning(StorageError):
    """Another service uses the same data folder."""


class BackupFailed(StorageError):
    """A backup could not be made, verified or restored."""


class CopyFailed(StorageError):
    """A database could not be copied into another."""


def explain_error(error: DBAPIError, url: URL) -> DatabaseUnusable:
    """Convert a driver's error to ours, with a fix where one is known, without the password."""
    text = str(error.orig or error).strip()
    fix = next((fix for sign, fix in _FIXES if sign in text.lower()), None)
    return DatabaseUnusable(f"{url!r}: {text}" + (f" ({fix})" if fix else ""))


def is_damaged_page(error: DBAPIError) -> bool:
    """Return whether SQLite reports a damaged page."""
    return "malformed" in str(error.orig or error).lower()

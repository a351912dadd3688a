"""What can go wrong in storage.

StorageError
├── DatabaseUnusable   cannot be opened, is corrupt or full
├── SchemaTooNew       was written by a newer release
├── AlreadyRunning     another service holds the data folder
└── BackupFailed       a copy could not be made, verified or restored
"""

from __future__ import annotations

__all__ = ["AlreadyRunning", "BackupFailed", "DatabaseUnusable", "SchemaTooNew", "StorageError"]


class StorageError(Exception):
    """Anything that storage refuses."""


class DatabaseUnusable(StorageError):
    """The database cannot be opened or read."""


class SchemaTooNew(StorageError):
    """The database was written by a newer release than this one."""


class AlreadyRunning(StorageError):
    """Another service works on the same data."""


class BackupFailed(StorageError):
    """A backup could not be made, verified or restored."""

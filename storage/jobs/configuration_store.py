"""Repository of the configuration that the leader declared, for workers without its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from storage.tables import configuration

KEPT_VERSIONS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredConfiguration:
    """The text of the configuration files by name. `fingerprint` is that of the catalogue."""

    version: int
    fingerprint: str
    files: Mapping[str, str]
    declared_at: datetime


class ConfigurationStore:
    """Reads and writes declared configurations, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def declare(self, fingerprint: str, files: Mapping[str, str], now: datetime) -> int:
        """Store a configuration unless it is the newest; return its version."""
        newest = self.newest()
        if newest is not None and (newest.fingerprint, newest.files) == (fingerprint, files):
            return newest.version
        version = 1 if newest is None else newest.version + 1
        values = {"version": version, "fingerprint": fingerprint, "files": dict(files)}
        self._db.execute(insert(configuration).values(**values, declared_at=now))
        self._db.execute(
            delete(configuration).where(configuration.c.version <= version - KEPT_VERSIONS)
        )
        return version

    def version(self) -> int | None:
        """Return the number of the newest version; None where nothing was declared."""
        found: int | None = self._db.scalar(select(func.max(configuration.c.version)))
        return found

    def newest(self) -> StoredConfiguration | None:
        """Return the newest version."""
        newest = select(configuration).order_by(configuration.c.version.desc()).limit(1)
        row = self._db.execute(newest).one_or_none()
        if row is None:
            return None
        return StoredConfiguration(
            version=row.version,
            fingerprint=row.fingerprint,
            files=row.files,
            declared_at=row.declared_at,
        )

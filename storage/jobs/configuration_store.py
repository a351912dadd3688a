"""Repository of the configuration that the leader declared, for workers without its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from storage.engine.damage import read_each
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
        version, newest = self.version(), self.newest()
        if (
            newest is not None
            and newest.version == version
            and (newest.fingerprint, newest.files) == (fingerprint, files)
        ):
            return newest.version
        version = 1 if version is None else version + 1
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
        """Return the newest version that can be decoded."""
        newest = select(configuration).order_by(configuration.c.version.desc())
        for query in (newest.limit(1), newest):
            found = read_each(self._db, query, _build_configuration, table="configuration")
            if found:
                return found[0]
        return None


def _build_configuration(row: Row[Any]) -> StoredConfiguration:
    if not all(isinstance(text, str) for text in row.files.values()):
        raise TypeError("files are not text by name")
    return StoredConfiguration(
        version=row.version,
        fingerprint=row.fingerprint,
        files=row.files,
        declared_at=row.declared_at,
    )

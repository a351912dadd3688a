"""Facts of the machine and the installation, for the page of the operator."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from storage.engine.schema_version import SCHEMAS
from supplierwatch.desk.page import DeskSource
from supplierwatch.formatting.translation import mark_text

MAX_BACKUPS = 10
MAX_LISTED = 1_000  # entries of the folder of backups


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupFile:
    """A copy of the database in the data folder."""

    name: str
    size: int  # bytes
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFacts:
    """Facts of the installation. Sizes in bytes; None: not known."""

    versions: tuple[tuple[str, str], ...]
    database: str
    database_size: int | None
    folder: str
    disk_free: int | None
    disk_size: int | None
    backups: Sequence[BackupFile]


def gather_facts(source: DeskSource) -> ServiceFacts:
    """Read the facts; what cannot be read is left out."""
    data = source.wired.catalog.settings.service.data
    file = source.store.file
    free, size = _read_disk(data)
    return ServiceFacts(
        versions=(
            ("supplierwatch", version("supplierwatch")),
            ("Python", platform.python_version()),
            (mark_text("Schema of the database"), SCHEMAS[-1]),
            (mark_text("System"), platform.platform(terse=True)),
        ),
        database="PostgreSQL" if file is None else file.name,
        database_size=None if file is None else _count_bytes(file),
        folder=data.name,
        disk_free=free,
        disk_size=size,
        backups=_list_backups(data / "backups"),
    )


def _read_disk(folder: Path) -> tuple[int | None, int | None]:
    try:
        found = os.statvfs(folder)
    except OSError:
        return None, None
    return found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize


def _count_bytes(file: Path) -> int | None:
    """Return the size of a SQLite file with its journal."""
    try:
        return sum(
            path.stat().st_size
            for path in (file, file.with_name(f"{file.name}-wal"))
            if path.exists()
        )
    except OSError:
        return None


def _list_backups(folder: Path) -> list[BackupFile]:
    try:
        with os.scandir(folder) as entries:
            files = [each for each, _ in zip(entries, range(MAX_LISTED), strict=False)]
            found = [
                BackupFile(
                    name=each.name,
                    size=each.stat().st_size,
                    made_at=datetime.fromtimestamp(each.stat().st_mtime, UTC),
                )
                for each in files
                if each.is_file()
            ]
    except OSError:
        return []
    return sorted(found, key=lambda each: each.made_at, reverse=True)[:MAX_BACKUPS]

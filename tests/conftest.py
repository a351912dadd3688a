"""Fixtures that every room's tests may ask for."""

from tests.support.databases import (
    backend,
    database_url,
    empty_url,
    migrated_postgresql,
    migrated_sqlite,
    opened,
    postgresql_server,
    sqlite_store,
    store,
)

__all__ = [
    "backend",
    "database_url",
    "empty_url",
    "migrated_postgresql",
    "migrated_sqlite",
    "opened",
    "postgresql_server",
    "sqlite_store",
    "store",
]

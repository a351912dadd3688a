"""Fixtures that every room's tests may ask for, and how property tests run."""

from hypothesis import settings

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

# the same examples in every run, and no deadline: a slow machine is no defect of the code
settings.register_profile("house", derandomize=True, deadline=None)
settings.load_profile("house")

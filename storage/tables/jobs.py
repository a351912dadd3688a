"""Tables that processes share. The jobs themselves are in procrastinate's tables."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Integer, Table

from storage.engine.column_types import CleanText, JsonText, UtcDateTime
from storage.tables.columns import Hash, metadata

# the configuration files that the leader read, for workers that have none
configuration = Table(
    "configuration",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", Hash, nullable=False),
    Column("files", JsonText, nullable=False),  # name -> text
    Column("declared_at", UtcDateTime, nullable=False),
)

# which process may request a host; times are those of PostgreSQL, not of the processes
host_slot = Table(
    "host_slot",
    metadata,
    Column("host", CleanText, primary_key=True),
    Column("holder", CleanText),
    Column("held_until", DateTime(timezone=True), nullable=False),
    Column("free_at", DateTime(timezone=True), nullable=False),
)

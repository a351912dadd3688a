"""The metadata of all tables, and the types of keys and hashes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData, String

from config.model import DEFAULT_GROUP
from storage.engine.column_types import CleanText

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Hash = String(64)

# SQLite generates keys only for a column of type INTEGER
Id = BigInteger().with_variant(Integer, "sqlite")


def group_column() -> Column[str]:
    """Make the column with the group to which a row belongs."""
    return Column("group_key", CleanText, nullable=False, server_default=DEFAULT_GROUP)

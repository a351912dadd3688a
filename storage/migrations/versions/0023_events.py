"""Events: which reports tell of one event, the features by which they are found, frequencies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _to_item(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_item"
    return sa.ForeignKeyConstraint([column], ["item.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "event_report",
        sa.Column("item_id", _ID, autoincrement=False, nullable=False),
        sa.Column("event_id", _ID, nullable=False),
        sa.Column("hours", sa.Float(), nullable=False),
        sa.Column("features", sa.Text(), nullable=False),
        _to_item("event_report", "item_id"),
        sa.PrimaryKeyConstraint("item_id", name="pk_event_report"),
    )
    op.create_index("ix_event_report_event_id", "event_report", ["event_id", "item_id"])
    op.create_table(
        "event_feature",
        sa.Column("feature", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_id", _ID, nullable=False),
        _to_item("event_feature", "item_id"),
        sa.PrimaryKeyConstraint("feature", "item_id", name="pk_event_feature"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_event_feature_item_id", "event_feature", ["item_id"])
    op.create_table(
        "feature_frequency",
        sa.Column("feature", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("last_item_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("feature", name="pk_feature_frequency"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event_apart",
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("other_id", _ID, nullable=False),
        _to_item("event_apart", "item_id"),
        _to_item("event_apart", "other_id"),
        sa.PrimaryKeyConstraint("item_id", "other_id", name="pk_event_apart"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_event_apart_other_id", "event_apart", ["other_id"])

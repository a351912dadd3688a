"""Briefings: stories that a user selected, in an order, with comments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{other}"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "briefing",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        _to("briefing", "user_id", "desk_user"),
        sa.PrimaryKeyConstraint("id", name="pk_briefing"),
    )
    op.create_index("ix_briefing_user_id", "briefing", ["user_id"])
    op.create_table(
        "briefing_entry",
        sa.Column("briefing_id", _ID, nullable=False),
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        _to("briefing_entry", "briefing_id", "briefing"),
        _to("briefing_entry", "item_id", "item"),
        sa.PrimaryKeyConstraint("briefing_id", "item_id", name="pk_briefing_entry"),
    )
    op.create_index("ix_briefing_entry_item_id", "briefing_entry", ["item_id"])

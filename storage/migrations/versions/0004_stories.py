"""Sketches of texts, by which copies of one story are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "story_sketch",
        sa.Column("shingle", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name="fk_story_sketch_item_id_item", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shingle", "item_id", name="pk_story_sketch"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_story_sketch_item_id", "story_sketch", ["item_id"], unique=False)

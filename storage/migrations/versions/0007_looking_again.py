"""When the page of a recent item is looked at again, and that one has gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("item", sa.Column("look_at", sa.DateTime(), nullable=True))
    op.add_column("item", sa.Column("looks_gone", sa.Integer(), nullable=True))
    op.add_column("item", sa.Column("retracted_at", sa.DateTime(), nullable=True))
    op.add_column("item", sa.Column("page_title", sa.Text(), nullable=True))
    op.create_index("ix_item_source_key_look_at", "item", ["source_key", "look_at"], unique=False)

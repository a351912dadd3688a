"""Items of which the text was let go after its time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("item", sa.Column("pruned_at", sa.DateTime(), nullable=True))

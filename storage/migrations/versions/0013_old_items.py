"""What tells old items from news: when a source was last read in full, and mentions of old ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    for name in ("newest_published_at", "caught_up_at"):
        op.add_column("source", sa.Column(name, sa.DateTime(), nullable=True))
    op.add_column("item", sa.Column("caught_up_at", sa.DateTime(), nullable=True))
    op.add_column(
        "mention", sa.Column("old", sa.Boolean(), nullable=False, server_default=sa.false())
    )

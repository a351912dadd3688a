"""The fields of official notices, and how far a source that is asked by windows has been read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("item", sa.Column("notice", sa.Text(), nullable=True))
    op.add_column("source", sa.Column("covered_until", sa.DateTime(), nullable=True))

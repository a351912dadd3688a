"""The rhythm of a source, and since when it lists nothing, is read thin, or has moved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    for name in ("newest_at", "empty_since", "thin_since", "moved_since"):
        op.add_column("source", sa.Column(name, sa.DateTime(), nullable=True))
    for name in ("usual_gap", "longest_gap", "thin_pages", "moved_polls"):
        op.add_column("source", sa.Column(name, sa.Integer(), nullable=True))
    for name in ("moved_to", "silent_hours"):
        op.add_column("source", sa.Column(name, sa.Text(), nullable=True))
    op.create_index("ix_carrier_source_key_id", "carrier", ["source_key", "id"], unique=False)

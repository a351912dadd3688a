"""An index by which the items that were edited lately are found."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.create_index("ix_item_revised_at", "item", ["revised_at"])

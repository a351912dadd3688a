"""The language in which a user sees the desk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("desk_user", sa.Column("language", sa.Text(), nullable=True))

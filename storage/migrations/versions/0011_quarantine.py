"""Work that failed or did not end: polls of a source that began only, and quarantined subjects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.add_column(
        "source", sa.Column("unfinished_polls", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_table(
        "quarantine",
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("retry_at", sa.DateTime(), nullable=False),
        sa.Column("quarantined_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("task", "subject", name="pk_quarantine"),
    )
    op.create_index("ix_quarantine_task_retry_at", "quarantine", ["task", "retry_at"])

"""The history of polls, and who had a message sent again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_COUNTS = ("listed", "new", "completed", "revised", "duplicate", "read", "thin")


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "poll",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("http_status", sa.Integer()),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_poll"),
    )
    op.create_index("ix_poll_source_key_id", "poll", ["source_key", "id"])
    op.add_column("outbox", sa.Column("resent_at", sa.DateTime()))
    op.add_column("outbox", sa.Column("resent_by", sa.Text()))

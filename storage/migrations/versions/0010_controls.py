"""What readers ask for by the links in their messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("subscriber", sa.Column("ended_at", sa.DateTime(), nullable=True))
    op.create_table(
        "secret",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secret"),
    )
    op.create_table(
        "mute",
        sa.Column("subscriber_id", _ID, nullable=False),
        sa.Column("watch_key", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name="fk_mute_subscriber_id_subscriber",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "watch_key", name="pk_mute"),
    )
    op.create_table(
        "feedback",
        sa.Column("subscriber_id", _ID, nullable=False),
        sa.Column("watch_key", sa.Text(), nullable=False),
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("given_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name="fk_feedback_subscriber_id_subscriber",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name="fk_feedback_item_id_item", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "watch_key", "item_id", name="pk_feedback"),
    )
    op.create_index("ix_feedback_watch_key_given_at", "feedback", ["watch_key", "given_at"])
    op.create_index("ix_feedback_item_id", "feedback", ["item_id"])

"""Text that was cut from pages, and watches that matched only there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("item", sa.Column("asides", sa.Text(), nullable=False, server_default="[]"))
    op.create_table(
        "aside",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("watch_key", sa.Text(), nullable=False),
        sa.Column("watch_version", sa.Integer(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("block_key", sa.String(length=64), nullable=False),
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("baseline", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name="fk_aside_item_id_item", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_aside"),
        sa.UniqueConstraint(
            *("watch_key", "source_key", "block_key"),
            name="uq_aside_watch_key_source_key_block_key",
        ),
    )
    op.create_index("ix_aside_item_id", "aside", ["item_id"])
    op.create_table(
        "aside_telling",
        sa.Column("subscriber_id", _ID, nullable=False),
        sa.Column("aside_id", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("told_at", sa.DateTime(), nullable=True),
        sa.Column("outbox_id", _ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name="fk_aside_telling_subscriber_id_subscriber",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["aside_id"], ["aside.id"], name="fk_aside_telling_aside_id_aside", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["outbox_id"],
            ["outbox.id"],
            name="fk_aside_telling_outbox_id_outbox",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "aside_id", name="pk_aside_telling"),
    )
    op.create_index("ix_aside_telling_aside_id", "aside_telling", ["aside_id"])
    op.create_index("ix_aside_telling_outbox_id", "aside_telling", ["outbox_id"])

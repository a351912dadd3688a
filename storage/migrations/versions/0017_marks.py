"""What users of the desk say of items, have read, and mute; their time zones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _to(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target}"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("desk_user", sa.Column("seen_at", sa.DateTime(), nullable=True))
    op.add_column("desk_user", sa.Column("timezone", sa.Text(), nullable=True))
    op.create_table(
        "item_mark",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("watch_key", sa.Text(), nullable=False),
        sa.Column("assignee_id", _ID, nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("ended_by_id", _ID, nullable=True),
        _to("item_mark", "item_id", "item", "CASCADE"),
        _to("item_mark", "user_id", "desk_user", "CASCADE"),
        _to("item_mark", "assignee_id", "desk_user", "CASCADE"),
        _to("item_mark", "ended_by_id", "desk_user", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_item_mark"),
    )
    op.create_index("ix_item_mark_item_id", "item_mark", ["item_id"])
    op.create_index("ix_item_mark_kind_made_at", "item_mark", ["kind", "made_at"])
    op.create_index("ix_item_mark_assignee_id", "item_mark", ["assignee_id"])
    op.create_table(
        "item_reading",
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("is_read", sa.Boolean(), nullable=False),
        sa.Column("mention_id", _ID, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        _to("item_reading", "user_id", "desk_user", "CASCADE"),
        _to("item_reading", "item_id", "item", "CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "item_id", name="pk_item_reading"),
    )
    op.create_index("ix_item_reading_item_id", "item_reading", ["item_id"])
    op.create_table(
        "desk_mute",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("subscription_key", sa.Text(), nullable=False),
        sa.Column("watch_key", sa.Text(), nullable=False),
        sa.Column("supplier_key", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("item_id", _ID, nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        _to("desk_mute", "user_id", "desk_user", "CASCADE"),
        _to("desk_mute", "item_id", "item", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_desk_mute"),
    )
    op.create_index("ix_desk_mute_user_id", "desk_mute", ["user_id"])
    op.create_index("ix_desk_mute_item_id", "desk_mute", ["item_id"])

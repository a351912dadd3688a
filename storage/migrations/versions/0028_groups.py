"""Groups: what belongs to which, their members, and the group of what is said of items."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "declared_group",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_declared_group"),
    )
    op.create_table(
        "group_member",
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.Column("seen_mention_id", _ID, nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["desk_user.id"],
            name="fk_group_member_user_id_desk_user",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "group_key", name="pk_group_member"),
    )
    for table in ("desk_user", "desk_token"):
        op.add_column(table, sa.Column("group_key", sa.Text(), nullable=True))
    for table in ("item_mark", "desk_mute", "briefing"):
        op.add_column(
            table, sa.Column("group_key", sa.Text(), nullable=False, server_default="default")
        )

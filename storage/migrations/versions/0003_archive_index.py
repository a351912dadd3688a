"""A full-text index of the archive.

Made empty, in no time: the service fills it in the background, and searches look through what is
not in it yet.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# The words alone, not the text; see storage.text_index.full_text for what a row's number is.
_SQLITE = """
    CREATE VIRTUAL TABLE item_words
    USING fts5(words, content='', tokenize="ascii tokenchars '_:.-'")
"""
_POSTGRESQL = """
    CREATE TABLE item_words (
        item_id bigint NOT NULL
            CONSTRAINT pk_item_words PRIMARY KEY
            CONSTRAINT fk_item_words_item_id_item REFERENCES item (id) ON DELETE CASCADE,
        words tsvector NOT NULL
    )
"""


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "pending_index",
        sa.Column("item_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name="fk_pending_index_item_id_item", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", name="pk_pending_index"),
    )
    op.create_table(
        "index_state",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("spelling", sa.Integer(), nullable=False),
        sa.Column("unread_below", _ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_index_state"),
    )
    op.execute(
        "INSERT INTO index_state (id, spelling, unread_below)"
        " SELECT 1, 0, coalesce(max(id) + 1, 0) FROM item"
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_SQLITE)
    else:
        op.execute(_POSTGRESQL)
        # three thousand words whose frequency is known, not one thousand
        op.execute("ALTER TABLE item_words ALTER COLUMN words SET STATISTICS 300")
        op.execute("CREATE INDEX ix_item_words_words ON item_words USING gin (words)")

"""Tables of groups: what belongs to which, and their members."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table

from storage.engine.column_types import CleanText, UtcDateTime
from storage.tables.columns import Id, metadata

# declarations of other groups than the default; a removed one keeps its row, since its items and
# mentions stay
declared_group = Table(
    "declared_group",
    metadata,
    Column("kind", CleanText, primary_key=True),  # watch, source, subscription, supplier
    Column("key", CleanText, primary_key=True),
    Column("group_key", CleanText, nullable=False),
)

# the groups of a user; a user without any is in the default group
group_member = Table(
    "group_member",
    metadata,
    Column("user_id", Id, ForeignKey("desk_user.id", ondelete="CASCADE"), primary_key=True),
    Column("group_key", CleanText, primary_key=True),
    Column("seen_mention_id", Id, nullable=False),  # as in desk_user, for this group
    Column("seen_at", UtcDateTime),
)

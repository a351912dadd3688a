"""Tables of marks of desk users on items, of what they have read, and of what they mute."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table

from storage.engine.column_types import CleanText, UtcDateTime
from storage.tables.columns import Id, group_column, metadata

# rows of ended marks are kept as history
item_mark = Table(
    "item_mark",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("item_id", Id, ForeignKey("item.id", ondelete="CASCADE"), nullable=False),
    Column("kind", CleanText, nullable=False),
    Column("user_id", Id, ForeignKey("desk_user.id", ondelete="CASCADE"), nullable=False),
    Column("text", CleanText, nullable=False),
    Column("watch_key", CleanText, nullable=False),
    Column("assignee_id", Id, ForeignKey("desk_user.id", ondelete="CASCADE")),
    Column("made_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_by_id", Id, ForeignKey("desk_user.id", ondelete="SET NULL")),
    group_column(),
)
Index("ix_item_mark_item_id", item_mark.c.item_id)
Index("ix_item_mark_kind_made_at", item_mark.c.kind, item_mark.c.made_at)
Index("ix_item_mark_assignee_id", item_mark.c.assignee_id)

# stories that a user marked as read, or as unread again, since they marked all as read
item_reading = Table(
    "item_reading",
    metadata,
    Column("user_id", Id, ForeignKey("desk_user.id", ondelete="CASCADE"), primary_key=True),
    Column("item_id", Id, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("is_read", Boolean, nullable=False),
    Column("mention_id", Id, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
Index("ix_item_reading_item_id", item_reading.c.item_id)

# mutes of a user, or with a subscription key of all readers of a subscription, until a time
desk_mute = Table(
    "desk_mute",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("kind", CleanText, nullable=False),
    Column("user_id", Id, ForeignKey("desk_user.id", ondelete="CASCADE"), nullable=False),
    Column("subscription_key", CleanText, nullable=False),
    Column("watch_key", CleanText, nullable=False),
    Column("supplier_key", CleanText, nullable=False),
    Column("source_key", CleanText, nullable=False),
    Column("item_id", Id, ForeignKey("item.id", ondelete="CASCADE")),
    Column("made_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    group_column(),
)
Index("ix_desk_mute_user_id", desk_mute.c.user_id)
Index("ix_desk_mute_item_id", desk_mute.c.item_id)

# proposals for a watch that were dismissed: offered again once more speaks for them
dismissed_proposal = Table(
    "dismissed_proposal",
    metadata,
    Column("watch_key", CleanText, primary_key=True),
    Column("kind", CleanText, primary_key=True),
    Column("target", CleanText, primary_key=True),
    Column("weight", Integer, nullable=False),
    Column("actor", CleanText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

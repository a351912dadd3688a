"""Tables of briefings: stories that a user selected, in order, with comments."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table

from storage.engine.column_types import CleanText, UtcDateTime
from storage.tables.columns import Id, group_column, metadata

briefing = Table(
    "briefing",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("user_id", Id, ForeignKey("desk_user.id", ondelete="CASCADE"), nullable=False),
    Column("title", CleanText, nullable=False),
    Column("introduction", CleanText, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    group_column(),
)
Index("ix_briefing_user_id", briefing.c.user_id)

briefing_entry = Table(
    "briefing_entry",
    metadata,
    Column("briefing_id", Id, ForeignKey("briefing.id", ondelete="CASCADE"), primary_key=True),
    Column("item_id", Id, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("comment", CleanText, nullable=False),
)
Index("ix_briefing_entry_item_id", briefing_entry.c.item_id)

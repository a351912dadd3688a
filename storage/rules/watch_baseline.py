"""Decides which items are baseline to a watch: those stored before it became active. Pure."""

from __future__ import annotations

from datetime import datetime


def is_before_watch(
    item_id: int, seen_at: datetime, *, active_since: datetime, last_item_id: int | None
) -> bool:
    """Return whether an item, or an event in it, was stored before a watch became active.

    The clock may have been set back since, or may have run ahead: an item with a higher id than
    the newest item of that moment was stored later, whatever the times say. SQLite reuses ids of
    deleted items, so the times count too. In doubt the item is new: better reported than lost.

    Args:
        item_id: of the item.
        seen_at: when the item was first seen, or when the event in it was.
        active_since: when the watch became active.
        last_item_id: the newest item of that moment; None where that was not recorded.
    """
    if last_item_id is not None and item_id > last_item_id:
        return False
    return seen_at < active_since

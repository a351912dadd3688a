"""Which items are baseline to a watch: those that were stored before it became active."""

from __future__ import annotations

from datetime import datetime


def is_older(
    item_id: int, seen_at: datetime, *, active_since: datetime, last_item_id: int | None
) -> bool:
    """Return whether an item, or the event in it, came before a watch became active.

    The clock may have been set back since, or may have run ahead: what has a higher number than
    the newest item of that moment came later, whatever the times say. Numbers of deleted items are
    used again on SQLite, so the times count too. In doubt the item is new: it is reported rather
    than lost.

    Args:
        item_id: of the item.
        seen_at: when the item was first seen, or when the event in it was.
        active_since: when the watch became active.
        last_item_id: the newest item of that moment; None where that was not recorded.
    """
    if last_item_id is not None and item_id > last_item_id:
        return False
    return seen_at < active_since

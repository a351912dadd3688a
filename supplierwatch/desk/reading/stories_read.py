"""Marks the stories of Today as read."""

from __future__ import annotations

from datetime import datetime

from storage.model import User
from storage.store import Unit


def mark_all_read(unit: Unit, user: User, shown: int, now: datetime) -> int:
    """Mark everything up to a mention as read; later finds stay unread.

    Args:
        unit: a transaction that sees what the user sees.
        user: who has read it.
        shown: the newest mention that they were shown.
        now: the time.

    Returns:
        the mention up to which it counts.
    """
    newest = min(shown, unit.users.newest_mention())
    unit.users.mark_all_seen(user.user_id, newest, now)
    if len(user.groups) < 2:  # else some are of another group
        unit.read_states.delete_until(user.user_id, newest)
    return newest

"""Counts attempts at pages before they are made, so that one that kills the crawl counts too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, case, update

from storage.model import TextState
from storage.tables import item

NEVER_ENDED = "no attempt to read it ever ended"
_AT_ONCE = 500  # bound parameters of one query


def count_attempts(
    connection: Connection, item_ids: Sequence[int], *, now: datetime, waits: Sequence[timedelta]
) -> None:
    """Count an attempt at the page of each item, before it is made.

    Args:
        connection: of this transaction.
        item_ids: the items.
        now: the time.
        waits: by the number of earlier attempts, how long until the page is due again if this
            attempt never finishes; after more attempts than that the item becomes thin.
    """
    due = case(
        *((item.c.page_attempts == before, now + wait) for before, wait in enumerate(waits)),
        else_=None,
    )
    last = and_(item.c.page_attempts >= len(waits), item.c.text_state == TextState.LISTED.value)
    values = {
        "page_attempts": item.c.page_attempts + 1,
        "page_due_at": due,
        "text_state": case((last, TextState.THIN.value), else_=item.c.text_state),
        "thin_reason": case((last, NEVER_ENDED), else_=item.c.thin_reason),
    }
    for at in range(0, len(item_ids), _AT_ONCE):
        these = item.c.id.in_(list(item_ids[at : at + _AT_ONCE]))
        connection.execute(update(item).where(these).values(values))


def take_back_attempts(connection: Connection, item_ids: Sequence[int], *, now: datetime) -> None:
    """Undo attempts that were counted and not made; the pages are due now."""
    values = {"page_attempts": item.c.page_attempts - 1, "page_due_at": now}
    for at in range(0, len(item_ids), _AT_ONCE):
        these = item.c.id.in_(list(item_ids[at : at + _AT_ONCE]))
        counted = these & (item.c.page_attempts > 0)
        connection.execute(update(item).where(counted).values(values))


def put_off_looks(connection: Connection, item_ids: Sequence[int], until: datetime) -> None:
    """Postpone rechecks that are about to start to `until`, in case they never finish."""
    for at in range(0, len(item_ids), _AT_ONCE):
        these = item.c.id.in_(list(item_ids[at : at + _AT_ONCE]))
        connection.execute(update(item).where(these).values(look_at=until))

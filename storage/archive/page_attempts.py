"""Attempts at pages, counted before the work: one that ends the whole crawl counts as well."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, case, update

from storage.model import TextState
from storage.tables import item

NEVER_ENDED = "no attempt to read it ever ended"
_AT_ONCE = 500  # bound parameters of one statement


def count(
    connection: Connection, item_ids: Sequence[int], *, now: datetime, waits: Sequence[timedelta]
) -> None:
    """Count an attempt at the page of each item that is about to begin.

    Args:
        waits: by the number of attempts before this one, how long until the page is due again if
            nothing is ever heard of it; after more attempts than that it is left as thin.
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


def take_back(connection: Connection, item_ids: Sequence[int], *, now: datetime) -> None:
    """Take back attempts that were counted and not made: these pages are due as they were."""
    values = {"page_attempts": item.c.page_attempts - 1, "page_due_at": now}
    for at in range(0, len(item_ids), _AT_ONCE):
        these = item.c.id.in_(list(item_ids[at : at + _AT_ONCE]))
        counted = these & (item.c.page_attempts > 0)
        connection.execute(update(item).where(counted).values(values))


def put_off_looks(connection: Connection, item_ids: Sequence[int], until: datetime) -> None:
    """Have these pages looked at again no earlier than `until`, if nothing is heard of the look."""
    for at in range(0, len(item_ids), _AT_ONCE):
        these = item.c.id.in_(list(item_ids[at : at + _AT_ONCE]))
        connection.execute(update(item).where(these).values(look_at=until))

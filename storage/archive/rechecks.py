"""Schedules rechecks of the pages of recent items, and retracts items whose pages are gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from storage.archive.item_writer import mark_for_matching, save_revision
from storage.model import TextState
from storage.rules.wait_bounds import LONGEST_RECHECK_WAIT, due_condition
from storage.tables import item
from storage.text_index import full_text as fulltext

LOOKS_UNTIL_GONE = 2  # rechecks in a row; a single one may hit a site during a deployment


def find_due(
    connection: Connection, source_key: str, now: datetime, limit: int
) -> Sequence[Row[Any]]:
    """Return item rows of a source whose recheck is due, most overdue first."""
    return connection.execute(
        select(item)
        .where(
            item.c.source_key == source_key,
            due_condition(item.c.look_at, now, LONGEST_RECHECK_WAIT),
        )
        .order_by(item.c.look_at, item.c.id)
        .limit(limit)
    ).all()


def find_next(connection: Connection, source_key: str) -> datetime | None:
    """Return when the next recheck of a source is due; None: no recheck is scheduled."""
    first = select(func.min(item.c.look_at)).where(item.c.source_key == source_key)
    at: datetime | None = connection.scalar(first)
    return at


def schedule(
    connection: Connection, item_id: int, recheck_at: datetime | None, *, is_there: bool
) -> None:
    """Schedule the next recheck; None: no more. `is_there`: this recheck found the page."""
    values: dict[str, Any] = {"look_at": recheck_at}
    if is_there:
        values["looks_gone"] = None
    connection.execute(update(item).where(item.c.id == item_id).values(values))


def text_of(connection: Connection, item_id: int) -> tuple[str, str] | None:
    """Return (title, text) to compare a recheck with; None without a full text."""
    held = (item.c.text_state == TextState.FULL.value, item.c.retracted_at.is_(None))
    row = connection.execute(
        select(item.c.title, item.c.body).where(item.c.id == item_id, *held)
    ).one_or_none()
    return None if row is None else (row.title, row.body)


def record_gone(
    connection: Connection,
    item_id: int,
    *,
    now: datetime,
    recheck_at: datetime | None,
    sure_at: datetime,
) -> bool:
    """Record that a recheck found the page gone; return whether the item is now retracted.

    The text is kept. The retraction is a revision, reported to those who got the item.
    """
    this = item.c.id == item_id
    row = connection.execute(
        select(item.c.looks_gone, item.c.retracted_at, item.c.text_state, item.c.revision).where(
            this
        )
    ).one_or_none()
    if row is None:
        return False
    looks = (row.looks_gone or 0) + 1
    unsure = looks < LOOKS_UNTIL_GONE
    values: dict[str, Any] = {"looks_gone": looks, "look_at": sure_at if unsure else recheck_at}
    retracts = not unsure and row.retracted_at is None and row.text_state == TextState.FULL.value
    if retracts:
        save_revision(connection, item_id)
        # without a hash, a text that comes back counts as changed
        values |= {"retracted_at": now, "revised_at": now, "revision": row.revision + 1}
        values |= {"content_hash": None, "etag": None, "last_modified": None}
    connection.execute(update(item).where(this).values(values))
    if retracts:
        mark_for_matching(connection, item_id, now)
        fulltext.mark_for_indexing(connection, item_id)
    return retracts

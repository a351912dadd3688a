"""Pages of recent items that are looked at again: when, and what became of those that have gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from storage.archive.item_writer import keep_old, mark
from storage.model import TextState
from storage.rules.wait_bounds import LONGEST_LOOK_WAIT, due_column
from storage.tables import item
from storage.text_index import full_text as fulltext

LOOKS_UNTIL_GONE = 2  # that find nothing: one may be a moment in which a site is rebuilt


def due(connection: Connection, source_key: str, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Item rows of a source that are to be looked at again, the longest overdue first."""
    return connection.execute(
        select(item)
        .where(item.c.source_key == source_key, due_column(item.c.look_at, now, LONGEST_LOOK_WAIT))
        .order_by(item.c.look_at, item.c.id)
        .limit(limit)
    ).all()


def next_at(connection: Connection, source_key: str) -> datetime | None:
    """When the first item of a source is to be looked at again."""
    first = select(func.min(item.c.look_at)).where(item.c.source_key == source_key)
    at: datetime | None = connection.scalar(first)
    return at


def later(
    connection: Connection, item_id: int, look_at: datetime | None, *, is_there: bool
) -> None:
    """Have an item looked at again then; None: no more. Not `is_there`: this look told nothing."""
    values: dict[str, Any] = {"look_at": look_at}
    if is_there:
        values["looks_gone"] = None
    connection.execute(update(item).where(item.c.id == item_id).values(values))


def text_of(connection: Connection, item_id: int) -> tuple[str, str] | None:
    """(title, text) that a look is held against; None where no full text of a page is held."""
    held = (item.c.text_state == TextState.FULL.value, item.c.retracted_at.is_(None))
    row = connection.execute(
        select(item.c.title, item.c.body).where(item.c.id == item_id, *held)
    ).one_or_none()
    return None if row is None else (row.title, row.body)


def gone(
    connection: Connection,
    item_id: int,
    *,
    now: datetime,
    look_at: datetime | None,
    sure_at: datetime,
) -> bool:
    """A look found that the page is gone; returns whether that makes the item retracted.

    The text stays; that it was withdrawn is a revision, which those who were told are told of.
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
    values: dict[str, Any] = {"looks_gone": looks, "look_at": sure_at if unsure else look_at}
    retracts = not unsure and row.retracted_at is None and row.text_state == TextState.FULL.value
    if retracts:
        keep_old(connection, item_id)
        # without a hash a text that comes back is another one
        values |= {"retracted_at": now, "revised_at": now, "revision": row.revision + 1}
        values |= {"content_hash": None, "etag": None, "last_modified": None}
    connection.execute(update(item).where(this).values(values))
    if retracts:
        mark(connection, item_id, now)
        fulltext.mark(connection, item_id)
    return retracts

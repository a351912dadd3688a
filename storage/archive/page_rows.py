"""Reads the carriers of items, and makes due pages of item rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from storage.archive.item_rows import entry_of
from storage.model import PageDue
from storage.tables import carrier

BATCH = 500  # bound parameters of one query


def read_carriers(
    connection: Connection, item_ids: Iterable[int]
) -> dict[int, tuple[Row[Any], ...]]:
    """Return item id -> rows of its carriers, oldest first."""
    grouped: dict[int, tuple[Row[Any], ...]] = {}
    ids = list(item_ids)
    for at in range(0, len(ids), BATCH):
        found = connection.execute(
            select(carrier)
            .where(carrier.c.item_id.in_(ids[at : at + BATCH]))
            .order_by(carrier.c.id)
        )
        for row in found:
            grouped[row.item_id] = (*grouped.get(row.item_id, ()), row)
    return grouped


def read_due_pages(connection: Connection, items: Sequence[Row[Any]]) -> tuple[PageDue, ...]:
    """Return the due pages of item rows, with the entry that each page belongs to."""
    carriers = read_carriers(connection, [row.id for row in items])
    return tuple(
        PageDue(
            item_id=row.id,
            entry=entry_of(row, carriers.get(row.id, ())),
            attempts=row.page_attempts,
            etag=row.etag,
            last_modified=row.last_modified,
            first_seen_at=row.first_seen_at,
            page_title=row.page_title,
        )
        for row in items
    )

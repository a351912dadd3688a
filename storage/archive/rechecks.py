"""Schedules rechecks of the pages of recent items, and retracts items whose pages are gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from storage.archive.item_writer import mark_for_matching, save_revision
from storage.archive.page_rows import BATCH, read_due_pages
from storage.model import PageDue, TextState
from storage.rules.wait_bounds import MAX_RECHECK_WAIT, due_condition
from storage.tables import item
from storage.text_index import full_text as fulltext

# built once: building the statements each time costs more than running them
_SCHEDULE = update(item).where(item.c.id == bindparam("this"))
_TEXTS = select(item.c.id, item.c.title, item.c.body).where(
    item.c.id.in_(bindparam("ids", expanding=True)),
    item.c.text_state == TextState.FULL.value,
    item.c.retracted_at.is_(None),
)
RECHECKS_UNTIL_GONE = 2  # rechecks in a row; a single one may hit a site during a deployment


class Rechecks:
    """Reads and writes rechecks, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def due(self, source_key: str, *, now: datetime, limit: int) -> tuple[PageDue, ...]:
        """Return pages of a source whose recheck is due, the most overdue first."""
        found = self._db.execute(
            select(item)
            .where(
                item.c.source_key == source_key,
                due_condition(item.c.look_at, now, MAX_RECHECK_WAIT),
            )
            .order_by(item.c.look_at, item.c.id)
            .limit(limit)
        ).all()
        return read_due_pages(self._db, found)

    def next_at(self, source_key: str) -> datetime | None:
        """Return when the next recheck of a source is due; None where none is scheduled."""
        first = select(func.min(item.c.look_at)).where(item.c.source_key == source_key)
        at: datetime | None = self._db.scalar(first)
        return at

    def schedule(self, item_id: int, recheck_at: datetime | None, *, is_there: bool = True) -> None:
        """Schedule the next recheck; None for no more. `is_there`: this one found the page."""
        values: dict[str, Any] = {"look_at": recheck_at}
        if is_there:
            values["looks_gone"] = None
        self._db.execute(_SCHEDULE, values | {"this": item_id})

    def texts_of(self, item_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Return id -> (title, text) to compare a page with.

        Items that have no full text or are retracted are left out.
        """
        rows = self._db.execute(_TEXTS, {"ids": list(item_ids)})
        return {row.id: (row.title, row.body) for row in rows}

    def record_gone(
        self, item_id: int, *, now: datetime, recheck_at: datetime | None, confirm_at: datetime
    ) -> bool:
        """Record that a recheck found the page gone; return whether the item is now retracted.

        The text is kept. The retraction is a revision, reported to those who got the item.

        Args:
            item_id: the item.
            now: the time.
            recheck_at: the next recheck; None for no more.
            confirm_at: the next recheck instead, where the page is gone for the first time.
        """
        this = item.c.id == item_id
        row = self._db.execute(
            select(
                item.c.looks_gone, item.c.retracted_at, item.c.text_state, item.c.revision
            ).where(this)
        ).one_or_none()
        if row is None:
            return False
        found_gone = (row.looks_gone or 0) + 1
        is_first = found_gone < RECHECKS_UNTIL_GONE
        values: dict[str, Any] = {
            "looks_gone": found_gone,
            "look_at": confirm_at if is_first else recheck_at,
        }
        retracts = (
            not is_first and row.retracted_at is None and row.text_state == TextState.FULL.value
        )
        if retracts:
            save_revision(self._db, item_id)
            # without a hash, a text that comes back counts as changed
            values |= {"retracted_at": now, "revised_at": now, "revision": row.revision + 1}
            values |= {"content_hash": None, "etag": None, "last_modified": None}
        self._db.execute(update(item).where(this).values(values))
        if retracts:
            mark_for_matching(self._db, item_id, now)
            fulltext.mark_for_indexing(self._db, item_id)
        return retracts

    def postpone(self, item_ids: Sequence[int], until: datetime) -> None:
        """Postpone rechecks that are about to start, in case they never finish."""
        for at in range(0, len(item_ids), BATCH):
            these = item.c.id.in_(list(item_ids[at : at + BATCH]))
            self._db.execute(update(item).where(these).values(look_at=until))

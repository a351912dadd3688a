"""Repository of the pages of items: when each is fetched next, and what came of attempts.

An attempt is counted before it is made, so that one that kills the crawl counts too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, exists, or_, select, update

from storage.archive.item_rows import asides_json
from storage.archive.item_writer import mark_for_matching
from storage.archive.page_rows import BATCH, read_due_pages
from storage.engine.column_types import clean
from storage.model import AsideBlock, FetchedPage, PageDue, TextState
from storage.rules.wait_bounds import MAX_PAGE_WAIT, due_condition, in_future_condition
from storage.tables import item, mention
from storage.text_index import full_text as fulltext

NEVER_ENDED = "no attempt to read it ever ended"


class ItemPages:
    """Reads and writes the pages of items, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def due(self, source_key: str, *, now: datetime, limit: int) -> tuple[PageDue, ...]:
        """Return pages of a source that are due to be fetched, of the newest items first."""
        found = self._db.execute(
            select(item)
            .where(
                item.c.source_key == source_key,
                or_(
                    due_condition(item.c.page_due_at, now, MAX_PAGE_WAIT),
                    and_(
                        # never tried: page_due_at was set by the same clock as first_seen_at
                        item.c.page_due_at.is_not(None),
                        item.c.page_attempts == 0,
                        in_future_condition(item.c.first_seen_at, now),
                    ),
                ),
            )
            .order_by(item.c.first_seen_at.desc(), item.c.published_at.desc(), item.c.id)
            .limit(limit)
        ).all()
        return read_due_pages(self._db, found)

    def refetch(self, item_ids: Sequence[int], *, now: datetime, unless_since: datetime) -> None:
        """Make pages of items due, except those fetched after `unless_since`."""
        for at in range(0, len(item_ids), BATCH):
            some = item.c.id.in_(list(item_ids[at : at + BATCH]))
            idle = and_(item.c.page_due_at.is_(None), item.c.fetched_at <= unless_since)
            # fetched_at too, so that an unreadable page is not made due at every poll
            values = {"page_due_at": now, "fetched_at": now}
            self._db.execute(update(item).where(some, idle).values(values))

    def count_attempts(
        self, item_ids: Sequence[int], *, now: datetime, waits: Sequence[timedelta]
    ) -> None:
        """Count an attempt at the page of each item, before it is made.

        Args:
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
        for at in range(0, len(item_ids), BATCH):
            these = item.c.id.in_(list(item_ids[at : at + BATCH]))
            self._db.execute(update(item).where(these).values(values))

    def undo_attempts(self, item_ids: Sequence[int], now: datetime) -> None:
        """Undo attempts that were counted and not made; the pages are due now."""
        values = {"page_attempts": item.c.page_attempts - 1, "page_due_at": now}
        for at in range(0, len(item_ids), BATCH):
            these = item.c.id.in_(list(item_ids[at : at + BATCH]))
            counted = these & (item.c.page_attempts > 0)
            self._db.execute(update(item).where(counted).values(values))

    def record_failure(
        self,
        item_id: int,
        *,
        reason: str,
        now: datetime,
        retry_at: datetime | None,
        page: FetchedPage | None = None,
        counted: bool = False,
        asides: Sequence[AsideBlock] = (),
    ) -> None:
        """Record that a page could not be read: a listed item becomes thin, and is matched.

        `counted`: the attempt was counted when it started.
        `page`: the response, where a retry is useless until its validators change.
        `asides`: blocks of the page that are not the article's text.
        """
        row = self._db.execute(select(item.c.text_state).where(item.c.id == item_id)).one_or_none()
        if row is None:
            return
        values: dict[str, Any] = {
            "page_due_at": retry_at,
            "page_attempts": item.c.page_attempts + (0 if counted else 1),
        }
        if page is not None:
            values |= {"etag": page.etag, "last_modified": page.last_modified}
        if row.text_state != TextState.FULL:
            values |= {"text_state": TextState.THIN.value, "thin_reason": clean(reason)}
            if asides:
                values["asides"] = asides_json(asides)
                fulltext.mark_for_indexing(self._db, item_id)
        self._db.execute(update(item).where(item.c.id == item_id).values(values))
        if row.text_state == TextState.LISTED or (asides and row.text_state == TextState.THIN):
            mark_for_matching(self._db, item_id, now)

    def find_same_text(
        self, source_key: str, body: str, *, since: datetime
    ) -> tuple[tuple[int, str, str], ...]:
        """Return (id, title, summary) of items since then with this body and no mentions."""
        found = self._db.execute(
            select(item.c.id, item.c.title, item.c.summary).where(
                item.c.source_key == source_key,
                item.c.first_seen_at >= since,
                item.c.body == clean(body),
                ~exists().where(mention.c.item_id == item.c.id),
            )
        )
        return tuple((row.id, row.title, row.summary) for row in found)

    def take_text_away(
        self,
        item_ids: Sequence[int],
        *,
        reason: str,
        now: datetime,
        asides: Sequence[AsideBlock] = (),
    ) -> None:
        """Make items thin whose text was not an article's; their pages are fetched again.

        They are matched again, which assigns their stories; until then each is a story of its
        own. `asides`: the text, as it is kept.
        """
        values = {"body": "", "content_hash": None, "text_state": TextState.THIN.value}
        more = {"thin_reason": clean(reason), "page_due_at": now, "etag": None}
        if asides:
            more["asides"] = asides_json(asides)
        for item_id in item_ids:
            this = update(item).where(item.c.id == item_id)
            own = {"last_modified": None, "story_id": item_id}
            self._db.execute(this.values(values | more | own))
            mark_for_matching(self._db, item_id, now)
            fulltext.mark_for_indexing(self._db, item_id)

    def record_unchanged(self, item_id: int, now: datetime) -> None:
        """Record that the page has not changed (304)."""
        values = {"page_due_at": None, "page_attempts": 0, "fetched_at": now}
        self._db.execute(update(item).where(item.c.id == item_id).values(values))

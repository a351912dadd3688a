"""Repository of the last polls of each source, with their counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from storage.engine.damage import read_each
from storage.model import CrawlReport, PastPoll
from storage.tables import poll

KEPT_POLLS = 200  # rows of one source
MAX_ERROR = 500  # characters
_COUNTS = ("listed", "new", "completed", "revised", "duplicate", "read", "thin")


class Polls:
    """Reads and writes past polls, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def record(self, report: CrawlReport) -> None:
        """Add a poll; one with the outcome of the last and nothing new is counted with that."""
        values = {name: getattr(report, name) for name in _COUNTS}
        error = "; ".join(report.errors)[:MAX_ERROR] or None
        values |= {"outcome": report.outcome, "http_status": report.http_status, "error": error}
        self._add(report.source_key, values, report.finished_at)

    def record_failure(self, source_key: str, error: str, now: datetime) -> None:
        """Add a poll that did not finish."""
        values: dict[str, Any] = dict.fromkeys(_COUNTS, 0)
        values |= {"outcome": "failed", "http_status": None, "error": error[:MAX_ERROR]}
        self._add(source_key, values, now)

    def of_source(
        self, source_key: str, *, limit: int, before: int | None = None
    ) -> tuple[PastPoll, ...]:
        """Return polls of a source, newest first; with `before`, those older than that row."""
        found = select(poll).where(poll.c.source_key == source_key)
        if before is not None:
            found = found.where(poll.c.id < before)
        newest = found.order_by(poll.c.id.desc()).limit(limit)
        return tuple(read_each(self._db, newest, _build_poll, table="poll"))

    def _add(self, source_key: str, values: dict[str, Any], now: datetime) -> None:
        newest = select(poll).where(poll.c.source_key == source_key).order_by(poll.c.id.desc())
        last = self._db.execute(newest.limit(1)).one_or_none()
        if last is not None and _is_repeat(last, values):
            counted = {"polls": last.polls + 1, "last_at": now}
            self._db.execute(update(poll).where(poll.c.id == last.id).values(counted))
            return
        row = {"source_key": source_key, "first_at": now, "last_at": now, "polls": 1, **values}
        self._db.execute(insert(poll).values(row))
        ids = select(poll.c.id).where(poll.c.source_key == source_key)
        oldest = self._db.scalar(ids.order_by(poll.c.id.desc()).offset(KEPT_POLLS - 1).limit(1))
        if oldest is not None:
            gone = (poll.c.source_key == source_key, poll.c.id < oldest)
            self._db.execute(delete(poll).where(*gone))


def _is_repeat(last: Row[Any], values: dict[str, Any]) -> bool:
    has_news = any(values[name] for name in ("new", "completed", "revised", "read", "thin"))
    return not has_news and all(getattr(last, name) == value for name, value in values.items())


def _build_poll(row: Row[Any]) -> PastPoll:
    values = row._asdict()
    return PastPoll(row_id=values.pop("id"), **values)

"""Repository of crawl runs: the child processes with their sources and exit status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from storage.engine.damage import read_each
from storage.tables import run


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlRun:
    """A crawl by one child process. `status` is None while it runs."""

    run_id: str
    source_keys: tuple[str, ...]
    started_at: datetime
    ended_at: datetime | None
    status: str | None


class Runs:
    """Reads and writes crawl runs, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def start(self, run_id: str, source_keys: Sequence[str], now: datetime) -> None:
        """Record the start of a run."""
        values = {"run_id": run_id, "source_keys": list(source_keys), "started_at": now}
        self._db.execute(insert(run).values(**values))

    def finish(self, run_id: str, status: str, now: datetime) -> None:
        """Record the end of a run."""
        this = run.c.run_id == run_id
        self._db.execute(update(run).where(this).values(status=status, ended_at=now))

    def open(self) -> tuple[CrawlRun, ...]:
        """Return the runs without a recorded end, oldest first."""
        found = select(run).where(run.c.ended_at.is_(None)).order_by(run.c.started_at, run.c.run_id)
        return tuple(read_each(self._db, found, _build_run, table="run"))

    def last(self, count: int) -> tuple[CrawlRun, ...]:
        """Return the `count` newest runs, newest first."""
        found = select(run).order_by(run.c.started_at.desc(), run.c.run_id).limit(count)
        return tuple(read_each(self._db, found, _build_run, table="run"))


def _build_run(row: Row[Any]) -> CrawlRun:
    return CrawlRun(
        run_id=row.run_id,
        source_keys=tuple(row.source_keys),
        started_at=row.started_at,
        ended_at=row.ended_at,
        status=row.status,
    )

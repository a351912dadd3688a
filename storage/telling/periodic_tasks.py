"""Repository of when periodic tasks were last done, so that a restart does not repeat them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from storage.engine.damage import read_each
from storage.engine.dialect import upsert
from storage.tables import periodic_task


class PeriodicTasks:
    """Reads and writes when periodic tasks were last done, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def is_due(self, name: str, every: timedelta, now: datetime) -> bool:
        """Return whether a task was never done, or not within `every` before `now`.

        With a time in the future, written while the clock ran ahead, or one that cannot be
        decoded, the task is due.
        """
        known = select(periodic_task.c.done_at).where(periodic_task.c.name == name)
        times = read_each(self._db, known, lambda row: row.done_at, table="periodic_task")
        return not any(done_at <= now and now - done_at < every for done_at in times)

    def record(self, name: str, now: datetime) -> None:
        """Record that a task was done."""
        upsert(self._db, periodic_task, {"name": name, "done_at": now}, key=[periodic_task.c.name])

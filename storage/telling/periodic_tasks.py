"""Repository of when periodic tasks were last done, so that a restart does not repeat them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from storage.engine.dialect import upsert
from storage.tables import periodic_task


class PeriodicTasks:
    """Reads and writes when periodic tasks were last done, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def is_due(self, name: str, every: timedelta, now: datetime) -> bool:
        """Return whether a task was never done, or not within `every` before `now`.

        With a time in the future, written while the clock ran ahead, the task is due.
        """
        done_at = self._db.scalar(
            select(periodic_task.c.done_at).where(periodic_task.c.name == name)
        )
        return done_at is None or done_at > now or now - done_at >= every

    def record(self, name: str, now: datetime) -> None:
        """Record that a task was done."""
        upsert(self._db, periodic_task, {"name": name, "done_at": now}, key=[periodic_task.c.name])

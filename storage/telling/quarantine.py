"""Repository of failed work, by task and subject, with retry times.

An attempt is counted before the work (`begin`), in a transaction of its own, so that work that
kills the process is counted too. Success deletes the row (`succeed`). After
`MAX_ATTEMPTS` the subject is quarantined: only a command retries it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, or_, select, update

from storage.engine.column_types import clean
from storage.engine.damage import read_each
from storage.engine.dialect import insert_new
from storage.rules.local_time import later
from storage.tables import quarantine

MAX_ATTEMPTS = 3
DELAYS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
# a later retry time was written by a clock that ran ahead
MAX_DELAY = DELAYS[-1]
MAX_CAUSE = 500  # characters
MAX_SUBJECT = 300
MAX_DIGITS = 18  # of the id of an item: each such number is within 64 bits
KEPT_FOR = timedelta(days=30)  # after the last attempt, of subjects not quarantined
QUARANTINED_FOR = timedelta(days=365)
DID_NOT_FINISH = "it did not finish: the process ended, or was killed, during the attempt"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedTask:
    """Work that failed or did not finish. With `quarantined_at`, only a command retries it."""

    task: str
    subject: str
    attempts: int
    cause: str | None
    first_at: datetime
    last_at: datetime
    retry_at: datetime
    quarantined_at: datetime | None


class Quarantine:
    """Counts attempts and quarantines subjects, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def begin(self, task: str, subject: str, now: datetime, *, cause: str = DID_NOT_FINISH) -> int:
        """Count an attempt before it is made; return the number of attempts including it.

        `cause` is stored as the error until the work has finished.
        """
        this = self._matches(task, subject)
        values = self._new_row(task, subject, now) | {"attempts": 1, "last_error": _shorten(cause)}
        if insert_new(self._db, quarantine, values, list(quarantine.primary_key)):
            return 1
        attempts = int(self._db.scalar(select(quarantine.c.attempts).where(this)) or 0) + 1
        self._db.execute(
            update(quarantine)
            .where(this)
            .values(
                attempts=attempts,
                last_at=now,
                retry_at=now + _choose_delay(attempts),
                last_error=_shorten(cause),
            )
        )
        return attempts

    def suspect(
        self, task: str, subject: str, now: datetime, *, cause: str = DID_NOT_FINISH
    ) -> None:
        """Retry a subject alone, now, since its batch did not finish."""
        values = self._new_row(task, subject, now)
        values |= {"attempts": 0, "retry_at": now, "last_error": _shorten(cause)}
        insert_new(self._db, quarantine, values, list(quarantine.primary_key))

    def fail(
        self, task: str, subject: str, cause: str, now: datetime, *, most: int = MAX_ATTEMPTS
    ) -> bool:
        """Record why a counted attempt failed; return whether the subject is now quarantined."""
        this = self._matches(task, subject)
        attempts = int(self._db.scalar(select(quarantine.c.attempts).where(this)) or 0)
        is_quarantined = attempts >= most
        self._db.execute(
            update(quarantine)
            .where(this)
            .values(
                last_error=_shorten(cause),
                last_at=now,
                retry_at=now + _choose_delay(attempts),
                quarantined_at=now if is_quarantined else None,
            )
        )
        return is_quarantined

    def succeed(self, task: str, subjects: Iterable[str]) -> int:
        """Delete the rows of subjects whose work succeeded; return how many were deleted."""
        gone = 0
        for subject in subjects:
            gone += self._db.execute(
                delete(quarantine).where(self._matches(task, subject))
            ).rowcount
        return gone

    def failed_tasks(self, task: str) -> dict[str, FailedTask]:
        """Return subject -> failed task, for all failed subjects of a task, oldest first."""
        found = (
            select(quarantine)
            .where(quarantine.c.task == task)
            .order_by(quarantine.c.first_at, quarantine.c.subject)
        )
        tasks = read_each(self._db, found, _read_row, table="quarantine")
        return {failed.subject: failed for failed in tasks}

    def get(self, task: str, subject: str) -> FailedTask | None:
        """Return the failed task of one subject; None where nothing failed."""
        found = select(quarantine).where(self._matches(task, subject))
        row = self._db.execute(found).one_or_none()
        return None if row is None else _read_row(row)

    def list(self) -> tuple[FailedTask, ...]:
        """Return all failed tasks, by task, oldest first."""
        ordered = select(quarantine).order_by(
            quarantine.c.task, quarantine.c.first_at, quarantine.c.subject
        )
        return tuple(read_each(self._db, ordered, _read_row, table="quarantine"))

    def retry(self, now: datetime, task: str | None = None, subject: str | None = None) -> int:
        """Make subjects due now, with attempts reset to 0; return how many."""
        tests = [] if task is None else [quarantine.c.task == task]
        tests += [] if subject is None else [quarantine.c.subject == subject]
        values = {"attempts": 0, "retry_at": now, "quarantined_at": None}
        return self._db.execute(update(quarantine).where(*tests).values(values)).rowcount

    def prune(self, now: datetime) -> int:
        """Delete old rows, by `KEPT_FOR` and `QUARANTINED_FOR`; return how many."""
        tried = and_(quarantine.c.last_at < now - KEPT_FOR, quarantine.c.quarantined_at.is_(None))
        old = quarantine.c.last_at < now - QUARANTINED_FOR
        return self._db.execute(delete(quarantine).where(or_(tried, old))).rowcount

    def _new_row(self, task: str, subject: str, now: datetime) -> dict[str, Any]:
        subject = subject[:MAX_SUBJECT]
        when = {"first_at": now, "last_at": now, "retry_at": now + DELAYS[0]}
        return {"task": task, "subject": subject, **when}

    def _matches(self, task: str, subject: str) -> ColumnElement[bool]:
        return and_(quarantine.c.task == task, quarantine.c.subject == subject[:MAX_SUBJECT])


def is_ready(failed_task: FailedTask, now: datetime) -> bool:
    """Return whether a failed subject may be retried now. Pure."""
    if failed_task.quarantined_at is not None:
        return False
    return failed_task.retry_at <= now or failed_task.retry_at > later(now, MAX_DELAY)


def parse_item_id(subject: str) -> int | None:
    """Return the id of the item that work is about; None where the row is damaged. Pure."""
    if not subject.isdecimal() or len(subject) > MAX_DIGITS:
        return None
    return int(subject)


def _shorten(cause: str) -> str:
    return " ".join(clean(cause).split())[:MAX_CAUSE]


def _choose_delay(attempts: int) -> timedelta:
    return DELAYS[min(max(attempts, 1), len(DELAYS)) - 1]


def _read_row(row: Row[Any]) -> FailedTask:
    if len(row.subject) > MAX_SUBJECT:  # none of ours: it would never be found again
        raise ValueError(f"the subject has {len(row.subject)} characters")
    return FailedTask(
        task=row.task,
        subject=row.subject,
        attempts=row.attempts,
        cause=row.last_error,
        first_at=row.first_at,
        last_at=row.last_at,
        retry_at=row.retry_at,
        quarantined_at=row.quarantined_at,
    )

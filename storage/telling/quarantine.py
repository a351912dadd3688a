"""Quarantine: work that failed or did not end, by task and subject, and when it is tried again.

An attempt is counted before the work (`begin`), in a transaction that commits before it, so that
work which takes the process with it is counted too. Work that ends well deletes the row
(`succeed`). After `MOST_ATTEMPTS` the subject is set aside until somebody has it tried again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, or_, select, update

from storage.engine.column_types import clean
from storage.engine.dialect import insert_new
from storage.rules.local_time import later
from storage.tables import quarantine

MOST_ATTEMPTS = 3
DELAYS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
# a time that lies further off was written by a clock that ran ahead
LONGEST_DELAY = DELAYS[-1]
MAX_CAUSE = 500  # characters
MAX_SUBJECT = 300
KEPT_FOR = timedelta(days=30)  # rows of work that was neither tried again nor set aside
ASIDE_FOR = timedelta(days=365)
DID_NOT_END = "it did not end: the process ended, or was killed, while it was at it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Work that failed or did not end. `quarantined_at`: set aside; only a command tries it."""

    task: str
    subject: str
    attempts: int
    cause: str | None
    first_at: datetime
    last_at: datetime
    retry_at: datetime
    quarantined_at: datetime | None


class Quarantine:
    """Attempts and what is set aside, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def begin(self, task: str, subject: str, now: datetime, *, cause: str = DID_NOT_END) -> int:
        """Count an attempt before it is made; returns how many there were with it.

        `cause` is what the row says until the work has ended: what is known if it never does.
        """
        this = self._is(task, subject)
        values = self._first(task, subject, now) | {"attempts": 1, "last_error": _cut(cause)}
        if insert_new(self._db, quarantine, values, list(quarantine.primary_key)):
            return 1
        attempts = int(self._db.scalar(select(quarantine.c.attempts).where(this)) or 0) + 1
        self._db.execute(
            update(quarantine)
            .where(this)
            .values(
                attempts=attempts,
                last_at=now,
                retry_at=now + _delay(attempts),
                last_error=_cut(cause),
            )
        )
        return attempts

    def suspect(self, task: str, subject: str, now: datetime, *, cause: str = DID_NOT_END) -> None:
        """Have a subject tried by itself, at once: what it was done with did not end."""
        values = self._first(task, subject, now)
        values |= {"attempts": 0, "retry_at": now, "last_error": _cut(cause)}
        insert_new(self._db, quarantine, values, list(quarantine.primary_key))

    def fail(
        self, task: str, subject: str, cause: str, now: datetime, *, most: int = MOST_ATTEMPTS
    ) -> bool:
        """Say why an attempt that was counted failed; True where the subject is now set aside."""
        this = self._is(task, subject)
        attempts = int(self._db.scalar(select(quarantine.c.attempts).where(this)) or 0)
        aside = attempts >= most
        self._db.execute(
            update(quarantine)
            .where(this)
            .values(
                last_error=_cut(cause),
                last_at=now,
                retry_at=now + _delay(attempts),
                quarantined_at=now if aside else None,
            )
        )
        return aside

    def succeed(self, task: str, subjects: Iterable[str]) -> int:
        """Forget what ended well; returns how many rows went."""
        gone = 0
        for subject in subjects:
            gone += self._db.execute(delete(quarantine).where(self._is(task, subject))).rowcount
        return gone

    def troubles(self, task: str) -> dict[str, Trouble]:
        """Subject -> what is known of it, for each subject of a task that failed."""
        found = self._db.execute(select(quarantine).where(quarantine.c.task == task))
        return {row.subject: _trouble(row) for row in found}

    def get(self, task: str, subject: str) -> Trouble | None:
        """What is known of one subject; None where nothing failed."""
        found = select(quarantine).where(self._is(task, subject))
        row = self._db.execute(found).one_or_none()
        return None if row is None else _trouble(row)

    def list(self) -> tuple[Trouble, ...]:
        """All that failed, by task, the oldest first."""
        ordered = select(quarantine).order_by(
            quarantine.c.task, quarantine.c.first_at, quarantine.c.subject
        )
        return tuple(_trouble(row) for row in self._db.execute(ordered))

    def retry(self, now: datetime, task: str | None = None, subject: str | None = None) -> int:
        """Have subjects tried again now, with their attempts counted anew; returns how many."""
        tests = [] if task is None else [quarantine.c.task == task]
        tests += [] if subject is None else [quarantine.c.subject == subject]
        values = {"attempts": 0, "retry_at": now, "quarantined_at": None}
        return self._db.execute(update(quarantine).where(*tests).values(values)).rowcount

    def forget(self, now: datetime) -> int:
        """Delete rows of long ago: their work is gone; returns how many."""
        tried = and_(quarantine.c.last_at < now - KEPT_FOR, quarantine.c.quarantined_at.is_(None))
        aside = quarantine.c.last_at < now - ASIDE_FOR
        return self._db.execute(delete(quarantine).where(or_(tried, aside))).rowcount

    def keep(self, task: str, subjects: Collection[str]) -> int:
        """Delete the rows of a task whose subjects are not among these; returns how many."""
        known = set(self._db.scalars(select(quarantine.c.subject).where(quarantine.c.task == task)))
        return self.succeed(task, sorted(known - set(subjects)))

    def _first(self, task: str, subject: str, now: datetime) -> dict[str, Any]:
        subject = subject[:MAX_SUBJECT]
        when = {"first_at": now, "last_at": now, "retry_at": now + DELAYS[0]}
        return {"task": task, "subject": subject, **when}

    def _is(self, task: str, subject: str) -> ColumnElement[bool]:
        return and_(quarantine.c.task == task, quarantine.c.subject == subject[:MAX_SUBJECT])


def is_ready(trouble: Trouble, now: datetime) -> bool:
    """Whether a subject that failed may be tried now. Pure."""
    if trouble.quarantined_at is not None:
        return False
    return trouble.retry_at <= now or trouble.retry_at > later(now, LONGEST_DELAY)


def _cut(cause: str) -> str:
    return " ".join(clean(cause).split())[:MAX_CAUSE]


def _delay(attempts: int) -> timedelta:
    return DELAYS[min(max(attempts, 1), len(DELAYS)) - 1]


def _trouble(row: Row[Any]) -> Trouble:
    return Trouble(
        task=row.task,
        subject=row.subject,
        attempts=row.attempts,
        cause=row.last_error,
        first_at=row.first_at,
        last_at=row.last_at,
        retry_at=row.retry_at,
        quarantined_at=row.quarantined_at,
    )

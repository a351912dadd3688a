"""Runs work with counted attempts and a time limit; after three failures it is quarantined.

Each failure raises a notice. Failed work is retried with growing delays and does not block other
work of the same kind.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from alerts.time_limit import TimeLimit, run_within
from storage.store import Store, Unit
from storage.telling.quarantine import DID_NOT_FINISH, MAX_ATTEMPTS, is_ready

__all__ = [
    "TASKS",
    "Attempt",
    "describe_error",
    "record_failure",
    "record_success",
    "run_counted",
    "select_ready",
]

log = logging.getLogger(__name__)

_T = TypeVar("_T")

# task -> text of the notice; {} is the subject
TASKS = {
    "match": "item {} cannot be matched",
    "match-chunk": "items {} are being matched",
    "show": "item {} cannot be shown in full",
    "tell": "no message can be made: {}",
    "welcome": "no welcome message can be made for {}",
    "alarm": "no alarm can be made: {}",
    "index": "item {} cannot be indexed by its words; every search looks at it",
    "feed": "the feed of the watch {} cannot be made",
    "prune": "{} cannot be pruned",
}
MAX_CAUSE = 240  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Identifies work in quarantine: task and subject. `about` is extra text for the notice."""

    task: str
    subject: str
    about: str = ""

    @property
    def notice_key(self) -> str:
        """The key of the notice that reports a failure."""
        return f"failed:{self.task}:{self.subject}"


def describe_error(error: Exception) -> str:
    """Describe an error in one line: its class, and its message cut to `MAX_CAUSE` characters."""
    message = " ".join(str(error).split())[:MAX_CAUSE]
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def record_failure(
    unit: Unit, attempt: Attempt, cause: str, now: datetime, *, most: int = MAX_ATTEMPTS
) -> bool:
    """Record the failure of a counted attempt and raise a notice.

    Args:
        unit: an open transaction.
        attempt: what failed.
        cause: the error in one line.
        now: the time.
        most: how many failed attempts quarantine it.

    Returns:
        True if it is now quarantined.
    """
    quarantined = unit.quarantine.fail(attempt.task, attempt.subject, cause, now, most=most)
    what = TASKS[attempt.task].format(attempt.subject)
    about = f" ({attempt.about})" if attempt.about else ""
    outcome = "it is tried again"
    if quarantined:
        again = (
            f"`supplierwatch quarantine retry {attempt.task} {attempt.subject!r}` tries it again"
        )
        outcome = f"set aside after {most} attempts; {again}"
    unit.notices.raise_(attempt.notice_key, f"{what}{about}: {cause}: {outcome}", now)
    log.error(
        "attempt.failed task=%s subject=%s quarantined=%s cause=%s",
        *(attempt.task, attempt.subject, quarantined, cause),
    )
    return quarantined


def record_success(unit: Unit, attempt: Attempt, now: datetime) -> None:
    """Delete the attempts of work that succeeded, and clear its notice if there is one."""
    unit.quarantine.succeed(attempt.task, [attempt.subject])
    unit.notices.clear(attempt.notice_key, now)


def select_ready(
    store: Store,
    task: str,
    subjects: Sequence[str],
    now: datetime,
    *,
    most: int = MAX_ATTEMPTS,
) -> list[str]:
    """Return the subjects that may be tried now: those that never failed, then the others.

    A subject with `most` attempts that never finished (the process was killed) is quarantined.
    """
    with store.reading() as unit:
        failed_tasks = unit.quarantine.failed_tasks(task)
    if not failed_tasks:
        return list(subjects)
    suspects = []
    for subject in subjects:
        failed_task = failed_tasks.get(subject)
        if failed_task is None or not is_ready(failed_task, now):
            continue
        if failed_task.attempts >= most and failed_task.cause == DID_NOT_FINISH:
            with store.transaction() as unit:
                attempt = Attempt(task=task, subject=subject)
                record_failure(unit, attempt, DID_NOT_FINISH, now, most=most)
            continue
        suspects.append(subject)
    return [subject for subject in subjects if subject not in failed_tasks] + suspects


def run_counted(
    store: Store, attempt: Attempt, now: datetime, work: Callable[[], _T], limit: TimeLimit
) -> _T | None:
    """Count an attempt, then run `work`; return None if it failed or exceeded `limit`.

    Raises:
        StorageError: the database cannot be written, so the attempt cannot be recorded.
    """
    with store.transaction() as unit:
        unit.quarantine.begin(attempt.task, attempt.subject, now)
    try:
        result = run_within(limit, work)
    except Exception as error:
        log.exception("attempt.raised task=%s subject=%s", attempt.task, attempt.subject)
        with store.transaction() as unit:
            record_failure(unit, attempt, describe_error(error), now)
        return None
    with store.transaction() as unit:
        record_success(unit, attempt, now)
    return result

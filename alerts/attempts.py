"""Work that is counted before it is done, bounded in time, and set aside when it fails thrice.

What fails is named in a notice, tried again with growing pauses, and never keeps other work of
its kind from being done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from alerts.time_limit import TimeLimit, run_within
from storage.store import Store, Unit
from storage.telling.quarantine import DID_NOT_END, MOST_ATTEMPTS, is_ready

__all__ = ["TASKS", "Attempt", "end_well", "note_failure", "ready_first", "said_of", "try_counted"]

log = logging.getLogger(__name__)

_T = TypeVar("_T")

# what is in quarantine, in words: task -> what could not be done with its subject
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
    """What is tried: a task, its subject, and `about`, more words for who reads the notice."""

    task: str
    subject: str
    about: str = ""

    @property
    def notice_key(self) -> str:
        """The key of its notice."""
        return f"failed:{self.task}:{self.subject}"


def said_of(error: Exception) -> str:
    """The cause of a failure in one line of bounded length."""
    said = " ".join(str(error).split())[:MAX_CAUSE]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def note_failure(
    unit: Unit, attempt: Attempt, cause: str, now: datetime, *, most: int = MOST_ATTEMPTS
) -> bool:
    """Record that an attempt that was counted failed; True where it is now set aside."""
    aside = unit.quarantine.fail(attempt.task, attempt.subject, cause, now, most=most)
    what = TASKS[attempt.task].format(attempt.subject)
    about = f" ({attempt.about})" if attempt.about else ""
    then = "it is tried again"
    if aside:
        again = (
            f"`supplierwatch quarantine retry {attempt.task} {attempt.subject!r}` tries it again"
        )
        then = f"set aside after {most} attempts; {again}"
    unit.notices.raise_(attempt.notice_key, f"{what}{about}: {cause}: {then}", now)
    log.error(
        "attempt.failed task=%s subject=%s aside=%s cause=%s",
        *(attempt.task, attempt.subject, aside, cause),
    )
    return aside


def end_well(unit: Unit, attempt: Attempt, now: datetime) -> None:
    """Forget the attempts at what has ended well, and close its notice if there is one."""
    unit.quarantine.succeed(attempt.task, [attempt.subject])
    unit.notices.clear(attempt.notice_key, now)


def ready_first(
    store: Store,
    task: str,
    subjects: Sequence[str],
    now: datetime,
    *,
    most: int = MOST_ATTEMPTS,
) -> list[str]:
    """The subjects that may be tried now: those that never failed, then the others.

    One of which `most` attempts were counted and none has ended is set aside.
    """
    with store.reading() as unit:
        troubles = unit.quarantine.troubles(task)
    if not troubles:
        return list(subjects)
    suspects = []
    for subject in subjects:
        trouble = troubles.get(subject)
        if trouble is None or not is_ready(trouble, now):
            continue
        if trouble.attempts >= most and trouble.cause == DID_NOT_END:
            with store.transaction() as unit:
                attempt = Attempt(task=task, subject=subject)
                note_failure(unit, attempt, DID_NOT_END, now, most=most)
            continue
        suspects.append(subject)
    return [each for each in subjects if each not in troubles] + suspects


def try_counted(
    store: Store, attempt: Attempt, now: datetime, work: Callable[[], _T], limit: TimeLimit
) -> _T | None:
    """Do a piece of work whose attempt is counted first; None where it failed or took too long.

    Raises:
        StorageError: that it failed cannot be written down: the database is away.
    """
    with store.transaction() as unit:
        unit.quarantine.begin(attempt.task, attempt.subject, now)
    try:
        done = run_within(limit, work)
    except Exception as error:
        log.exception("attempt.raised task=%s subject=%s", attempt.task, attempt.subject)
        with store.transaction() as unit:
            note_failure(unit, attempt, said_of(error), now)
        return None
    with store.transaction() as unit:
        end_well(unit, attempt, now)
    return done

"""Tells the operator what was set aside after repeated failures: once for each."""

from __future__ import annotations

from datetime import datetime

from alerts.attempts import TASKS, Attempt
from alerts.digest.context import TellingContext
from alerts.dispatch.cut import operator_message
from storage.store import Store, Unit
from storage.telling.quarantine import Trouble

MOST_NAMED = 20  # in one message


def tell_of_quarantined(store: Store, context: TellingContext, now: datetime) -> int:
    """Write to the operator of what was set aside and not told of yet; returns how many messages.

    What was set aside at about the same time is one message.
    """
    with store.reading() as unit:
        aside = [each for each in unit.quarantine.list() if each.quarantined_at is not None]
        known = unit.notices.known([_key(each) for each in aside]) if aside else frozenset()
    news = [each for each in aside if _key(each) not in known]
    if not news:
        return 0
    first = min(news, key=lambda each: (each.quarantined_at or now, each.task, each.subject))
    written = operator_message(store, context, _key(first), _subject(news), _lines(news), now)
    with store.transaction() as unit:
        for each in news:
            # a closed notice: the memory that it was told of
            unit.notices.raise_(_key(each), words_of(each), now)
            unit.notices.clear(_key(each), now)
    return int(written)


def retry_quarantined(
    unit: Unit, now: datetime, task: str | None = None, subject: str | None = None
) -> tuple[Trouble, ...]:
    """Have what failed tried again now, attempts counted anew; returns what that is.

    Args:
        unit: a transaction.
        now: the time.
        task: of this task alone.
        subject: this one alone.
    """
    chosen = tuple(
        each
        for each in unit.quarantine.list()
        if task in (None, each.task) and subject in (None, each.subject)
    )
    for each in chosen:
        unit.notices.clear(Attempt(task=each.task, subject=each.subject).notice_key, now)
        if each.task in ("show", "index"):
            # nothing waits for these: the row alone keeps the item from being done in full
            unit.quarantine.succeed(each.task, [each.subject])
        else:
            unit.quarantine.retry(now, each.task, each.subject)
        if each.task == "index" and each.subject.isdecimal():
            unit.fulltext.mark(int(each.subject))
    return chosen


def words_of(trouble: Trouble) -> str:
    """What could not be done, in words."""
    return TASKS.get(trouble.task, f"{trouble.task}: {{}}").format(trouble.subject)


def _key(trouble: Trouble) -> str:
    return f"quarantined:{trouble.task}:{trouble.subject}:{trouble.quarantined_at}"


def _subject(news: list[Trouble]) -> str:
    if len(news) > 1:
        return f"{len(news)} things were set aside after repeated failures"
    said = words_of(news[0])
    return f"Set aside after repeated failures: {said}"


def _lines(news: list[Trouble]) -> list[str]:
    lines = ["Everything else goes on. Nothing is lost: what is set aside stays stored.", ""]
    for each in news[:MOST_NAMED]:
        lines.append(f"{words_of(each)}: {each.cause or 'no cause is known'}")
        lines.append(f"    supplierwatch quarantine retry {each.task} {each.subject!r}")
    if len(news) > MOST_NAMED:
        lines.append(f"and {len(news) - MOST_NAMED} more")
    lines += ["", "`supplierwatch quarantine` lists all of it; `supplierwatch quarantine retry`"]
    lines.append("with a task and a subject tries it again, and with --all everything.")
    return lines

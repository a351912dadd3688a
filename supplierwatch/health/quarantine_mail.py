"""Notifies the operator of quarantined tasks, once for each; retries them on request."""

from __future__ import annotations

import logging
from datetime import datetime

from alerts.attempts import TASKS, Attempt
from alerts.digest.context import TellingContext
from alerts.dispatch.cut import operator_message
from storage.model import Actor, Change
from storage.store import Store, Unit
from storage.telling.quarantine import FailedTask, parse_item_id

log = logging.getLogger(__name__)

MAX_NAMED = 20  # in one message


def report_quarantined(store: Store, context: TellingContext, now: datetime) -> int:
    """Write to the operator about newly quarantined tasks; returns the number of messages.

    All tasks that are new since the last call share one message.
    """
    with store.reading() as unit:
        aside = [each for each in unit.quarantine.list() if each.quarantined_at is not None]
        known = unit.notices.known([_notice_key(each) for each in aside]) if aside else frozenset()
    news = [each for each in aside if _notice_key(each) not in known]
    if not news:
        return 0
    first = min(news, key=lambda each: (each.quarantined_at or now, each.task, each.subject))
    written = operator_message(
        store, context, _notice_key(first), _build_subject(news), _build_lines(news), now
    )
    with store.transaction() as unit:
        for each in news:
            # a closed notice records that it was reported
            unit.notices.raise_(_notice_key(each), describe_task(each), now)
            unit.notices.clear(_notice_key(each), now)
    return int(written)


def retry_quarantined(
    unit: Unit, now: datetime, task: str | None = None, subject: str | None = None
) -> tuple[FailedTask, ...]:
    """Schedule failed tasks for an attempt now, with attempts reset; returns them.

    Args:
        unit: a transaction.
        now: the time.
        task: only this task.
        subject: only this subject.
    """
    chosen = tuple(
        each
        for each in unit.quarantine.list()
        if task in (None, each.task) and subject in (None, each.subject)
    )
    for each in chosen:
        unit.notices.clear(Attempt(task=each.task, subject=each.subject).notice_key, now)
        if each.task in ("show", "index"):
            # these have no queue: the quarantine row alone blocks the item
            unit.quarantine.succeed(each.task, [each.subject])
        else:
            unit.quarantine.retry(now, each.task, each.subject)
        item_id = parse_item_id(each.subject)
        if each.task == "index" and item_id is not None:
            unit.fulltext.mark(item_id)
    return chosen


def retry_for_user(
    unit: Unit, actor: Actor, now: datetime, task: str | None, subject: str | None
) -> int:
    """Do `retry_quarantined` for a user, record it, and return how many tasks there were."""
    chosen = retry_quarantined(unit, now, task, subject)
    words = f"{task or 'all'} {subject or ''}".strip()
    change = Change(action="work.retried", subject=words, after=f"{len(chosen)} to be tried again")
    unit.audit.record(actor, change, now)
    log.info("desk.work-retried key=%s by=%s tasks=%d", words, actor.name, len(chosen))
    return len(chosen)


def describe_task(failed_task: FailedTask) -> str:
    """Describe a failed task in words."""
    return TASKS.get(failed_task.task, f"{failed_task.task}: {{}}").format(failed_task.subject)


def _notice_key(failed_task: FailedTask) -> str:
    return f"quarantined:{failed_task.task}:{failed_task.subject}:{failed_task.quarantined_at}"


def _build_subject(news: list[FailedTask]) -> str:
    if len(news) > 1:
        return f"{len(news)} things were set aside after repeated failures"
    return f"Set aside after repeated failures: {describe_task(news[0])}"


def _build_lines(news: list[FailedTask]) -> list[str]:
    lines = ["Everything else goes on. Nothing is lost: what is set aside stays stored.", ""]
    for each in news[:MAX_NAMED]:
        lines.append(f"{describe_task(each)}: {each.cause or 'no cause is known'}")
        lines.append(f"    supplierwatch quarantine retry {each.task} {each.subject!r}")
    if len(news) > MAX_NAMED:
        lines.append(f"and {len(news) - MAX_NAMED} more")
    lines += ["", "`supplierwatch quarantine` lists all of it; `supplierwatch quarantine retry`"]
    lines.append("with a task and a subject tries it again, and with --all everything.")
    return lines

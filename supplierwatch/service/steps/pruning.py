"""Deletes data past its retention time, in batches; quarantines rows that cannot be deleted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from alerts.attempts import Attempt, describe_error, record_failure, record_success
from alerts.time_limit import TimeLimit, run_within
from config.model import RetentionSettings
from storage.archive.retention import Pruned
from storage.store import Store, Unit
from storage.telling.quarantine import is_ready

log = logging.getLogger(__name__)

TASK = "prune"
# a batch usually takes a tenth of a second; on a slow disk the database takes its time
LIMIT = TimeLimit(processor=20.0, elapsed=300.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """One kind of rows: finds old rows, without those that failed, and deletes them."""

    name: str
    old: Callable[[Unit, Collection[int]], tuple[int, ...]]
    prune: Callable[[Unit, Sequence[int]], Pruned]


def prune_all(
    store: Store,
    retention: RetentionSettings,
    now: datetime,
    *,
    ending: Callable[[], bool] = lambda: False,
) -> Pruned:
    """Delete mentions, messages, changes, raw responses and texts past their retention time.

    Where a batch fails its rows are pruned one by one: a row that fails stays, is recorded in
    quarantine, and is skipped until its next attempt is due.

    Args:
        store: the database.
        retention: how long to keep each kind; None keeps it for ever.
        now: the time.
        ending: asked before each batch; true stops.

    Returns:
        The numbers of deleted rows.
    """
    total = Pruned()
    for kind in _list_kinds(retention, now):
        total += _prune_kind(store, kind, now, ending)
    with store.transaction() as unit:
        unit.quarantine.prune(now)
        unit.responses.prune(now)
        if retention.mentions is not None:
            unit.audit.prune(now - retention.mentions)
    return total


def _list_kinds(retention: RetentionSettings, now: datetime) -> Iterator[_Kind]:
    if retention.mentions is not None:
        before = now - retention.mentions
        yield _Kind(
            name="mention",
            old=lambda unit, without: unit.retention.old_mentions(before, without=without),
            prune=lambda unit, ids: unit.retention.prune_mentions(ids),
        )
        yield _Kind(
            name="message",
            old=lambda unit, without: unit.retention.old_messages(before, without=without),
            prune=lambda unit, ids: unit.retention.prune_messages(ids),
        )
    if retention.raw is not None:
        raw_before = now - retention.raw
        yield _Kind(
            name="answers-of-item",
            old=lambda unit, without: unit.retention.old_raw(raw_before, without=without),
            prune=lambda unit, ids: unit.retention.prune_raw(ids, raw_before),
        )
    if retention.texts is not None:
        texts_before = now - retention.texts
        yield _Kind(
            name="text-of-item",
            old=lambda unit, without: unit.retention.old_texts(texts_before, without=without),
            prune=lambda unit, ids: unit.retention.prune_texts(ids, now),
        )


def _prune_kind(store: Store, kind: _Kind, now: datetime, ending: Callable[[], bool]) -> Pruned:
    total = Pruned()
    with store.reading() as unit:
        failed_tasks = unit.quarantine.failed_tasks(TASK)
    prefix = f"{kind.name}-"
    skipped = {
        int(subject.removeprefix(prefix))
        for subject, failed_task in failed_tasks.items()
        if subject.startswith(prefix) and not is_ready(failed_task, now)
    }
    while not ending():
        with store.reading() as unit:
            ids = kind.old(unit, skipped)
        if not ids:
            break
        try:
            total += run_within(LIMIT, partial(_prune_rows, store, kind, ids))
        except Exception:
            log.exception("prune.failed kind=%s rows=%d", kind.name, len(ids))
            for row_id in ids:
                total += _prune_one(store, kind, row_id, now, skipped, known=failed_tasks)
    return total


def _prune_rows(store: Store, kind: _Kind, ids: Sequence[int]) -> Pruned:
    with store.transaction() as unit:
        return kind.prune(unit, ids)


def _prune_one(
    store: Store,
    kind: _Kind,
    row_id: int,
    now: datetime,
    skipped: set[int],
    *,
    known: Collection[str],
) -> Pruned:
    attempt = Attempt(task=TASK, subject=f"{kind.name}-{row_id}")
    try:
        pruned = run_within(LIMIT, partial(_prune_rows, store, kind, [row_id]))
    except Exception as error:
        skipped.add(row_id)
        with store.transaction() as unit:
            unit.quarantine.begin(TASK, attempt.subject, now)
            record_failure(unit, attempt, describe_error(error), now)
        return Pruned()
    if attempt.subject in known:
        with store.transaction() as unit:
            record_success(unit, attempt, now)
    return pruned

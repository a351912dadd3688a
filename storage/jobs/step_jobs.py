"""Queues the steps of the service as jobs of procrastinate, in the caller's transaction.

They are inserted into procrastinate's table rather than by its `procrastinate_defer_jobs_v1`: that
function raises where a job with the same queueing lock waits, and an error would abort the
caller's transaction. Triggers of the table wake the workers when the transaction is committed.
Source: https://procrastinate.readthedocs.io/en/stable/discussions.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, text


class ServiceStep(StrEnum):
    """A step of the service that a job can do."""

    CRAWL = "crawl"
    MATCH = "match"
    TELL = "tell"
    DELIVER = "deliver"
    INDEX = "index"
    PRUNE = "prune"


# a job with a higher number is taken first, so that alerts do not wait for baselines
PRIORITY = {
    ServiceStep.DELIVER: 50,
    ServiceStep.TELL: 40,
    ServiceStep.MATCH: 30,
    ServiceStep.CRAWL: 20,
    ServiceStep.INDEX: 10,
    ServiceStep.PRUNE: 0,
}
TASK_PREFIX = "supplierwatch."  # of the names of procrastinate's tasks; a step follows

_INSERT = text(
    """
    INSERT INTO procrastinate_jobs
        (queue_name, task_name, priority, lock, queueing_lock, args)
    SELECT :queue, :task, :priority, :lock, :queueing_lock,
        CAST(:args AS jsonb) || jsonb_build_object(
            'configuration', (SELECT max(version) FROM configuration)
        )
    ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job to be queued.

    `lock`: no two jobs with it run at the same time. `queueing_lock`: no two with it wait.
    """

    step: ServiceStep
    args: Mapping[str, Any]
    lock: str | None
    queueing_lock: str | None


def queue_step(connection: Connection, step: ServiceStep) -> None:
    """Queue a step that takes what is due, unless a job for it waits; nothing on SQLite.

    Two workers may deliver at the same time: each message is claimed by one of them.
    """
    lock = None if step is ServiceStep.DELIVER else str(step)
    queue_job(connection, NewJob(step=step, args={}, lock=lock, queueing_lock=str(step)))


def queue_job(connection: Connection, job: NewJob) -> None:
    """Queue a job when this transaction is committed; nothing on SQLite."""
    if connection.dialect.name != "postgresql":
        return
    values = {
        "queue": str(job.step),
        "task": f"{TASK_PREFIX}{job.step}",
        "priority": PRIORITY[job.step],
        "lock": job.lock,
        "queueing_lock": job.queueing_lock,
        "args": json.dumps(dict(job.args)),
    }
    connection.execute(_INSERT, values)

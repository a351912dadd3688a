"""Repository of queued jobs: queues and counts them, and finds those whose worker was lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from storage.jobs.step_jobs import (
    PRIORITY,
    TASK_PREFIX,
    NewJob,
    ServiceStep,
    queue_job,
    queue_step,
)

MAX_ATTEMPTS = 1000  # of a job; procrastinate adds to them, and an integer overflows

# a job that was lost is scheduled for the time at which it was found
_DELETE_INVALID = text(
    """
    DELETE FROM procrastinate_jobs AS jobs
    WHERE (status = 'todo' OR (status = 'doing' AND NOT EXISTS (
            SELECT 1 FROM procrastinate_workers AS workers
            WHERE workers.id = worker_id AND last_heartbeat >= now() - :silent
        )))
        AND (
            jsonb_typeof(args) = 'object'
            AND attempts BETWEEN 0 AND :max_attempts
            AND (scheduled_at IS NULL
                OR scheduled_at BETWEEN now() - interval '10 years' AND now() + interval '1 minute')
            AND EXISTS (
                SELECT 1 FROM unnest(CAST(:steps AS text[]), CAST(:priorities AS integer[]))
                    AS known (step, number)
                WHERE queue_name = step AND task_name = :task || step AND priority = number
            )
            AND CASE queue_name
                WHEN 'crawl' THEN lock = 'crawl:' || (args->>'run_id') AND queueing_lock = lock
                    AND jsonb_typeof(args->'sources') = 'array'
                WHEN 'deliver' THEN lock IS NULL AND queueing_lock = queue_name
                ELSE lock = queue_name AND queueing_lock = queue_name
            END
        ) IS NOT TRUE
    RETURNING id
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LostJob:
    """A job that is running by its row, while the heartbeat of its worker has stopped."""

    job_id: int
    step: str
    attempts: int
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCounts:
    """Jobs of one step by state. `oldest`: the wait of the oldest waiting one."""

    step: str
    waiting: int
    running: int
    failed: int
    oldest: timedelta | None


class JobQueue:
    """Reads and writes jobs, within one transaction. On SQLite there are none."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._is_postgresql = connection.dialect.name == "postgresql"

    def queue(self, step: ServiceStep) -> None:
        """Queue a step that takes what is due, unless a job for it waits."""
        queue_step(self._db, step)

    def queue_crawl(self, run_id: str, keys: Sequence[str]) -> None:
        """Queue the crawl of a run, whose sources are claimed."""
        args = {"run_id": run_id, "sources": list(keys)}
        lock = f"crawl:{run_id}"
        queue_job(
            self._db, NewJob(step=ServiceStep.CRAWL, args=args, lock=lock, queueing_lock=lock)
        )

    def unfinished_runs(self) -> frozenset[str]:
        """Return the runs whose jobs wait or run."""
        query = text(
            "SELECT args->>'run_id' FROM procrastinate_jobs "
            "WHERE task_name = :task AND status IN ('todo', 'doing')"
        )
        if not self._is_postgresql:
            return frozenset()
        return frozenset(self._db.scalars(query, {"task": f"{TASK_PREFIX}{ServiceStep.CRAWL}"}))

    def now(self) -> datetime:
        """Return the time of the database, which all processes share."""
        now: datetime = self._db.scalar(text("SELECT clock_timestamp()"))
        return now.astimezone(UTC)

    def count_workers(self, heartbeat_within: timedelta | None = None) -> int:
        """Return the number of workers; with a span, of those whose last heartbeat is within it."""
        if not self._is_postgresql:
            return 0
        query = text(
            "SELECT count(*) FROM procrastinate_workers WHERE CAST(:within AS interval) IS NULL "
            "OR last_heartbeat > now() - CAST(:within AS interval)"
        )
        return int(self._db.scalar(query, {"within": heartbeat_within}) or 0)

    def count(self) -> tuple[JobCounts, ...]:
        """Return the number of jobs of each step."""
        if not self._is_postgresql:
            return ()
        query = text(
            """
            SELECT queue_name AS step,
                count(*) FILTER (WHERE status = 'todo') AS waiting,
                count(*) FILTER (WHERE status = 'doing') AS running,
                count(*) FILTER (WHERE status = 'failed') AS failed,
                now() - min(deferred.at) FILTER (
                    WHERE status = 'todo' AND isfinite(deferred.at)
                ) AS oldest
            FROM procrastinate_jobs AS jobs
            LEFT JOIN procrastinate_events AS deferred
                ON deferred.job_id = jobs.id AND deferred.type = 'deferred'
            WHERE status IN ('todo', 'doing', 'failed') AND starts_with(task_name, :task)
            GROUP BY queue_name ORDER BY queue_name
            """
        )
        return tuple(
            JobCounts(**row._mapping) for row in self._db.execute(query, {"task": TASK_PREFIX})
        )

    def failed_within(self, span: timedelta) -> frozenset[str]:
        """Return the steps of which a job has failed within `span`."""
        if not self._is_postgresql:
            return frozenset()
        query = text(
            "SELECT DISTINCT queue_name FROM procrastinate_jobs AS jobs "
            "JOIN procrastinate_events AS events ON events.job_id = jobs.id "
            "WHERE status = 'failed' AND events.type = 'failed' AND events.at > now() - :span"
        )
        return frozenset(self._db.scalars(query, {"span": span}))

    def find_lost(self, silent_for: timedelta) -> tuple[LostJob, ...]:
        """Return running jobs whose worker is gone, or sent no heartbeat for so long."""
        if not self._is_postgresql:
            return ()
        query = text(
            """
            SELECT jobs.id AS job_id, queue_name AS step, attempts, args
            FROM procrastinate_jobs AS jobs
            LEFT JOIN procrastinate_workers AS workers ON workers.id = jobs.worker_id
            WHERE status = 'doing' AND starts_with(task_name, :task)
                AND (workers.id IS NULL OR workers.last_heartbeat < now() - :silent)
            ORDER BY jobs.id FOR UPDATE OF jobs SKIP LOCKED
            """
        )
        values = {"task": TASK_PREFIX, "silent": silent_for}
        return tuple(LostJob(**row._mapping) for row in self._db.execute(query, values))

    def delete_invalid(self, silent_for: timedelta) -> tuple[int, ...]:
        """Delete jobs that no release has written, unless a worker does them; return their numbers.

        Each could stop a worker, or keep others of its lock or queueing lock from being queued or
        run. What is due is queued again. The same for workers whose heartbeat is in the future by
        more than `silent_for`: they would never be taken for lost.
        """
        if not self._is_postgresql:
            return ()
        self._db.execute(
            text("DELETE FROM procrastinate_workers WHERE last_heartbeat > now() + :silent"),
            {"silent": silent_for},
        )
        steps = [str(step) for step in PRIORITY]
        values = {
            "steps": steps,
            "priorities": [PRIORITY[ServiceStep(step)] for step in steps],
            "task": TASK_PREFIX,
            "max_attempts": MAX_ATTEMPTS,
            "silent": silent_for,
        }
        return tuple(self._db.scalars(_DELETE_INVALID, values))

    def retry_lost(self, job_id: int) -> None:
        """Queue a lost job again; where a job with the same queueing lock waits, end it instead."""
        waits = self._db.scalar(
            text(
                "SELECT 1 FROM procrastinate_jobs AS other JOIN procrastinate_jobs AS this "
                "ON other.queueing_lock = this.queueing_lock "
                "WHERE this.id = :job AND other.id <> this.id AND other.status = 'todo'"
            ),
            {"job": job_id},
        )
        if waits:
            self.end_lost(job_id)
            return
        self._db.execute(
            text("SELECT procrastinate_retry_job_v2(:job, now(), NULL, NULL, NULL)"),
            {"job": job_id},
        )

    def end_lost(self, job_id: int) -> None:
        """End a lost job as failed."""
        self._db.execute(
            text("SELECT procrastinate_finish_job_v1(:job, 'failed', false)"), {"job": job_id}
        )

    def delete_failed(self, older: timedelta) -> int:
        """Delete jobs that failed so long ago; return how many."""
        if not self._is_postgresql:
            return 0
        deleted = self._db.execute(
            text(
                "DELETE FROM procrastinate_jobs WHERE status = 'failed' AND id IN "
                "(SELECT job_id FROM procrastinate_events WHERE type = 'failed' "
                "AND at < now() - :older)"
            ),
            {"older": older},
        )
        return deleted.rowcount

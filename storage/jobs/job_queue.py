"""Repository of queued jobs: queueing them, counting them, and jobs whose worker was lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from storage.jobs.step_jobs import TASK, NewJob, ServiceStep, queue_job, queue_step


@dataclass(frozen=True, slots=True, kw_only=True)
class LostJob:
    """A job that runs by its row, and whose worker has given no sign of life."""

    job_id: int
    step: str
    attempts: int
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCounts:
    """Jobs of one step by state. `oldest`: how long the oldest waiting one has waited."""

    step: str
    waiting: int
    running: int
    failed: int
    oldest: timedelta | None


class JobQueue:
    """Reads and writes jobs, within one transaction. On SQLite there are none."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._exists = connection.dialect.name == "postgresql"

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
        found = text(
            "SELECT args->>'run_id' FROM procrastinate_jobs "
            "WHERE task_name = :task AND status IN ('todo', 'doing')"
        )
        if not self._exists:
            return frozenset()
        return frozenset(self._db.scalars(found, {"task": f"{TASK}{ServiceStep.CRAWL}"}))

    def now(self) -> datetime:
        """Return the time of the database, which all processes share."""
        now: datetime = self._db.scalar(text("SELECT clock_timestamp()"))
        return now.astimezone(UTC)

    def count_workers(self, alive_within: timedelta | None = None) -> int:
        """Return how many workers there are, or how many gave a sign of life so lately."""
        if not self._exists:
            return 0
        found = text(
            "SELECT count(*) FROM procrastinate_workers WHERE CAST(:within AS interval) IS NULL "
            "OR last_heartbeat > now() - CAST(:within AS interval)"
        )
        return int(self._db.scalar(found, {"within": alive_within}) or 0)

    def count(self) -> tuple[JobCounts, ...]:
        """Return the number of jobs of each step."""
        if not self._exists:
            return ()
        found = text(
            """
            SELECT queue_name AS step,
                count(*) FILTER (WHERE status = 'todo') AS waiting,
                count(*) FILTER (WHERE status = 'doing') AS running,
                count(*) FILTER (WHERE status = 'failed') AS failed,
                now() - min(deferred.at) FILTER (WHERE status = 'todo') AS oldest
            FROM procrastinate_jobs AS jobs
            LEFT JOIN procrastinate_events AS deferred
                ON deferred.job_id = jobs.id AND deferred.type = 'deferred'
            WHERE status IN ('todo', 'doing', 'failed') AND starts_with(task_name, :task)
            GROUP BY queue_name ORDER BY queue_name
            """
        )
        return tuple(JobCounts(**row._mapping) for row in self._db.execute(found, {"task": TASK}))

    def failed_within(self, span: timedelta) -> frozenset[str]:
        """Return the steps of which a job has failed within `span`."""
        if not self._exists:
            return frozenset()
        found = text(
            "SELECT DISTINCT queue_name FROM procrastinate_jobs AS jobs "
            "JOIN procrastinate_events AS events ON events.job_id = jobs.id "
            "WHERE status = 'failed' AND events.type = 'failed' AND events.at > now() - :span"
        )
        return frozenset(self._db.scalars(found, {"span": span}))

    def lost(self, without_sign: timedelta) -> tuple[LostJob, ...]:
        """Return running jobs whose worker is gone, or gave no sign of life for so long."""
        if not self._exists:
            return ()
        found = text(
            """
            SELECT jobs.id AS job_id, queue_name AS step, attempts, args
            FROM procrastinate_jobs AS jobs
            LEFT JOIN procrastinate_workers AS workers ON workers.id = jobs.worker_id
            WHERE status = 'doing' AND starts_with(task_name, :task)
                AND (workers.id IS NULL OR workers.last_heartbeat < now() - :without)
            ORDER BY jobs.id FOR UPDATE OF jobs SKIP LOCKED
            """
        )
        given = {"task": TASK, "without": without_sign}
        return tuple(LostJob(**row._mapping) for row in self._db.execute(found, given))

    def retry_lost(self, job_id: int) -> None:
        """Let another worker take a lost job; where a job for the same waits, it is ended."""
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
        """Delete failed jobs that ended so long ago; return how many."""
        if not self._exists:
            return 0
        done = self._db.execute(
            text(
                "DELETE FROM procrastinate_jobs WHERE status = 'failed' AND id IN "
                "(SELECT job_id FROM procrastinate_events WHERE type = 'failed' "
                "AND at < now() - :older)"
            ),
            {"older": older},
        )
        return done.rowcount

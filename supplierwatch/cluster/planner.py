"""The leader's work: queues due work as jobs, and retries or ends jobs whose worker was lost."""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from config.model import Source
from storage.crawling.runs import CrawlRun
from storage.jobs import LostJob
from storage.jobs.step_jobs import ServiceStep
from supplierwatch.cluster.job_session import LOST_AFTER
from supplierwatch.service.due_sources import (
    BATCH_SIZE,
    build_batches,
    busy_hosts,
    find_due,
    is_slow,
)
from supplierwatch.service.service import Service
from supplierwatch.service.source_states import read_states

log = logging.getLogger(__name__)

MAX_PLANNED = 100  # crawls that wait or run
BATCHES_PER_WORKER = 2  # so that a few sources are shared by all workers
QUEUED_LEASE = timedelta(hours=1)  # a queued crawl that nobody took is planned again
MAX_ATTEMPTS = 3
FAILED_KEPT = timedelta(days=1)
FAILED_PAUSE = timedelta(seconds=10)  # after a failure, before the step is queued again
# runs that were lost with a source until it is taken for the cause
MAX_LOST = 2
RUNS_LOOKED_AT = 200
LOST = "lost"
LOST_NOTICE = "job-lost"
RUN = "job-"  # begins the ids of runs that are jobs


class Planner:
    """Queues what is due; call its methods only while this process leads."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def plan_crawls(self) -> int:
        """Claim due sources in batches and queue a job for each; return the number of jobs."""
        service, now = self._service, self._service.clock()
        declared = service.catalog.sources
        states = {state.key: state for state in read_states(service.store, now) if state.active}
        with service.store.reading() as unit:
            running = unit.runs.open()
            workers = unit.jobs.count_workers()
        room = MAX_PLANNED - len(running)
        if room <= 0:
            return 0
        by_key = {source.key: source for source in declared}
        keys = [key for run in running for key in run.source_keys]
        busy = busy_hosts([by_key[key] for key in keys if key in by_key])
        due = find_due(declared, states, busy, now)
        size = -(-len(due.sources) // (BATCHES_PER_WORKER * max(1, workers)))
        # a worker is left to the other sources, where there is more than one
        slow = sum(_is_slow_run(run, by_key) for run in running)
        batches = build_batches(
            due, size=max(1, min(BATCH_SIZE, size)), slow_room=max(1, workers - 1) - slow
        )
        planned = 0
        for batch in batches[:room]:
            planned += self._plan_crawl([source.key for source in batch])
        return planned

    def _plan_crawl(self, keys: list[str]) -> int:
        service, now = self._service, self._service.clock()
        run_id = f"{RUN}{uuid.uuid4().hex[:16]}"
        with service.store.transaction() as unit:
            claimed = unit.sources.claim_due(
                now, limit=len(keys), owner=run_id, lease=QUEUED_LEASE, keys=keys
            )
            if not claimed:
                return 0
            mine = sorted(state.key for state in claimed)
            unit.runs.start(run_id, mine, now)
            unit.jobs.queue_crawl(run_id, mine)
        return 1

    def plan_steps(self) -> None:
        """Queue a job for each step that has something due, unless one waits."""
        service = self._service
        with service.store.transaction() as unit:
            waiting = unit.backlog.waiting(service.clock(), digests=(), alerts=())
            stages = {each.stage for each in waiting if each.count}
            failing = unit.jobs.failed_within(FAILED_PAUSE)
            # cadences decide what is due
            for step in (
                ServiceStep.MATCH,
                ServiceStep.TELL,
                ServiceStep.DELIVER,
                ServiceStep.INDEX,
            ):
                if step not in failing and (step in stages or step is ServiceStep.TELL):
                    unit.jobs.queue(step)

    def plan_pruning(self) -> None:
        """Queue the deletion of what is past its retention time."""
        with self._service.store.transaction() as unit:
            unit.jobs.queue(ServiceStep.PRUNE)
            unit.jobs.delete_failed(FAILED_KEPT)

    def recover_lost(self) -> int:
        """Retry or end the jobs of lost workers, and end crawls without a job; return how many.

        Jobs that no release has written are deleted first.
        """
        service, now = self._service, self._service.clock()
        silent_for = timedelta(seconds=LOST_AFTER)
        with service.store.transaction() as unit:
            invalid = unit.jobs.delete_invalid(silent_for)
            lost = unit.jobs.find_lost(silent_for)
            for job in lost:
                if job.step == ServiceStep.CRAWL or job.attempts + 1 >= MAX_ATTEMPTS:
                    unit.jobs.end_lost(job.job_id)
                else:
                    unit.jobs.retry_lost(job.job_id)
            unfinished = unit.jobs.unfinished_runs()
            ours = [run for run in unit.runs.open() if run.run_id.startswith(RUN)]
            ended = [run for run in ours if run.run_id not in unfinished]
            before = Counter(
                key
                for run in unit.runs.last(RUNS_LOOKED_AT)
                if run.status == LOST
                for key in run.source_keys
            )
            for run in ended:
                # a worker is seldom lost because of what it crawls; where it is, each source of
                # the run is polled alone, and the one at fault waits longer and longer
                blamed = max((before[key] for key in run.source_keys), default=0) >= MAX_LOST
                error = "its crawls were lost with their workers" if blamed else None
                unit.sources.release(run.run_id, now=now, error=error)
                unit.runs.finish(run.run_id, LOST, now)
        if invalid:
            log.error("jobs.invalid deleted=%d first=%d", len(invalid), invalid[0])
        for job in lost:
            self._report_lost(job)
        return len(lost) + len(ended)

    def _report_lost(self, job: LostJob) -> None:
        log.warning("jobs.lost step=%s job=%d attempts=%d", job.step, job.job_id, job.attempts + 1)
        if job.step == ServiceStep.CRAWL or job.attempts + 1 < MAX_ATTEMPTS:
            return
        text = (
            f"three workers were lost while they did the step {job.step}: "
            "look at their logs for the cause; it is queued again when something is due"
        )
        with self._service.store.transaction() as unit:
            unit.notices.raise_(f"{LOST_NOTICE}:{job.step}", text, self._service.clock())


def _is_slow_run(run: CrawlRun, sources: Mapping[str, Source]) -> bool:
    return any(is_slow(sources[key]) for key in run.source_keys if key in sources)

"""The engine for PostgreSQL: one process leads and plans, jobs are done by any worker.

A process that does not lead serves the web pages, does jobs, and takes over within seconds when
the connection that holds the leader's lock is closed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from storage.jobs.step_jobs import ServiceStep
from storage.store import Store
from supplierwatch.cluster.declared_configuration import (
    DeclaredConfiguration,
    publish,
    read_declared,
)
from supplierwatch.cluster.job_health import JobState, describe_jobs, job_reasons
from supplierwatch.cluster.job_steps import JobSteps
from supplierwatch.cluster.job_worker import JobWorker
from supplierwatch.cluster.planner import Planner
from supplierwatch.cluster.shared_clock import SharedClock
from supplierwatch.health.health import Health
from supplierwatch.service.engines import StepEngine, ThreadEngine
from supplierwatch.service.reload import ConfigWatch
from supplierwatch.service.service import Service
from supplierwatch.service.ticks import sleep
from supplierwatch.service.worker import Worker
from supplierwatch.wiring import CompiledConfiguration

log = logging.getLogger(__name__)

WAIT_FOR_LEADER = 30.0  # seconds for which a process waits for a configuration to be declared
RECENT = timedelta(minutes=1)  # failures of jobs within it are reported
OWN_JOBS = 4  # jobs that a process of `run` does at the same time


def choose_engine(store: Store, *, works: bool = True) -> StepEngine:
    """Return jobs for PostgreSQL and threads for SQLite.

    Args:
        store: the open database.
        works: whether this process does jobs, or plans only.
    """
    return JobEngine(store, works=works) if store.shared else ThreadEngine()


class JobEngine:
    """Plans jobs while this process leads, and does some of them."""

    def __init__(self, store: Store, *, works: bool = True) -> None:
        self._store = store
        self._works = works
        self._clock = SharedClock(store)
        self._lock = store.leader_lock()
        self._leads = False
        self._service: Service | None = None
        self._environ: Mapping[str, str] = {}
        self._folder: Path | None = None
        self._declared: DeclaredConfiguration | None = None
        self._jobs: JobWorker | None = None
        self._planner: Planner | None = None
        self._state = JobState()
        self._config_watch: ConfigWatch | None = None

    def open_service(
        self, wired: CompiledConfiguration, store: Store, environ: Mapping[str, str]
    ) -> Service:
        """Declare the configuration where this process leads; else take the declared one."""
        self._environ, self._folder = environ, wired.catalog.folder
        self._leads = self._lock.acquire()
        if self._leads:
            service = Service(wired, store, clock=self._clock)
            publish(store, wired)
            service.take_over()
        else:
            self._declared = self._wait_for_declared(store)
            active = None if self._declared is None else self._declared.active
            service = Service(wired, store, clock=self._clock, in_force=active)
        log.info("cluster.joined leads=%s", self._leads)
        self._service = service
        self._planner = Planner(service)
        self._config_watch = ConfigWatch(service, environ)
        return service

    def _wait_for_declared(self, store: Store) -> DeclaredConfiguration | None:
        end = time.monotonic() + WAIT_FOR_LEADER
        while time.monotonic() < end:
            found = read_declared(store, self._environ, folder=self._folder)
            if found is not None:
                return found
            sleep(0.5)
        return None

    def build_workers(self, health: Health, after_match: Sequence[Worker]) -> tuple[Worker, ...]:
        """Return the threads that lead and plan."""
        stopping = self._get_service().ending
        health.add_detail("cluster", lambda: describe_jobs(self._state, leads=self._leads))
        health.add_detail("role", lambda: "leader" if self._leads else "standby")
        health.add_check(lambda: job_reasons(self._state))
        lead = Worker("lead", self.lead, health, stopping)
        crawl = Worker("crawl", self._plan_crawls, health, stopping)
        plan = Worker("plan", self._plan_steps, health, stopping, wakes=tuple(after_match))
        reload = Worker("reload", self._reload, health, stopping, wakes=(crawl,))
        prune = Worker("prune", self._plan_pruning, health, stopping)
        return (lead, crawl, plan, reload, prune)

    def start(self) -> None:
        """Begin to do jobs."""
        if self._works:
            steps = JobSteps(
                self._get_service(),
                self._environ,
                declared=self._declared,
                folder=self._folder,
                clock_offset=self._clock.offset,
            )
            self._jobs = JobWorker(self._store.libpq_url, steps, concurrency=OWN_JOBS)
            self._jobs.start()

    def stop(self) -> None:
        """Take no more jobs, and let another process lead."""
        if self._jobs is not None:
            self._jobs.stop()
        self._leads = False
        self._lock.release()

    def join(self, timeout: float) -> bool:
        """Wait for the jobs that this process does."""
        return self._jobs is None or self._jobs.join(timeout)

    def lead(self) -> bool:
        """Take or keep the lead; return whether this process began to lead."""
        before, service = self._leads, self._get_service()
        if service.ending.is_set():
            return False
        self._read_job_state()
        self._leads = self._lock.acquire()
        if self._leads == before:
            return False
        if not self._leads:
            log.warning("cluster.lead-lost")
            return False
        log.warning("cluster.took-over")
        own = service.read_again(self._environ)
        self._put_in_force(own)
        return True

    def _read_job_state(self) -> None:
        with self._store.reading() as unit:
            self._state = JobState(
                workers=unit.jobs.count_workers(),
                counts=unit.jobs.count(),
                failing=unit.jobs.failed_within(RECENT),
            )

    def _reload(self) -> bool:
        """Read the files again while this process leads; else take what the leader declared."""
        service, watch = self._get_service(), self._config_watch
        if watch is None:
            return False
        if not self._leads:
            found = read_declared(
                self._store, self._environ, known=self._declared, folder=self._folder
            )
            if found is None or found is self._declared:
                return False
            self._declared, service.in_force = found, found.active
            return True
        with self._store.exclusive(ServiceStep.MATCH), self._store.exclusive(ServiceStep.TELL):
            changed = watch.poll()
            if changed:
                publish(self._store, service.in_force.wired)
        return changed

    def _put_in_force(self, wired: CompiledConfiguration) -> None:
        service = self._get_service()
        with self._store.exclusive(ServiceStep.MATCH), self._store.exclusive(ServiceStep.TELL):
            service.put_in_force(wired)
            publish(self._store, wired)

    def _plan_crawls(self) -> int:
        return self._planner.plan_crawls() if self._leads and self._planner else 0

    def _plan_steps(self) -> bool:
        if not self._leads or self._planner is None:
            return False
        self._planner.recover_lost()
        self._planner.plan_steps()
        return True

    def _plan_pruning(self) -> None:
        if self._leads and self._planner is not None:
            self._planner.plan_pruning()  # the job checks whether it is due

    def _get_service(self) -> Service:
        if self._service is None:
            raise RuntimeError("open_service comes first")
        return self._service

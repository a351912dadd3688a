"""Does the step that a job names, on whichever worker takes it.

Each step takes what is due from the database, so that a job that runs twice, late or beside another
does no work twice. A lock in the database keeps a second process from the same step, also where a
job counts as lost and its worker still runs.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from pathlib import Path

from storage.jobs.step_jobs import ServiceStep
from supplierwatch.cluster.declared_configuration import DeclaredConfiguration, read_declared
from supplierwatch.service.crawl_supervisor import CrawlSupervisor
from supplierwatch.service.service import POLL_CHILDREN_EVERY, Service
from supplierwatch.service.ticks import sleep

log = logging.getLogger(__name__)

STOP_GRACE = 8.0  # seconds that a crawl may take to store what it has read
# steps that one process does at a time; deliveries claim each message by itself
EXCLUSIVE = frozenset({ServiceStep.MATCH, ServiceStep.TELL, ServiceStep.INDEX, ServiceStep.PRUNE})


class JobSteps:
    """The steps of a service as functions of a job's arguments.

    Args:
        service: with the store.
        environ: environment variables with secrets.
        declared: the configuration that `service` has.
        folder: where this process has configuration files of its own.
        delivers: whether this worker sends messages.
        clock_offset: returns what is added to the clock of this machine.
    """

    def __init__(
        self,
        service: Service,
        environ: Mapping[str, str],
        *,
        declared: DeclaredConfiguration | None,
        folder: Path | None = None,
        delivers: bool = True,
        clock_offset: Callable[[], timedelta] = timedelta,
    ) -> None:
        self._service = service
        self._environ = environ
        self._declared = declared
        self._folder = folder
        self._delivers = delivers
        self._clock_offset = clock_offset
        self._adopting = threading.Lock()

    def run(self, step: ServiceStep) -> None:
        """Do a step that takes what is due."""
        lock: AbstractContextManager[None] = nullcontext()
        if step in EXCLUSIVE:
            lock = self._service.store.exclusive(step)
        with lock:
            self._adopt_newest()
            self._do(step)

    def crawl(self, run_id: str, keys: Sequence[str]) -> None:
        """Poll the sources that were claimed for a run, in a child process."""
        self._adopt_newest()
        service = self._service
        supervisor = CrawlSupervisor(
            service.store, owner="job", clock=service.clock, clock_offset=self._clock_offset
        )
        try:
            supervisor.start_claimed(service.catalog, run_id, keys)
            while supervisor.busy:
                if service.ending.is_set():
                    supervisor.stop(grace=STOP_GRACE)
                    return
                service.note_events(supervisor.collect())
                sleep(POLL_CHILDREN_EVERY)
            service.note_events(supervisor.collect())
        except BaseException:
            supervisor.stop(grace=STOP_GRACE)
            supervisor.give_up(run_id)
            raise

    def _do(self, step: ServiceStep) -> None:
        service = self._service
        steps: dict[ServiceStep, Callable[[], object]] = {
            ServiceStep.MATCH: service.match,
            ServiceStep.TELL: service.tell,
            ServiceStep.DELIVER: service.deliver,
            ServiceStep.INDEX: service.index,
            ServiceStep.PRUNE: service.pruning.run_if_due,
        }
        steps[step]()

    def _adopt_newest(self) -> None:
        """Take over the newest declared configuration, and the subscribers as they are now."""
        with self._adopting:
            found = read_declared(
                self._service.store,
                self._environ,
                known=self._declared,
                folder=self._folder,
                delivers=self._delivers,
            )
            if found is not None and found is not self._declared:
                log.info("config.adopted version=%d", found.version)
                self._declared = found
                self._service.in_force = found.active
            else:
                self._service.reload_subscribers()

"""Starts crawls of due sources in child processes and supervises them.

A crawl that hangs, crashes or exceeds its memory does not affect the others. The source that was
the cause is not known then: each source whose poll did not finish is polled in a batch of its own,
and one that fails there too is reported, and polled less and less often. Due sources are read from
the database, so sources that fell due during downtime are polled at the next start.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from config.model import Catalog, CrawlSettings, Source
from crawler.jobs.batches import host_of
from crawler.jobs.job import CrawlJob
from crawler.processes.children import Child, spawn
from storage.store import Store
from supplierwatch.health.memory_watch import MemoryWatch
from supplierwatch.service.due_sources import DueSources, build_batches, find_due, is_slow
from supplierwatch.service.source_states import read_states

log = logging.getLogger(__name__)

Event = dict[str, Any]

PAGES_PER_SOURCE = 50
DOWNLOAD_TIMEOUT = timedelta(seconds=30)
CHECK_MEMORY_EVERY = 0.4  # seconds between two checks of the memory of all processes
OVERDUE_GRACE = 2.0  # seconds; the child has already missed its own deadline
LEASE_MARGIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class _RunningCrawl:
    child: Child
    keys: tuple[str, ...]
    hosts: frozenset[str]
    is_suspect: bool
    is_slow: bool
    overdue_at: float  # on the monotonic clock, which a changed wall clock does not move


class CrawlSupervisor:
    """Starts child processes for due sources, and releases the leases that they leave."""

    def __init__(
        self,
        store: Store,
        *,
        owner: str,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        clock_offset: Callable[[], timedelta] = timedelta,
    ) -> None:
        self._store = store
        self._owner = owner
        self._clock = clock
        self._monotonic = monotonic
        self._clock_offset = clock_offset
        self._running: dict[str, _RunningCrawl] = {}
        self._memory = MemoryWatch()
        self._memory_limit = 0
        self._check_memory_at = 0.0
        self._suspects: frozenset[str] = frozenset()  # sources whose last poll did not finish

    @property
    def busy(self) -> bool:
        """Whether any child is running."""
        return bool(self._running)

    def release_open_runs(self) -> int:
        """Release the sources claimed by runs of an earlier process; returns the number of runs.

        On SQLite, which one process has to itself, those are all that are open, also of workers on
        a PostgreSQL that the database was copied from.
        """
        now, ours = self._clock(), f"{self._owner}-"
        with self._store.transaction() as unit:
            left = [
                run
                for run in unit.runs.open()
                if not self._store.shared or run.run_id.startswith(ours)
            ]
            for run in left:
                # the sources may not be the cause: they stay due, without an error
                unit.sources.release(run.run_id, now=now, error=None)
                unit.runs.finish(run.run_id, "crashed", now)
        return len(left)

    def start_due(
        self,
        catalog: Catalog,
        *,
        keys: Collection[str] | None = None,
        even_if_not_due: bool = False,
    ) -> frozenset[str]:
        """Start children for due sources, as many as the settings allow.

        Batches that may last for minutes, of slow kinds or of a source whose last poll did not
        finish, leave one slot to the others, where there is more than one.

        Args:
            catalog: the configuration in force.
            keys: only these sources.
            even_if_not_due: also sources that are not due.

        Returns:
            The keys of the sources whose polls were started.
        """
        slots = catalog.settings.crawl.concurrent_batches
        free = slots - len(self._running)
        if free <= 0:
            return frozenset()
        due = self._find_due(catalog.sources, keys=keys, even_if_not_due=even_if_not_due)
        self._suspects = due.suspects
        suspect_runs = any(run.is_suspect for run in self._running.values())
        lasting = sum(run.is_suspect or run.is_slow for run in self._running.values())
        batches = build_batches(
            due, suspect_runs=suspect_runs, slow_room=max(1, slots - 1) - lasting
        )
        started: set[str] = set()
        self._memory_limit = catalog.settings.crawl.memory_limit_mb
        for batch in batches[:free]:
            if not self._memory.has_room(self._list_pids(), self._memory_limit):
                break
            started |= self._start_batch(
                batch, catalog.settings.crawl, even_if_not_due=even_if_not_due
            )
        return frozenset(started)

    def _list_pids(self) -> list[int]:
        return [run.child.pid for run in self._running.values()]

    def _find_due(
        self, declared: Sequence[Source], *, keys: Collection[str] | None, even_if_not_due: bool
    ) -> DueSources:
        busy = {host for run in self._running.values() for host in run.hosts}
        states = {
            state.key: state for state in read_states(self._store, self._clock()) if state.active
        }
        return find_due(
            declared, states, busy, self._clock(), keys=keys, even_if_not_due=even_if_not_due
        )

    def _start_batch(
        self, batch: Sequence[Source], settings: CrawlSettings, *, even_if_not_due: bool
    ) -> set[str]:
        now = self._clock()
        run_id = f"{self._owner}-{uuid.uuid4().hex[:12]}"
        with self._store.transaction() as unit:
            claimed = unit.sources.claim_due(
                now,
                limit=len(batch),
                owner=run_id,
                lease=settings.batch_deadline + LEASE_MARGIN,
                keys=[source.key for source in batch],
                even_if_not_due=even_if_not_due,
            )
            mine = {state.key for state in claimed}
            if mine:
                unit.runs.start(run_id, sorted(mine), now)
        if not mine:
            return mine
        sources = tuple(source for source in batch if source.key in mine)
        self._spawn(run_id, sources, settings)
        return mine

    def start_claimed(self, catalog: Catalog, run_id: str, keys: Collection[str]) -> bool:
        """Start a child for sources that were claimed for a run; return whether it was started.

        Sources that another run has claimed since, or that are no longer declared, are left out.
        """
        settings = catalog.settings.crawl
        with self._store.transaction() as unit:
            until = self._clock() + settings.batch_deadline + LEASE_MARGIN
            held = unit.sources.renew(run_id, until)
        sources = tuple(source for source in catalog.sources if source.key in {*keys} & {*held})
        if not sources:
            self._release_run(run_id, "finished", error=None)
            return False
        self._memory_limit = settings.memory_limit_mb
        self._spawn(run_id, sources, settings)
        return True

    def give_up(self, run_id: str) -> None:
        """Release what a run still holds, after an error of this process."""
        self._release_run(run_id, "could not be started", error=None)

    def _spawn(self, run_id: str, sources: tuple[Source, ...], settings: CrawlSettings) -> None:
        job = CrawlJob(
            run_id=run_id,
            database_url=self._store.url,
            sources=sources,
            crawl=settings,
            pages_per_source=PAGES_PER_SOURCE,
            deadline=settings.batch_deadline,
            timeout=DOWNLOAD_TIMEOUT,
            clock_offset=self._clock_offset(),
        )
        try:
            child = spawn(job)
        except OSError:
            self.give_up(run_id)
            raise
        keys = tuple(sorted(source.key for source in sources))
        self._running[run_id] = _RunningCrawl(
            child=child,
            keys=keys,
            hosts=frozenset(host_of(source.url) for source in sources),
            is_suspect=not self._suspects.isdisjoint(keys),
            is_slow=any(map(is_slow, sources)),
            overdue_at=self._monotonic() + settings.batch_deadline.total_seconds() + 15,
        )
        log.info("crawl.started run=%s sources=%d", run_id, len(sources))

    def collect(self) -> list[Event]:
        """Return the events of the children since the last call; closes children that ended."""
        events: list[Event] = []
        if self._running and self._monotonic() >= self._check_memory_at:
            self._memory.enforce(self._list_pids(), self._memory_limit)
            self._check_memory_at = self._monotonic() + CHECK_MEMORY_EVERY
        for run_id, run in list(self._running.items()):
            ended = run.child.poll()
            if ended is None and self._monotonic() > run.overdue_at:
                log.error("crawl.overdue run=%s sources=%s", run_id, ",".join(run.keys))
                run.child.terminate(grace=OVERDUE_GRACE)
                ended = run.child.poll()
            events.extend(run.child.events())
            if ended is not None:
                status = "finished" if ended == 0 else f"ended with {ended}"
                left = self._close(run_id, status, error=f"the crawl {status}")
                if left:
                    events.append({"event": "polls.unfinished", "source": None, "sources": left})
        return events

    def _close(self, run_id: str, status: str, *, error: str | None) -> tuple[str, ...]:
        run = self._running.pop(run_id)
        left = self._release_run(run_id, status, error=error)
        log.info("crawl.%s run=%s sources=%d", status.split()[0], run_id, len(run.keys))
        if left and error is not None:
            log.warning("crawl.unfinished run=%s sources=%s", run_id, ",".join(left))
        return left

    def _release_run(self, run_id: str, status: str, *, error: str | None) -> tuple[str, ...]:
        """Release the sources that a run still holds; returns their keys. See `Sources.release`."""
        now = self._clock()
        with self._store.transaction() as unit:
            # the child has released the leases of the sources that it finished
            left = unit.sources.release(run_id, now=now, error=error)
            unit.runs.finish(run_id, status, now)
        return left

    def stop(self, *, grace: float) -> None:
        """Stop every child: terminate, then kill its process group after `grace` seconds."""
        for run in self._running.values():
            run.child.request_stop()
        deadline = self._monotonic() + grace
        for run_id, run in list(self._running.items()):
            run.child.terminate(grace=max(0.0, deadline - self._monotonic()))
            self._close(run_id, "stopped", error=None)  # they are due at the next start

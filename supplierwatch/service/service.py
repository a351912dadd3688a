"""The steps of the service: crawl, match, tell, deliver, index, prune, reload.

Each step takes what is due from the database and may be called at any time, by a tick or by the
step before it; two calls never do the same work twice. `run` decides when each is called.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from alerts.matching import match_pending
from alerts.search.index_filing import index_pending
from config.model import Catalog
from storage.archive.retention import Pruned
from storage.store import Store
from supplierwatch.health.heavy_pages import TEXTS, report_heavy_pages
from supplierwatch.health.outage import update_source_notices
from supplierwatch.service.active_configuration import ActiveConfiguration, declare
from supplierwatch.service.crawl_supervisor import CrawlSupervisor, Event
from supplierwatch.service.steps.delivery_step import DeliveryStep
from supplierwatch.service.steps.pruning_step import PruningStep
from supplierwatch.service.steps.telling_step import TellingStep
from supplierwatch.wiring import CompiledConfiguration, load

log = logging.getLogger(__name__)

MATCH_BATCH = 200
INDEX_ROUND = 2_000  # items in one round
INDEX_PAUSE = 0.02  # seconds between two of its transactions, in which others may write
POLL_CHILDREN_EVERY = 0.1  # seconds


def utc_now() -> datetime:
    """Return the time as an aware UTC datetime."""
    return datetime.now(UTC)


class Service:
    """All steps over one store and one configuration.

    Args:
        wired: the configuration to start with.
        store: open and migrated.
        clock: returns aware UTC datetimes.
        owner: names this process in leases; unique among the services on one database.
        in_force: `wired` as another process has declared it; by default it is declared here.
    """

    def __init__(
        self,
        wired: CompiledConfiguration,
        store: Store,
        *,
        clock: Callable[[], datetime] = utc_now,
        owner: str = "service",
        in_force: ActiveConfiguration | None = None,
    ) -> None:
        # once set, steps begin nothing more
        self.ending = threading.Event()
        # called with the name of a worker at each step of a long round
        self.beat: Callable[[str], None] = lambda worker: None
        self.store = store
        self.clock = clock
        self.owner = owner
        self.crawls = CrawlSupervisor(store, owner=owner, clock=clock)
        self._matching = threading.Lock()
        self._crawling = threading.Lock()
        self._indexing = threading.Lock()
        self.in_force = in_force or declare(self.store, wired, self.clock())
        self.telling = TellingStep(store, lambda: self.in_force.by_group, self._now)
        self.delivery = DeliveryStep(
            store,
            lambda: self.in_force,
            self._now,
            owner=owner,
            ending=lambda: self._is_ending("deliver"),
        )
        self.pruning = PruningStep(
            store,
            lambda: self.catalog.settings.retention,
            self._now,
            ending=lambda: self._is_ending("prune"),
        )

    @property
    def catalog(self) -> Catalog:
        """The configuration that is in force."""
        return self.in_force.wired.catalog

    def take_over(self) -> None:
        """Release what an earlier process left open; call only under the service lock."""
        self.crawls.release_open_runs()
        self.delivery.take_over()

    def crawl(self) -> list[Event]:
        """Start crawls of due sources; returns the events of all crawls since the last call."""
        with self._crawling:
            if self.ending.is_set():
                return []
            self.crawls.start_due(self.catalog)
            return self._collect_events()

    def _collect_events(self) -> list[Event]:
        events = self.crawls.collect()
        self.note_events(events)
        return events

    def note_events(self, events: Sequence[Event]) -> None:
        """Check the events of crawls for outages and heavy pages, and notify the operator."""
        if any(event["event"] in ("source.finished", "polls.unfinished") for event in events):
            update_source_notices(self.store, self.in_force.context, self.clock())
        if too_much := [event for event in events if event["event"] in TEXTS]:
            report_heavy_pages(self.store, self.in_force.context, too_much, self.clock())

    def end(self, *, grace: float) -> None:
        """Begin nothing more, and stop every crawl; kill those that run `grace` seconds longer."""
        self.ending.set()
        with self._crawling:
            self.crawls.stop(grace=grace)

    def match(self) -> int:
        """Match every pending item; returns the number of items."""
        with self._matching:
            return self._match(self.in_force)

    def _match(self, active: ActiveConfiguration) -> int:
        total = 0
        while True:
            self.beat("match")
            done = match_pending(
                self.store,
                active.wired.index,
                active.versions,
                active.audience,
                active.wired.source_names,
                now=self.clock(),
                limit=MATCH_BATCH,
                old_items=active.old_items,
                aside_audience=active.aside_audience,
                groups=active.groups,
            )
            total += done
            if done < MATCH_BATCH or self.ending.is_set():
                return total

    def index(self) -> int:
        """Add items to the full-text index; returns the number, 0 when all are in it.

        Searches read items that are not indexed too, so nothing waits for this.
        """
        with self._indexing:
            total = 0
            while total < INDEX_ROUND and not self.ending.is_set():
                self.beat("index")
                done = index_pending(self.store)
                total += done
                if done == 0:
                    break
                self.ending.wait(INDEX_PAUSE)
            return total

    def tell(self, *, force: Collection[int] = ()) -> int:
        """Write due messages to the outbox; returns the number of messages.

        Args:
            force: ids of subscribers whose digest is composed now, whatever their cadence.
        """
        return self.telling.run(force)

    def deliver(self) -> int:
        """Send due messages of the outbox; returns the number of messages tried."""
        return self.delivery.run()

    def _now(self) -> datetime:
        return self.clock()

    def _is_ending(self, worker: str) -> bool:
        self.beat(worker)
        return self.ending.is_set()

    def run_once(
        self,
        *,
        keys: Collection[str] | None = None,
        even_if_not_due: bool = False,
        progress: Callable[[Event], None] | None = None,
        timeout: timedelta | None = None,
    ) -> list[Event]:
        """Poll the due sources once, then match, tell, deliver and index; returns the crawl events.

        Args:
            keys: only these sources.
            even_if_not_due: poll sources that are not due too.
            progress: called with each event.
            timeout: stop crawls that run longer than this.
        """
        seen: list[Event] = []
        end = None if timeout is None else time.monotonic() + timeout.total_seconds()
        todo = {source.key for source in self.catalog.sources if keys is None or source.key in keys}
        while True:
            with self._crawling:
                started: frozenset[str] = frozenset()
                if todo:
                    started = self.crawls.start_due(
                        self.catalog, keys=todo, even_if_not_due=even_if_not_due
                    )
                todo -= started
                events = self._collect_events()
                idle = not self.crawls.busy
            for event in events:
                seen.append(event)
                if progress is not None:
                    progress(event)
            if idle and not events and not started:
                break
            if end is not None and time.monotonic() > end:
                with self._crawling:
                    self.crawls.stop(grace=5)
                break
            time.sleep(POLL_CHILDREN_EVERY)
        self.match()
        self.tell()
        self.deliver()
        self.index()
        return seen

    def prune(self) -> Pruned:
        """Delete data past its retention time in batches; returns the numbers of deleted rows."""
        return self.pruning.run()

    def read_again(self, environ: Mapping[str, str]) -> CompiledConfiguration:
        """Load the configuration files again without putting them in force.

        Raises:
            ConfigError: the files are invalid or missing.
        """
        return load(self.catalog.folder, environ, previous=self.in_force.wired)

    def put_in_force(self, wired: CompiledConfiguration) -> bool:
        """Replace the configuration in force; returns whether it differs."""
        if wired.catalog.fingerprint == self.catalog.fingerprint:
            return False
        with self._matching, self.telling.lock:
            # items that are pending were stored under the old watches: match them by those
            self._match(self.in_force)
            self.in_force = declare(self.store, wired, self.clock())
            with self.store.transaction() as unit:
                # the edit may have fixed what kept messages from being composed
                unit.quarantine.retry(self.clock(), "tell")
        log.info("config.reloaded folder=%s watches=%d", wired.catalog.folder, len(wired.queries))
        return True

    def reload_subscribers(self) -> None:
        """Read the subscribers from the database again, after one has changed."""
        with self.store.reading() as unit:
            subscribers = unit.subscribers.all()
        self.in_force = self.in_force.with_subscribers(subscribers)

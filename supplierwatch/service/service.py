"""The jobs of the service: crawl, match, tell, deliver, index, prune, reload.

Each job takes what is due from the database and may be called at any time, by a tick or by the
job before it; two calls never do the same work twice. `run` decides when each is called.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta

from alerts.digest.share_of_voice import SupplierIndex
from alerts.dispatch.alarms import alarms_due
from alerts.dispatch.cut import cut_due
from alerts.dispatch.delivery import Outcome, deliver_due
from alerts.dispatch.welcome import welcome_due
from alerts.matching import match_pending
from alerts.search.index_filing import index_pending
from config.model import Catalog
from storage.archive.retention import Pruned
from storage.store import Store
from supplierwatch.health.heavy_pages import TEXTS, tell_of_pages
from supplierwatch.health.outage import look
from supplierwatch.health.pauses import tell_of_pauses
from supplierwatch.health.quarantine_mail import tell_of_quarantined
from supplierwatch.service.active_configuration import ActiveConfiguration, declare
from supplierwatch.service.crawl_supervisor import CrawlSupervisor, Event
from supplierwatch.service.pruning import prune_all
from supplierwatch.wiring import CompiledConfiguration, load

log = logging.getLogger(__name__)

MATCH_BATCH = 200
DELIVERY_BATCH = 50
INDEX_ROUND = 2_000  # items in one round
INDEX_PAUSE = 0.02  # seconds between two of its transactions, in which others may write
PRUNE_EVERY = 6 * 3600.0  # seconds
ALARM_EVERY = 300.0  # seconds between checks for unusual or missing coverage
POLL_CHILDREN_EVERY = 0.1  # seconds


def utc_now() -> datetime:
    """Return the time as an aware UTC datetime."""
    return datetime.now(UTC)


class Service:
    """All jobs over one store and one configuration.

    Args:
        wired: the configuration to start with.
        store: open and migrated.
        clock: returns aware UTC datetimes.
        owner: names this process in leases; unique among the services on one database.
    """

    def __init__(
        self,
        wired: CompiledConfiguration,
        store: Store,
        *,
        clock: Callable[[], datetime] = utc_now,
        owner: str = "service",
    ) -> None:
        # once set, jobs begin nothing more
        self.ending = threading.Event()
        # called with the name of a worker at each step of a long round
        self.beat: Callable[[str], None] = lambda worker: None
        self._clock_doubted_until = 0.0
        # alerts wait until nothing more has been found for that long
        self.settling = timedelta(0)
        self.store = store
        self.clock = clock
        self.owner = owner
        self.crawls = CrawlSupervisor(store, owner=owner, clock=clock)
        self._matching = threading.Lock()
        self._telling = threading.Lock()
        self._delivering = threading.Lock()
        self._unwritten: list[Outcome] = []
        self._pruned_at: float | None = None
        self._alarmed_at: float | None = None
        self._voices = SupplierIndex()
        self._crawling = threading.Lock()
        self._indexing = threading.Lock()
        self.in_force = declare(self.store, wired, self.clock())

    @property
    def catalog(self) -> Catalog:
        """The configuration that is in force."""
        return self.in_force.wired.catalog

    def take_over(self) -> None:
        """Release the leases of an earlier process; call only under the service lock.

        On a database shared with other machines, only the message leases of this machine.
        """
        self.crawls.close_left_open()
        alone = self.store.url.startswith("sqlite")
        with self.store.transaction() as unit:
            left = unit.outbox.give_up_leases(
                f"{self.owner}-" if alone else self._lease_owner(), self.clock()
            )
        if left:
            log.warning("delivery.taken-over messages=%d", left)

    def _lease_owner(self, process: int | None = None) -> str:
        return f"{self.owner}-{socket.gethostname()}-{process or ''}"

    def crawl(self) -> list[Event]:
        """Start crawls of due sources; returns the events of all crawls since the last call."""
        with self._crawling:
            if self.ending.is_set():
                return []
            self.crawls.start_due(self.catalog)
            return self._collect_events()

    def _collect_events(self) -> list[Event]:
        events = self.crawls.collect()
        if any(event["event"] in ("source.finished", "polls.unfinished") for event in events):
            look(self.store, self.in_force.context, self.clock())
        if too_much := [event for event in events if event["event"] in TEXTS]:
            tell_of_pages(self.store, self.in_force.context, too_much, self.clock())
        return events

    def end(self, *, grace: float) -> None:
        """Begin nothing more, and stop every crawl; kill those that run `grace` seconds longer."""
        self.ending.set()
        with self._crawling:
            self.crawls.stop(grace=grace)

    def match(self) -> int:
        """Match every pending item; returns the number of items."""
        with self._matching:
            return self._match(self.in_force)

    def _match(self, now_in_force: ActiveConfiguration) -> int:
        total = 0
        while True:
            self.beat("match")
            done = match_pending(
                self.store,
                now_in_force.wired.index,
                now_in_force.versions,
                now_in_force.audience,
                now_in_force.wired.source_names,
                now=self.clock(),
                limit=MATCH_BATCH,
                old_items=now_in_force.old_items,
                aside_audience=now_in_force.aside_audience,
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
        with self._telling:
            context, now = self.in_force.context, self.clock()
            failures: list[Exception] = []

            def run_part(part: Callable[[], int]) -> int:
                try:
                    return part()
                except Exception as error:
                    # the other parts still run; the worker gets the exception afterwards
                    log.exception("telling.part-failed")
                    failures.append(error)
                    return 0

            written = run_part(lambda: welcome_due(self.store, context, now=now))
            written += run_part(
                lambda: cut_due(
                    self.store,
                    context,
                    now=now,
                    force=force,
                    voices=self._voices,
                    settling=self.settling,
                )
            )
            if self._alarmed_at is None or time.monotonic() - self._alarmed_at >= ALARM_EVERY:
                self._alarmed_at = time.monotonic()
                written += run_part(lambda: alarms_due(self.store, context, self._voices, now=now))
            written += run_part(lambda: tell_of_quarantined(self.store, context, now))
            if failures:
                raise failures[0]
            return written

    def deliver(self) -> int:
        """Send due messages of the outbox; returns the number of messages tried."""
        with self._delivering:
            total = 0
            while True:
                done = deliver_due(
                    self.store,
                    self.in_force.channels,
                    now=self.clock,
                    owner=self._lease_owner(os.getpid()),
                    limit=DELIVERY_BATCH,
                    ending=self._is_ending_delivery,
                    unwritten=self._unwritten,
                )
                total += done
                if done < DELIVERY_BATCH or self.ending.is_set():
                    break
            if total:
                tell_of_pauses(self.store, self.in_force.context, self.clock())
            return total

    def _is_ending_delivery(self) -> bool:
        self.beat("deliver")  # called before each message
        return self.ending.is_set()

    def _is_ending_pruning(self) -> bool:
        self.beat("prune")  # called before each batch
        return self.ending.is_set()

    def doubt_clock(self, seconds: float) -> None:
        """Prune nothing for the next `seconds`: the wall clock has jumped far ahead."""
        self._clock_doubted_until = time.monotonic() + seconds

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

    def prune_if_due(self) -> None:
        """Prune if any retention is configured and the last time was `PRUNE_EVERY` ago."""
        retention, now = self.catalog.settings.retention, time.monotonic()
        if retention.texts is None and retention.mentions is None and retention.raw is None:
            return
        if now < self._clock_doubted_until:
            return
        if self._pruned_at is None or now - self._pruned_at >= PRUNE_EVERY:
            self.prune()
            self._pruned_at = now

    def prune(self) -> Pruned:
        """Delete data past its retention time in batches; returns the numbers of deleted rows."""
        total = prune_all(
            self.store,
            self.catalog.settings.retention,
            self.clock(),
            ending=self._is_ending_pruning,
        )
        if not total.nothing:
            log.info(
                "pruned texts=%d versions=%d mentions=%d messages=%d raw=%d",
                *(total.texts, total.versions, total.mentions, total.messages, total.raw),
            )
        return total

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
        with self._matching, self._telling:
            # items that are pending were stored under the old watches: match them by those
            self._match(self.in_force)
            self.in_force = declare(self.store, wired, self.clock())
            with self.store.transaction() as unit:
                # the edit may have fixed what kept messages from being composed
                unit.quarantine.retry(self.clock(), "tell")
        log.info("config.reloaded folder=%s watches=%d", wired.catalog.folder, len(wired.queries))
        return True

    def audience_changed(self) -> None:
        """Read the subscribers from the database again, after one has changed."""
        with self.store.reading() as unit:
            subscribers = unit.subscribers.all()
        self.in_force = self.in_force.with_subscribers(subscribers)

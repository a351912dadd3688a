"""The service's work: crawl, match, tell, deliver, re-read the configuration.

Each job takes what is due from the database and may be called at any time, by a tick or by the
job before it; two calls never do the same work twice. When something is called is decided in
`schedule`.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from alerts.channels import Channel, open_channels
from alerts.digest.share_of_voice import SupplierIndex
from alerts.dispatch.alarms import alarms_due
from alerts.dispatch.cut import TellingContext, cut_due
from alerts.dispatch.delivery import Outcome, deliver_due
from alerts.dispatch.welcome import welcome_due
from alerts.matching import match_pending
from alerts.search.index_filing import index_pending
from config.model import Catalog
from storage.archive.retention import Pruned
from storage.model import Subscriber, WatchVersion
from storage.store import Store
from storage.telling.watches import WatchText
from supplierwatch.health.heavy_pages import TEXTS, tell_of_pages
from supplierwatch.health.outage import look
from supplierwatch.health.pauses import tell_of_pauses
from supplierwatch.health.quarantine_mail import tell_of_quarantined
from supplierwatch.service.crawl_supervisor import CrawlSupervisor, Event
from supplierwatch.service.pruning import prune_all
from supplierwatch.wiring import CompiledConfiguration, load, watches_of

log = logging.getLogger(__name__)

MATCH_BATCH = 200
DELIVERY_BATCH = 50
INDEX_ROUND = 2_000  # items filed before the worker shows that it is alive
INDEX_PAUSE = 0.02  # seconds between two transactions of it, in which others may write
PRUNE_EVERY = 6 * 3600.0  # seconds
ALARM_EVERY = 300.0  # seconds between looks at what is unusual or missing
POLL_CHILDREN_EVERY = 0.1  # seconds


def utc_now() -> datetime:
    """The wall clock, aware and in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveConfiguration:
    """One configuration with what the database knows of it; replaced whole, never changed."""

    wired: CompiledConfiguration
    versions: Mapping[str, WatchVersion]
    audience: Mapping[str, tuple[int, ...]]
    context: TellingContext
    channels: Mapping[str, Channel]


class Service:
    """All jobs over one store and one configuration.

    Args:
        wired: the configuration to start with.
        store: open and migrated.
        clock: gives aware UTC datetimes.
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
        # once it is set, jobs leave what they have not begun to the next start
        self.ending = threading.Event()
        # called with the name of a worker when it got on with a long round
        self.beat: Callable[[str], None] = lambda worker: None
        self._doubted_until = 0.0
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
        self.in_force = self._declare(wired)

    @property
    def catalog(self) -> Catalog:
        """The configuration that is in force."""
        return self.in_force.wired.catalog

    def take_over(self) -> None:
        """Close what an earlier life of this service left open; only under the service lock.

        On a database that other machines share, only what this machine left.
        """
        self.crawls.close_left_open()
        alone = self.store.url.startswith("sqlite")
        with self.store.transaction() as unit:
            left = unit.outbox.give_up_leases(
                f"{self.owner}-" if alone else self._sender(), self.clock()
            )
        if left:
            log.warning("delivery.taken-over messages=%d", left)

    def _sender(self, process: int | None = None) -> str:
        return f"{self.owner}-{socket.gethostname()}-{process or ''}"

    def crawl(self) -> list[Event]:
        """Start what is due and hear what the children say."""
        with self._crawling:
            if self.ending.is_set():
                return []
            self.crawls.start_due(self.catalog)
            return self._heard()

    def _heard(self) -> list[Event]:
        said = self.crawls.collect()
        if any(event["event"] in ("source.finished", "polls.unfinished") for event in said):
            look(self.store, self.in_force.context, self.clock())
        if too_much := [event for event in said if event["event"] in TEXTS]:
            tell_of_pages(self.store, self.in_force.context, too_much, self.clock())
        return said

    def end(self, *, grace: float) -> None:
        """Begin nothing more; end every crawl, killed where it lasts longer than `grace`."""
        self.ending.set()
        with self._crawling:
            self.crawls.stop(grace=grace)

    def match(self) -> int:
        """Match every item that waits for it; returns how many."""
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
            )
            total += done
            if done < MATCH_BATCH or self.ending.is_set():
                return total

    def index(self) -> int:
        """File items in the index of the archive; returns how many, 0 when all are in it.

        Searches look at what is not filed, so nothing waits for this.
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
        """Write the messages that are due to the outbox; returns how many.

        `force` names subscribers whose digest is cut now, whatever their cadence.
        """
        with self._telling:
            context, now = self.in_force.context, self.clock()
            failures: list[Exception] = []

            def do(part: Callable[[], int]) -> int:
                try:
                    return part()
                except Exception as error:
                    # the others are still told; the worker hears of it when all are done
                    log.exception("telling.part-failed")
                    failures.append(error)
                    return 0

            told = do(lambda: welcome_due(self.store, context, now=now))
            told += do(
                lambda: cut_due(self.store, context, now=now, force=force, voices=self._voices)
            )
            if self._alarmed_at is None or time.monotonic() - self._alarmed_at >= ALARM_EVERY:
                self._alarmed_at = time.monotonic()
                told += do(lambda: alarms_due(self.store, context, self._voices, now=now))
            told += do(lambda: tell_of_quarantined(self.store, context, now))
            if failures:
                raise failures[0]
            return told

    def deliver(self) -> int:
        """Send what is due in the outbox; returns how many messages were tried."""
        with self._delivering:
            total = 0
            while True:
                done = deliver_due(
                    self.store,
                    self.in_force.channels,
                    now=self.clock,
                    owner=self._sender(os.getpid()),
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
        self.beat("deliver")  # asked before each message
        return self.ending.is_set()

    def _is_ending_pruning(self) -> bool:
        self.beat("prune")  # asked before each batch
        return self.ending.is_set()

    def doubt_clock(self, seconds: float) -> None:
        """Let nothing go by its age for so long: the wall clock has just jumped far ahead."""
        self._doubted_until = time.monotonic() + seconds

    def run_once(
        self,
        *,
        keys: Collection[str] | None = None,
        even_if_not_due: bool = False,
        progress: Callable[[Event], None] | None = None,
        timeout: timedelta | None = None,
    ) -> list[Event]:
        """Poll the due sources once, then match, tell and deliver; returns what the crawls said.

        Args:
            keys: only these sources.
            even_if_not_due: poll them although their time has not come.
            progress: called with each event as it comes.
            timeout: stop waiting for crawls after this long.
        """
        said: list[Event] = []
        end = None if timeout is None else time.monotonic() + timeout.total_seconds()
        todo = {source.key for source in self.catalog.sources if keys is None or source.key in keys}
        while True:
            with self._crawling:
                started = self.crawls.start_due(
                    self.catalog, keys=todo, even_if_not_due=even_if_not_due
                )
                todo -= started
                events = self._heard()
                idle = not self.crawls.busy
            for event in events:
                said.append(event)
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
        return said

    def prune_now_and_then(self) -> None:
        """Prune, if that was long ago and anything is to be let go at all."""
        kept, now = self.catalog.settings.retention, time.monotonic()
        if kept.texts is None and kept.mentions is None and kept.raw is None:
            return
        if now < self._doubted_until:
            return
        if self._pruned_at is None or now - self._pruned_at >= PRUNE_EVERY:
            self.prune()
            self._pruned_at = now

    def prune(self) -> Pruned:
        """Let go of what has been kept for its time, a little at a time; returns what went."""
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
        """The configuration files as they are now; nothing is in force by that.

        Raises:
            ConfigError: the files are broken or gone.
        """
        return load(self.catalog.folder, environ, previous=self.in_force.wired)

    def put_in_force(self, wired: CompiledConfiguration) -> bool:
        """Go on with another configuration; returns whether it is another one."""
        if wired.catalog.fingerprint == self.catalog.fingerprint:
            return False
        with self._matching, self._telling:
            # what waits was found under the watches as they stood: it is matched by them
            self._match(self.in_force)
            self.in_force = self._declare(wired)
            with self.store.transaction() as unit:
                # what kept messages from being made may be what was mended
                unit.quarantine.retry(self.clock(), "tell")
        log.info("config.reloaded folder=%s watches=%d", wired.catalog.folder, len(wired.queries))
        return True

    def audience_changed(self) -> None:
        """Tell from now on whom the database says is to be told."""
        with self.store.reading() as unit:
            subscribers = unit.subscribers.all()
        present = self.in_force
        self.in_force = replace(present, audience=_audience(present.wired, subscribers))

    def _declare(self, wired: CompiledConfiguration) -> ActiveConfiguration:
        now = self.clock()
        catalog = wired.catalog
        texts = [
            WatchText(
                key=watch.key,
                query=wired.queries[watch.key].canonical,
                fingerprint=wired.queries[watch.key].fingerprint,
                was=watch.was,
            )
            for watch in catalog.watches
        ]
        with self.store.transaction() as unit:
            unit.sources.declare([s for s in catalog.sources if s.enabled], now)
            versions = unit.watches.declare(texts, now)
            subscribers = unit.subscribers.declare(catalog.subscriptions, now)
            unit.controls.make_key()
            for channel in unit.outbox.paused():
                # what stopped it may be what was mended; a login that still fails stops it again
                unit.outbox.resume(channel)
        return ActiveConfiguration(
            wired=wired,
            versions=versions,
            audience=_audience(wired, subscribers),
            context=TellingContext.of(catalog, wired.queries),
            channels=open_channels(catalog.settings),
        )


def _audience(
    wired: CompiledConfiguration, subscribers: Collection[Subscriber]
) -> dict[str, tuple[int, ...]]:
    """Watch key -> the subscribers that are told of its mentions."""
    told_by: dict[str, tuple[str, ...]] = {
        subscription.key: watches_of(subscription, wired.catalog.watches)
        for subscription in wired.catalog.subscriptions
    }
    audience: dict[str, tuple[int, ...]] = {}
    for subscriber in subscribers:
        for watch in told_by.get(subscriber.subscription_key, ()):
            audience[watch] = (*audience.get(watch, ()), subscriber.subscriber_id)
    return audience

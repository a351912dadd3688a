"""Runs the service: threads, ticks that wake them, the web service, orderly shutdown.

Ticks only wake workers: what is due is read from the database, so a tick that is missed, late or
doubled changes nothing. A worker that did something wakes the next one at once.
"""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

from storage.engine.service_lock import ServiceLock
from storage.store import Store, open_store
from supplierwatch import wiring
from supplierwatch.desk import site
from supplierwatch.health.database_loss import refuse_lost
from supplierwatch.health.health import Audience, Health
from supplierwatch.health.heap import limit_arenas
from supplierwatch.health.recent_errors import RecentErrors
from supplierwatch.service.desk_source import ServiceSource, make_first_link
from supplierwatch.service.engines import StepEngine, ThreadEngine
from supplierwatch.service.hubs import HubCallbacks, HubSubscriber
from supplierwatch.service.reader_requests import ReaderRequestHandler
from supplierwatch.service.service import Service
from supplierwatch.service.signals import stop_on_signal
from supplierwatch.service.ticks import Ticks, wait_for
from supplierwatch.service.watch_feeds import WatchFeeds
from supplierwatch.service.watchdog import Watchdog
from supplierwatch.service.worker import Worker
from supplierwatch.web.server import WebServer

log = logging.getLogger(__name__)

Started = Callable[[Service, str | None], None]

STOP_WITHIN = 12.0  # seconds; service managers kill at 15 or later
CHILD_GRACE = 8.0
SETTLING = timedelta(seconds=5)  # mentions found within it share one alert
# seconds between ticks of each worker
EVERY = {
    "crawl": 0.5,
    "match": 2.0,
    "tell": 2.0,
    "deliver": 2.0,
    "reload": 0.1,
    "index": 5.0,
    "feeds": 15.0,
    "check": 2.0,
    "hubs": 5.0,
    # with jobs on PostgreSQL: leader election, and planning
    "lead": 1.0,
    "plan": 1.0,
    "prune": 120.0,  # shows that the worker responds; it prunes every few hours
}


def run_service(
    folder: Path,
    environ: Mapping[str, str],
    *,
    started: Started | None = None,
    choose_engine: Callable[[Store], StepEngine] = lambda store: ThreadEngine(),
    desk_note: str = "",
) -> None:
    """Run until SIGTERM or SIGINT; stops within 15 seconds of it.

    Args:
        folder: of the configuration.
        environ: environment variables with secrets and overrides.
        started: called once everything runs, with the link that makes the first user of the desk,
            while there is none.
        choose_engine: returns the engine that runs the steps on a database.
        desk_note: a sentence at the top of each page of the desk.

    Raises:
        ConfigInvalid: nothing was started.
        AlreadyRunning: another service holds the data folder.
        StorageError: the database cannot be used, or was lost while the service ran.
        ListenRefused: the address of the HTTP service cannot be bound.
    """
    wired = wiring.load(folder, environ)
    settings = wired.catalog.settings
    settings.service.data.mkdir(parents=True, exist_ok=True)
    with ServiceLock(settings.service.data) as lock:
        refuse_lost(settings.service.data, sqlite_path(settings.service.database_url))
        store = open_store(
            settings.service.database_url, backup_dir=settings.service.data / "backups"
        )
        try:
            for warning in wired.warnings:
                log.warning("config.warning %s", warning)
            engine = choose_engine(store)
            service = engine.open_service(wired, store, environ)
            service.telling.settling = SETTLING
            # thousands of compiled watches stay: tracing them took a third of the time of an edit
            gc.freeze()
            _run(service, engine, lock, environ, started, desk_note)
        finally:
            store.close()


def _run(
    service: Service,
    engine: StepEngine,
    lock: ServiceLock,
    environ: Mapping[str, str],
    started: Started | None,
    desk_note: str,
) -> None:
    limit_arenas()
    errors = RecentErrors()
    logging.getLogger().addHandler(errors)
    stopping = service.ending
    health = Health(service, audience=lambda: audience_of(service))
    service.beat = health.beat
    watch_feeds = WatchFeeds(service)
    subscriber = HubSubscriber(service)
    hubs = Worker("hubs", subscriber.run, health, stopping)
    web = WebServer(
        health.report,
        listen=service.catalog.settings.service.listen,
        readers=ReaderRequestHandler(service),
        feeds=watch_feeds,
        hub_handler=HubCallbacks(service, hubs.wake),
        desk=site.routes(ServiceSource(service, health.report, environ, errors, note=desk_note)),
    )
    watchdog = Watchdog(service, health, lock)
    health.add_check(watchdog.reasons)
    health.add_detail("web", web.numbers)
    health.add_detail("hubs", subscriber.count_by_state)
    health.add_detail("clock", watchdog.clock_numbers)
    feeds = Worker("feeds", watch_feeds.write, health, stopping)
    steps = engine.build_workers(health, (feeds,))
    deliver = tuple(worker for worker in steps if worker.name == "deliver")
    hubs.wakes = tuple(worker for worker in steps if worker.name in ("crawl", "plan"))
    check = Worker("check", watchdog.check, health, stopping, wakes=deliver)
    workers = {worker.name: worker for worker in (*steps, feeds, hubs, check)}
    web.start()
    stop_on_signal(stopping, "service")
    ticks = Ticks(
        {name: worker.wake for name, worker in workers.items()},
        {name: EVERY[name] for name in workers},
        on_jump=watchdog.note_jump,
    )
    for worker in workers.values():
        worker.start()
    ticks.start()
    engine.start()
    log.info(
        "service.started sources=%d watches=%d",
        len(service.catalog.sources),
        len(service.catalog.watches),
    )
    if started is not None:
        started(service, make_first_link(service, web.address))
    try:
        while not wait_for(stopping, 3600.0):
            pass
    finally:
        engine.stop()
        _stop_all(ticks, tuple(workers.values()), service, web)
        engine.join(STOP_WITHIN / 2)
        logging.getLogger().removeHandler(errors)
    if watchdog.lost is not None:
        raise watchdog.lost


def audience_of(service: Service) -> Audience:
    """Return which subscriptions get scheduled digests, and which alerts without quiet hours."""
    subscriptions = service.catalog.subscriptions
    return Audience(
        digests=tuple(s.key for s in subscriptions if s.cadence.kind != "immediate"),
        alerts=tuple(
            s.key for s in subscriptions if s.cadence.kind == "immediate" and s.quiet_hours is None
        ),
    )


def sqlite_path(url: str) -> Path | None:
    """Return the file of a SQLite URL; None for other databases."""
    scheme, _, path = url.partition(":///")
    return Path(path.partition("?")[0]) if scheme.startswith("sqlite") and path else None


def _stop_all(ticks: Ticks, workers: tuple[Worker, ...], service: Service, web: WebServer) -> None:
    end = time.monotonic() + STOP_WITHIN
    ticks.stop()
    web.stop()
    service.end(grace=CHILD_GRACE)
    for worker in workers:
        if not worker.join(max(0.1, end - time.monotonic())):
            # a message may be half sent: its lease is taken over at the next start
            log.warning("service.stop worker=%s still busy", worker.name)
    log.info("service.stopped")

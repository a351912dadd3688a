"""Runs the service: ticks by APScheduler, a thread for each kind of work, an orderly end.

Ticks only wake workers: what is due is read from the database, so a tick that is missed, late or
doubled changes nothing. A worker that finishes something wakes the next at once.
"""

from __future__ import annotations

import gc
import logging
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from storage.lock import ServiceLock
from storage.store import open_store
from supplierwatch import wiring
from supplierwatch.feeds import FeedDesk
from supplierwatch.health import Health
from supplierwatch.jobs import Service
from supplierwatch.readers import ReadersDesk
from supplierwatch.reload import ConfigWatch
from supplierwatch.web.server import WebServer

log = logging.getLogger(__name__)

STOP_WITHIN = 12.0  # seconds; service managers kill at 15 or later
CHILD_GRACE = 8.0
BACK_OFF = (1.0, 2.0, 5.0, 15.0, 30.0)  # seconds to wait after failures in a row


@dataclass(slots=True)
class Worker:
    """A thread that does `work` whenever it is woken; a failure is logged and tried again."""

    name: str
    work: Callable[[], object]
    health: Health
    stopping: threading.Event
    wakes: tuple[Worker, ...] = ()
    _woken: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread; the first round begins at once."""
        self._woken.set()
        self.health.began(self.name)
        self._thread = threading.Thread(target=self._loop, name=self.name, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Have another round done as soon as the present one ends."""
        self._woken.set()

    def join(self, timeout: float) -> bool:
        """Wait for the thread; returns whether it has ended."""
        self.wake()
        if self._thread is not None:
            self._thread.join(timeout)
            return not self._thread.is_alive()
        return True

    def _loop(self) -> None:
        failures = 0
        while not self.stopping.is_set():
            self._woken.wait()
            self._woken.clear()
            if self.stopping.is_set():
                return
            try:
                did = self.work()
            except Exception as error:
                wait = BACK_OFF[min(failures, len(BACK_OFF) - 1)]
                failures += 1
                log.exception(
                    "worker.failed name=%s failures=%d wait=%.0fs", self.name, failures, wait
                )
                self.health.failed(self.name, error)
                self.stopping.wait(wait)
                self._woken.set()
                continue
            failures = 0
            self.health.worked(self.name)
            if did:
                for worker in self.wakes:
                    worker.wake()


def run_service(
    folder: Path, environ: Mapping[str, str], *, started: Callable[[Service], None] | None = None
) -> None:
    """Run until SIGTERM or SIGINT; ends within 15 seconds of it.

    Args:
        folder: the configuration.
        environ: secrets and overrides.
        started: called once everything runs.

    Raises:
        ConfigInvalid: nothing was started.
        AlreadyRunning: another service holds the data folder.
        StorageError: the database cannot be used.
        ListenRefused: the address of the web page is taken.
    """
    wired = wiring.load(folder, environ)
    settings = wired.catalog.settings
    settings.service.data.mkdir(parents=True, exist_ok=True)
    with ServiceLock(settings.service.data):
        store = open_store(
            settings.service.database_url, backup_dir=settings.service.data / "backups"
        )
        try:
            for warning in wired.warnings:
                log.warning("config.warning %s", warning)
            service = Service(wired, store)
            service.take_over()
            # ten thousand compiled watches stay: walking them took a third of each edit's time
            gc.freeze()
            _run(service, environ, started)
        finally:
            store.close()


def _run(
    service: Service, environ: Mapping[str, str], started: Callable[[Service], None] | None
) -> None:
    stopping = service.ending
    health = Health(service)
    config_watch = ConfigWatch(service, environ)

    deliver = Worker("deliver", service.deliver, health, stopping)
    tell = Worker("tell", service.tell, health, stopping, wakes=(deliver,))
    feed_desk = FeedDesk(service)
    feeds = Worker("feeds", feed_desk.write, health, stopping)
    match = Worker("match", service.match, health, stopping, wakes=(tell, feeds))
    index = Worker("index", service.index, health, stopping)
    index.wakes = (index,)  # round after round until all is filed
    crawl = Worker("crawl", service.crawl, health, stopping, wakes=(match,))
    reload = Worker("reload", config_watch.poll, health, stopping, wakes=(crawl, match))
    prune = Worker("prune", service.prune_now_and_then, health, stopping)
    workers = (deliver, tell, match, index, crawl, reload, prune, feeds)

    web = WebServer(
        health.report,
        listen=service.catalog.settings.service.listen,
        readers=ReadersDesk(service),
        feeds=feed_desk,
    )
    web.start()
    _stop_on_signal(stopping)
    scheduler = _ticks(
        crawl=crawl,
        match=match,
        tell=tell,
        deliver=deliver,
        index=index,
        reload=reload,
        prune=prune,
        feeds=feeds,
    )
    for worker in workers:
        worker.start()
    scheduler.start()
    log.info(
        "service.started sources=%d watches=%d",
        len(service.catalog.sources),
        len(service.catalog.watches),
    )
    if started is not None:
        started(service)
    try:
        while not stopping.wait(1.0):
            pass
    finally:
        _stop(scheduler, workers, service, web)


def _ticks(**workers: Worker) -> BackgroundScheduler:
    scheduler = BackgroundScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(1)},
        # a tick that comes late is still a tick; ten missed ones are one
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        timezone="UTC",
    )
    every = {"crawl": 0.5, "match": 2.0, "tell": 2.0, "deliver": 2.0, "reload": 0.1, "index": 5.0}
    every["feeds"] = 15.0
    every["prune"] = 120.0  # so that it is seen to live; it does its work every few hours
    for name, worker in workers.items():
        scheduler.add_job(worker.wake, "interval", seconds=every[name], id=name)
    return scheduler


def _stop_on_signal(stopping: threading.Event) -> None:
    def stop(signum: int, _frame: FrameType | None) -> None:
        log.info("service.stopping signal=%s", signal.Signals(signum).name)
        stopping.set()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)


def _stop(
    scheduler: BackgroundScheduler, workers: tuple[Worker, ...], service: Service, web: WebServer
) -> None:
    end = time.monotonic() + STOP_WITHIN
    scheduler.shutdown(wait=False)
    web.stop()
    service.end(grace=CHILD_GRACE)
    for worker in workers:
        if not worker.join(max(0.1, end - time.monotonic())):
            # a message may be on the wire: its lease says so, and the next start looks into it
            log.warning("service.stop worker=%s still busy", worker.name)
    log.info("service.stopped")

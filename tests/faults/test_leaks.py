"""Round after round of the service's work, and request after request: nothing grows."""

from __future__ import annotations

import gc
import http.client
import os
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.store import open_store
from supplierwatch.health.health import Health
from supplierwatch.service.reader_requests import ReaderRequestHandler
from supplierwatch.service.service import Service
from supplierwatch.service.watch_feeds import WatchFeeds
from supplierwatch.web.server import WebServer
from supplierwatch.wiring import load
from tests.supplierwatch.instance import an_article
from tests.support.services import Installation, an_installation, own_words, publish
from tests.support.site import FakeSite

CRAWLS = 4
ROUNDS = 150
WARM_UP = 50  # caches fill, and the allocator takes what it keeps
REQUESTS = 3  # in each round
MAX_GROWTH = 8 * 1024 * 1024  # bytes in a hundred rounds; a hundredth of that for each


def descriptors() -> int:
    """How many are open, the one that lists them included."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def resident() -> int:
    """Bytes of memory in use that belong to no file."""
    gc.collect()
    pages = Path("/proc/self/statm").read_text().split()
    return (int(pages[1]) - int(pages[2])) * os.sysconf("SC_PAGE_SIZE")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Installation]:
    with FakeSite() as site:
        publish(site, 2)
        yield an_installation(tmp_path, site)


@pytest.mark.long
def test_descriptors_threads_and_memory_stay_over_many_rounds(place: Installation) -> None:
    wired = load(place.config, {})
    place.data.mkdir(exist_ok=True)
    store = open_store(wired.catalog.settings.service.database_url)
    service = Service(wired, store, owner="test")
    health = Health(service)
    web = WebServer(
        health.report,
        listen="127.0.0.1:0",
        readers=ReaderRequestHandler(service),
        feeds=WatchFeeds(service),
    )
    web.start()
    assert web.address is not None
    address = web.address
    try:
        for _ in range(CRAWLS):
            service.run_once(even_if_not_due=True)
        before = (descriptors(), threading.active_count())
        for _ in range(CRAWLS):
            service.run_once(even_if_not_due=True)
        assert (descriptors(), threading.active_count()) == before

        def work(number: int) -> None:
            article = an_article(
                f"story-{number}",
                source_key="outlet",
                title=f"Halcyon says {number}",
                body=own_words(number),
            )
            with store.transaction() as unit:
                unit.items.put(article, now=datetime.now(UTC), baseline=False)
            service.match()
            service.tell()
            service.deliver()
            service.index()
            for _ in range(REQUESTS):
                with closing(http.client.HTTPConnection(*address, timeout=60)) as asked:
                    asked.request("GET", "/health")
                    assert asked.getresponse().read()

        for number in range(WARM_UP):
            work(number)
        before = (descriptors(), threading.active_count())
        begun = resident()
        for number in range(WARM_UP, ROUNDS):
            work(number)
        grown = resident() - begun
        after = (descriptors(), threading.active_count())
        assert after[0] <= before[0] + 2, "one request may be closing still"
        assert after[1] <= before[1]
        assert grown < MAX_GROWTH, f"{grown} bytes in {ROUNDS - WARM_UP} rounds"
        assert store.connections_in_use() == 0
    finally:
        web.stop()
        service.end(grace=5)
        store.close()

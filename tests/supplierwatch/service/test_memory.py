"""What is declared as memory is kept by the service and all its crawls together. Rows 24 and 26."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import brotli
import pytest

from crawler.processes.memory_use import MB
from storage.model import TextState
from supplierwatch.health.memory_watch import MemoryWatch
from tests.support.content.pdfs import a_pdf
from tests.support.measuring.held import Held
from tests.support.services import an_installation, publish
from tests.support.site import FEED_TYPE, Entry, FakeSite, answer, feed

DECLARED = 512  # the default
HOSTS = tuple(f"127.0.0.{n}" for n in range(2, 34))
FOR = 60.0  # seconds, unless all bombs have gone off before


def bombs() -> Mapping[str, bytes]:
    """Pages that take memory."""
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    return {
        "paragraphs": b"<html><body>" + b"<p>" * 4_900_000,
        "links": b"<html><body>" + b"<a>" * 4_900_000,
        "line": b"<html><body>" + b"word " * 2_000_000,
        "deep": b"<div>" * 50_000 + b"<p>text</p>",
        "attributes": b"<html><body>" + b"<p a=b c=d e=f>x</p>" * 600_000,
        "json": b'<html><script type="application/ld+json">' + b"[" * 5_000_000 + b"</script>",
        "entities": f"<!DOCTYPE r [{laughs}]><r>&a11;</r>".encode(),
        "pdf": a_pdf([["page"]] * 2000),
    }


def place_bombs(site: FakeSite) -> dict[str, str]:
    """A source for each host but the first, each with three bombs; addresses by key."""
    made = bombs()
    names = sorted(made)
    sources = {}
    for number, host in enumerate(site.hosts[1:]):
        entries = []
        for turn in range(3):
            name = names[(number + turn) % len(names)]
            body, headers = made[name], {}
            if turn % 2:
                body, headers = gzip.compress(body, 1), {"Content-Encoding": "gzip"}
            kind = "text/xml" if name == "entities" else "text/html; charset=utf-8"
            site.behave(f"/{name}", answer(body, content_type=kind, headers=headers), host=host)
            title = f"Bomb {name} {number}"
            entries.append(Entry(title=title, link=site.url(f"/{name}", host=host), guid=title))
        sources[f"bomb-{number}"] = site.page(
            "/feed.xml", feed(entries), host=host, content_type=FEED_TYPE
        )
    swollen = {"Content-Encoding": "br"}
    for key, body, headers in (
        ("swollen", brotli.compress(b"<rss>" + b" " * 200_000_000, quality=1), swollen),
        ("many", feed([Entry(title=f"N {n}", link=None, guid=str(n)) for n in range(60_000)]), {}),
    ):
        path = f"/{key}.xml"
        site.behave(path, answer(body, content_type=FEED_TYPE, headers=headers), host=HOSTS[1])
        sources[key] = site.url(path, host=HOSTS[1])
    return sources


@pytest.mark.attack  # bombs on the running service: with the other attacks
def test_bombs_in_both_batches_keep_all_processes_within_the_declared_memory(
    tmp_path: Path,
) -> None:
    with FakeSite(HOSTS) as site:
        place = an_installation(tmp_path, site)
        sources = place_bombs(site)
        publish(site, 5, path="/good.xml")
        place.sources(**sources, good=site.url("/good.xml"))
        with place.running(forked=False) as service, Held(service.process.pid) as held:
            end = time.monotonic() + FOR
            while time.monotonic() < end and service.process.poll() is None:
                time.sleep(0.5)
            assert service.process.poll() is None, service.log
        log = service.log
        with place.reading() as unit:
            good = [i for i in unit.items.newest(limit=10_000) if i.source_key == "good"]
    assert "crawl.unfinished" not in log
    # else the bombs never came to be read, and nothing is shown
    assert "reading.over-limit" in log
    assert held.peak <= 1.1 * DECLARED * 2**20, held.at_peak
    assert [item.text_state for item in good] == [TextState.FULL] * 5


@pytest.mark.parametrize(("limit", "room"), [(100_000, True), (64, False)])
def test_another_batch_is_started_only_where_there_is_room(limit: int, room: bool) -> None:
    # this process stands for a crawl; it holds far more than 64 MB
    assert MemoryWatch().has_room([os.getpid()], limit) is room


@pytest.mark.slow
@pytest.mark.parametrize(("own_mb", "ended"), [(50, False), (400, True), (4_000, True)])
def test_a_crawl_is_ended_once_it_holds_more_than_the_service_leaves_it(
    own_mb: int, ended: bool
) -> None:
    holds = "x = b'x' * (200 << 20); print(flush=True); import time; time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", holds], stdout=subprocess.PIPE) as crawl:
        assert crawl.stdout is not None
        crawl.stdout.readline()
        MemoryWatch(lambda: own_mb * MB).enforce([crawl.pid], DECLARED)
        if ended:
            assert crawl.wait(30) == -signal.SIGKILL
        else:
            assert crawl.poll() is None
            crawl.kill()


def test_a_service_that_has_outgrown_the_limit_still_has_one_batch_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    idle = "print(flush=True); import time; time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", idle], stdout=subprocess.PIPE) as crawl:
        assert crawl.stdout is not None
        crawl.stdout.readline()
        watch = MemoryWatch(lambda: 4_000 * MB)
        watch.enforce([crawl.pid], DECLARED)
        watch.enforce([crawl.pid], DECLARED)
        assert crawl.poll() is None
        crawl.kill()
    assert [r.getMessage().split()[0] for r in caplog.records] == ["memory.service-too-large"]


def test_the_first_batch_is_started_whatever_is_left() -> None:
    assert MemoryWatch().has_room([], 1)

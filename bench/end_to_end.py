"""Measures items per second of fetch, extract, store and match on one core, and each stage's share.

    python -m bench.end_to_end [--items 400]

A loopback site serves generated articles. The whole job is one poll by the code of the service
(child process, Scrapy, storage, matcher). Its peer, in the same run: a bare Scrapy spider that
fetches the same pages and extracts them with trafilatura, but stores and matches nothing. The share
of each stage is measured by running the stages one after the other over the same pages.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

WORDS = [
    "trust",
    "board",
    "record",
    "patient",
    "system",
    "supplier",
    "contract",
    "clinic",
    "data",
    "platform",
    "ward",
    "nurse",
    "region",
    "digital",
    "service",
    "software",
    "hospital",
    "care",
    "plan",
    "audit",
    "review",
    "funding",
    "pilot",
    "rollout",
    "outage",
    "merger",
    "award",
    "tender",
    "framework",
    "clinician",
    "pathway",
    "referral",
    "discharge",
    "theatre",
    "pharmacy",
    "imaging",
    "report",
]
# names as watches have them; an article carries two, so a few watches in a thousand match it
NAMES = [
    head + tail
    for head in ("cor", "hal", "mer", "bea", "tal", "vex", "nor", "quin", "ost", "ril")
    for tail in ("vantis", "den", "idian", "con", "ora", "ium", "well", "tec", "gate", "mont")
]
PEER = """
import sys, json
import scrapy, trafilatura
from scrapy.crawler import CrawlerProcess
urls = json.load(sys.stdin)
class Peer(scrapy.Spider):
    name = "peer"
    start_urls = urls
    def parse(self, response):
        trafilatura.bare_extraction(response.text, url=response.url, with_metadata=True)
p = CrawlerProcess({
    "LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False,
    "ROBOTSTXT_OBEY": False, "CONCURRENT_REQUESTS_PER_DOMAIN": 1, "DOWNLOAD_DELAY": 0,
})
p.crawl(Peer); p.start()
"""


def article(number: int) -> tuple[str, str]:
    """Return title and page of a generated article of about 450 words."""
    rng = random.Random(number)
    names = rng.sample(NAMES, 2)

    def sentence() -> str:
        words = rng.choices(WORDS, k=rng.randint(9, 22))
        if rng.random() < 0.1:
            words[rng.randrange(len(words))] = rng.choice(names)
        return " ".join(words).capitalize() + "."

    title = f"Trust {number} reviews its {rng.choice(WORDS)} {rng.choice(WORDS)}"
    paragraphs = "".join("<p>" + " ".join(sentence() for _ in range(4)) + "</p>" for _ in range(8))
    page = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title} | Bench</title>'
        f'<meta property="article:published_time" content="2026-03-01T09:00:00Z"></head><body>'
        f'<nav><a href="/">Home</a></nav><main><article><h1>{title}</h1>{paragraphs}</article>'
        f"</main><aside><h3>Most read</h3><ul><li>{sentence()}</li></ul></aside></body></html>"
    )
    return title, page


class Site:
    """The loopback site: a feed and its pages."""

    def __init__(self, items: int) -> None:
        self.pages = {f"/{n}.html": article(n) for n in range(items)}
        self.listed = items
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # it would delay each response by 40 ms

            def do_GET(self) -> None:
                kind, body = site.answer(self.path)
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path: str) -> tuple[str, bytes]:
        if path == "/feed.xml":
            when = format_datetime(datetime(2026, 3, 1, tzinfo=UTC))
            entries = "".join(
                f"<item><title>{title}</title><link>{self.base}{url}</link>"
                f"<guid>{self.base}{url}</guid>"
                f"<pubDate>{when}</pubDate><description>Teaser of {title}</description></item>"
                for url, (title, _) in list(self.pages.items())[: self.listed]
            )
            feed = f'<rss version="2.0"><channel><title>Bench</title>{entries}</channel></rss>'
            return "application/rss+xml", feed.encode()
        _, page = self.pages.get(path, ("", ""))
        return "text/html; charset=utf-8", page.encode()


def write_config(folder: Path, site: Site, data: Path, watches: int) -> None:
    """Write a configuration: one source, `watches` watches, mail to files."""
    rng = random.Random(7)
    folder.mkdir(parents=True)
    (folder / "settings.toml").write_text(
        f'[mail]\nfrom = "bench@trust.example"\n[service]\ndata = "{data}"\nlisten = ""\n'
        '[crawl]\nallowed_hosts = ["127.0.0.0/8"]\ndownload_delay = "0s"\n'
    )
    (folder / "sources.toml").write_text(
        f'[[source]]\nkey = "bench"\nkind = "feed"\nurl = "{site.base}/feed.xml"\n'
    )
    (folder / "suppliers.toml").write_text("")
    (folder / "watches.toml").write_text(
        "".join(f"[[watch]]\nkey = \"w{n}\"\nquery = '{_query(rng, n)}'\n" for n in range(watches))
    )
    (folder / "subscriptions.toml").write_text(
        '[[subscription]]\nto = ["bench@trust.example"]\nwatches = ["*"]\n'
        'cadence = "daily at 07:30"\n'
    )


def _query(rng: random.Random, number: int) -> str:
    """Return the query of a watch: a rare name, or one of a hundred frequent ones, with words."""
    name = rng.choice(NAMES) if number % 10 == 0 else f"{rng.choice(NAMES)}{number}"
    one, other = rng.sample(WORDS, 2)
    return rng.choice(
        [name, f"{name} AND {one}", f'"{name} {one}"', f"{name} NEAR/10 {one}",
         f"{name} AND ({one} OR {other})", f"{name} NOT {other}"]
    )  # fmt: skip


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def whole_job(site: Site, folder: Path, watches: int) -> tuple[float, int]:
    """Return seconds and items of one poll by the service's own code; all items but one are new."""
    from storage.model import TextState
    from storage.store import open_store
    from supplierwatch.service.service import Service
    from supplierwatch.wiring import load

    write_config(folder / "config", site, folder / "data", watches)
    wired = load(folder / "config", {})
    store = open_store(wired.catalog.settings.service.database_url)
    service = Service(wired, store)
    site.listed = 1
    service.run_once(even_if_not_due=True)  # the baseline
    site.listed = len(site.pages)
    start = time.perf_counter()
    service.run_once(even_if_not_due=True)
    seconds = time.perf_counter() - start
    with store.reading() as unit:
        items = unit.items.newest(limit=len(site.pages) + 1)
    full = sum(item.text_state is TextState.FULL for item in items)
    if full < len(site.pages):
        raise RuntimeError(f"only {full} of {len(site.pages)} pages could be read")
    store.close()
    return seconds, full


@contextmanager
def staged(site: Site, folder: Path) -> Iterator[dict[str, float]]:
    """Return the seconds of each stage over all pages, one stage after the other."""
    from alerts.query import Document, WatchIndex
    from config.model import Source
    from crawler.extraction.normalise import normalise
    from crawler.extraction.page import extract
    from crawler.listings.feeds import parse_feed
    from storage.model import FetchedPage
    from storage.store import open_store
    from supplierwatch.wiring import load

    del Source
    now = datetime(2026, 3, 2, tzinfo=UTC)
    wired = load(folder / "config", {})
    store = open_store(f"sqlite:///{folder / 'staged.db'}")
    with store.transaction() as unit:
        unit.sources.declare(wired.catalog.sources, now)
    connection = HTTPConnection(*site.server.server_address[:2])  # type: ignore[misc]
    bodies: list[bytes] = []

    def fetch() -> None:
        for path in ["/feed.xml", *site.pages]:
            connection.request("GET", path)
            bodies.append(connection.getresponse().read())

    seconds = {"fetch": timed(fetch)}
    feed = parse_feed(
        bodies[0],
        source_key="bench",
        url=f"{site.base}/feed.xml",
        content_type=None,
        fetched_at=now,
    )
    articles = []

    def read() -> None:
        for entry, body in zip(feed.entries, bodies[1:], strict=True):
            page = FetchedPage(
                requested_url=entry.url or "",
                final_url=entry.url or "",
                status=200,
                content_type="text/html; charset=utf-8",
                body=body,
                etag=None,
                last_modified=None,
                fetched_at=now,
            )
            text = extract(page, entry=entry)
            articles.append(
                normalise(
                    entry, item_kind="news", page=page, text=text, thin_reason=None, language=None
                )
            )

    seconds["extract"] = timed(read)

    def put() -> None:
        for one in articles:
            with store.transaction() as unit:
                unit.items.put(one, now=now, baseline=False)

    seconds["store"] = timed(put)
    with store.reading() as unit:
        items = unit.items.newest(limit=len(articles))
    index = WatchIndex(wired.queries)
    seconds["match"] = timed(lambda: [index.match(Document.of(item)) for item in items])
    store.close()
    yield seconds


def main() -> None:
    """Print the figures as a table and as one line of JSON."""
    ask = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    ask.add_argument("--items", type=int, default=400)
    ask.add_argument("--watches", type=int, default=1000)
    args = ask.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    site = Site(args.items)
    urls = json.dumps([site.base + path for path in site.pages])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        peer = timed(
            lambda: subprocess.run([sys.executable, "-c", PEER], input=urls, text=True, check=True)
        )
        seconds, items = whole_job(site, folder, args.watches)
        with staged(site, folder) as stages:
            total = sum(stages.values())
    print(f"{items} items, {args.watches} watches, one core")
    print(f"  whole job              {items / seconds:7.1f} items/s")
    print(
        f"  bare Scrapy+trafilatura{items / peer:7.1f} items/s   (the peer: reads, keeps nothing)"
    )
    print(f"  time against the peer  {seconds / peer:7.2f}")
    for stage, took in stages.items():
        print(f"  {stage:<10}{1000 * took / items:8.2f} ms an item {100 * took / total:6.1f} %")
    print(json.dumps({"items": items, "ratio": round(seconds / peer, 3), "stages": stages}))


if __name__ == "__main__":
    main()

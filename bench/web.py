"""How long the pages Today and Search take, beside the web application of lemon24/reader.

    python -m bench.web [--items 10000 100000] [--rounds 20]

Each archive holds so many items of six years and 200 articles of the last two days, which twenty
watches found. Each page is asked over HTTP on loopback in turn with the peer's, each in a server of
this process; the first answers of each are left out, since a service has been running for a while.
Printed are the median, the 95th percentile and the bytes of a page.

Today arranges all that was found in two days by supplier; the peer's list has the newest 64
entries. Search answers with 50 hits, the facets of all and a histogram; the peer's legacy
application, the one that searches, with the first 64 entries. Both search titles and texts, by
FTS5.
"""

from __future__ import annotations

import argparse
import http.client
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from bench.loads import web_filling, web_peer
from supplierwatch.desk import site
from supplierwatch.desk.accounts.cookies import COOKIE
from supplierwatch.service.desk_source import ServiceSource
from supplierwatch.web.server import WebServer

PEERS = 64  # hits that the peer is asked for: it shows all of them otherwise
WARM = 3  # answers of each page that are not counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The times of a page in seconds, and its size."""

    name: str
    ask: Callable[[], int]
    times: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=20)
    wanted = parser.parse_args()
    for count in wanted.items:
        with tempfile.TemporaryDirectory(prefix="swbench") as folder:
            measure(Path(folder), count, wanted.rounds)


def measure(folder: Path, count: int, rounds: int) -> None:
    """Fill one archive and one of the peer, ask for the pages in turn, and print."""
    began = time.perf_counter()
    service, names = web_filling.fill(folder, count)
    print(f"\n{count:,} items: filled in {time.perf_counter() - began:,.0f} s", flush=True)
    began = time.perf_counter()
    peer = folder / "reader.sqlite"
    web_peer.fill(peer, web_filling.rows_of(service.store))
    print(f"the peer's: filled in {time.perf_counter() - began:,.0f} s", flush=True)
    report = {"status": "ok", "reasons": []}
    desk = site.routes(ServiceSource(service, lambda: report, {}))
    server = WebServer(lambda: report, listen="127.0.0.1:0", desk=desk)
    server.start()
    assert server.address is not None
    cookie = {"Cookie": f"{COOKIE}={web_filling.sign_in(service)}"}
    queries = (names[0], "privacy+AND+breach", '"data+platform"', "health")
    theirs = (names[0], "privacy+AND+breach", '"data+platform"', "health")
    with (
        web_peer.serve(peer, legacy=False) as listing,
        web_peer.serve(peer, legacy=True) as searching,
    ):
        pages = [
            Measured(name="Today, 2 days", ask=_asks(server.address, "/", cookie)),
            Measured(name="  reader, newest 64", ask=_asks(listing, "/")),
            Measured(name="Today, 7 days", ask=_asks(server.address, "/?days=7", cookie)),
        ]
        for mine, their in zip(queries, theirs, strict=True):
            path = f"/search?q={mine}"
            pages.append(Measured(name=f"Search {mine}", ask=_asks(server.address, path, cookie)))
            path = f"/?q={their}&show=all&limit={PEERS}"
            pages.append(Measured(name=f"  reader {their}", ask=_asks(searching, path)))
        for at in range(WARM + rounds):
            for page in pages:
                _time(page, counts=at >= WARM)
        print(f"{'median':>10} {'p95 ms':>10} {'bytes':>10}")
        for page in pages:
            _print(page)
    server.stop()
    service.store.close()


def _asks(
    address: tuple[str, int], path: str, headers: dict[str, str] | None = None
) -> Callable[[], int]:
    def ask() -> int:
        with closing(http.client.HTTPConnection(*address, timeout=120)) as connection:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status} {body[:300]!r}")
            return len(body)

    return ask


def _time(page: Measured, *, counts: bool) -> None:
    began = time.perf_counter()
    size = page.ask()
    if counts:
        page.times.append(time.perf_counter() - began)
        page.sizes.append(size)


def _print(page: Measured) -> None:
    in_order = statistics.quantiles(page.times, n=20, method="inclusive")
    median = statistics.median(page.times)
    print(f"{median * 1e3:10,.0f} {in_order[-1] * 1e3:10,.0f} {max(page.sizes):10,}  {page.name}")


if __name__ == "__main__":
    main()

"""How long the pages Today and Search take, beside the web application of lemon24/reader.

    python -m bench.web [--items 10000 100000] [--rounds 20] [--alone]

Each archive holds so many items of six years and 200 articles of the last two days, which twenty
watches found. Each page is asked over HTTP on loopback in turn with the peer's, each in a server of
this process; the first answers of each are left out, since a service has been running for a while.
Printed are the median, the 95th percentile, the least processor time, and the bytes of a page.

Our pages are asked for twice: while no group is named, and then by a member of a group that sees
all of the finds and all but a hundredth of the outlets, which belong to another group.

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
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from bench.loads import web_filling, web_peer
from supplierwatch.desk import site
from supplierwatch.desk.accounts.cookies import COOKIE
from supplierwatch.service.desk_source import ServiceSource
from supplierwatch.service.service import Service
from supplierwatch.web.server import WebServer

PEERS = 64  # hits that the peer is asked for: it shows all of them otherwise
WARM = 3  # answers of each page that are not counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The times of a page in seconds, and its size."""

    name: str
    ask: Callable[[], int]
    times: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--alone", action="store_true", help="without the peer")
    wanted = parser.parse_args()
    for count in wanted.items:
        with tempfile.TemporaryDirectory(prefix="swbench") as folder:
            measure(Path(folder), count, wanted.rounds, alone=wanted.alone)


def measure(folder: Path, count: int, rounds: int, *, alone: bool) -> None:
    """Fill one archive and one of the peer, ask for the pages in turn, and print."""
    began = time.perf_counter()
    service, names = web_filling.fill(folder, count)
    print(f"\n{count:,} items: filled in {time.perf_counter() - began:,.0f} s", flush=True)
    report = {"status": "ok", "reasons": []}
    desk = site.routes(ServiceSource(service, lambda: report, {}))
    server = WebServer(lambda: report, listen="127.0.0.1:0", desk=desk)
    server.start()
    assert server.address is not None
    queries = (names[0], "privacy+AND+breach", '"data+platform"', "health")
    own = _list_pages(server.address, web_filling.sign_in(service, "editor"), queries)
    if alone:
        _ask_in_turn(own, rounds)
    else:
        _measure_with_peer(folder / "reader.sqlite", service, own, queries, rounds)
    web_filling.name_groups(service, names)
    member = _list_pages(server.address, web_filling.sign_in(service, "member"), queries)
    print("with groups:")
    _ask_in_turn(member, rounds)
    server.stop()
    service.store.close()


def _measure_with_peer(
    peer: Path, service: Service, own: list[Measured], queries: Sequence[str], rounds: int
) -> None:
    began = time.perf_counter()
    web_peer.fill(peer, web_filling.rows_of(service.store))
    print(f"the peer's: filled in {time.perf_counter() - began:,.0f} s", flush=True)
    with (
        web_peer.serve(peer, legacy=False) as listing,
        web_peer.serve(peer, legacy=True) as searching,
    ):
        theirs = [Measured(name="  reader, newest 64", ask=_asks(listing, "/"))]
        for query in queries:
            path = f"/?q={query}&show=all&limit={PEERS}"
            theirs.append(Measured(name=f"  reader {query}", ask=_asks(searching, path)))
        _ask_in_turn([*own, *theirs], rounds)


def _list_pages(address: tuple[str, int], secret: str, queries: Sequence[str]) -> list[Measured]:
    cookie = {"Cookie": f"{COOKIE}={secret}"}
    paths = {"Today, 2 days": "/", "Today, 7 days": "/?days=7"}
    paths |= {f"Search {query}": f"/search?q={query}" for query in queries}
    return [Measured(name=name, ask=_asks(address, path, cookie)) for name, path in paths.items()]


def _ask_in_turn(pages: Sequence[Measured], rounds: int) -> None:
    """Ask for each page in each round, and print."""
    for at in range(WARM + rounds):
        for page in pages:
            _time(page, counts=at >= WARM)
    print(f"{'median':>10} {'p95 ms':>10} {'processor':>10} {'bytes':>10}")
    for page in pages:
        _print(page)


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
    began, used = time.perf_counter(), time.process_time()
    size = page.ask()
    if counts:
        page.times.append(time.perf_counter() - began)
        page.processor.append(time.process_time() - used)
        page.sizes.append(size)


def _print(page: Measured) -> None:
    in_order = statistics.quantiles(page.times, n=20, method="inclusive")
    median = statistics.median(page.times)
    times = f"{median * 1e3:10,.0f} {in_order[-1] * 1e3:10,.0f} {min(page.processor) * 1e3:10,.0f}"
    print(f"{times} {max(page.sizes):10,}  {page.name}", flush=True)


if __name__ == "__main__":
    main()

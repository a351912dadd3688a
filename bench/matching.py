"""Measures matching of texts against watches, beside PostgreSQL, SQLite FTS5 and tantivy.

    python -m bench.matching [--watches 1000 10000 100000] [--hot 200]

One run on one core. Ours is timed from the text to the keys of the matching watches; the analysis
of the text is included and also shown separately, and so are positions for highlighting. PostgreSQL
gets one text at a time against a table of queries; the other two index a batch of 500 texts and are
queried for every watch. Captured texts are used if they are beside the project, generated ones
always.
"""

from __future__ import annotations

import argparse
import itertools
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from alerts.query import Document, Query, WatchIndex, compile_query
from alerts.query.text.token_set import TokenSet
from bench.loads import matching_load as load
from bench.loads import matching_peers as peers

BATCH = 500
SEED = 20260131


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Microseconds per text, unless noted otherwise."""

    texts: str
    watches: int
    build: float  # seconds
    reading: float
    ours: float
    places: float
    candidates: float  # a text
    matches: float  # a text
    postgresql: float
    fts5: float
    tantivy: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--watches", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--hot", type=int, default=200, help="watches whose names are in the news")
    wanted = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    random = Random(SEED)
    kinds = {"generated": load.generated_texts(BATCH, random)}
    if captured := load.captured_texts():
        kinds = {"captured": captured[:BATCH], **kinds}
    found: list[Figures] = []
    with peers.postgresql() as connection:
        for name, texts in kinds.items():
            for count in wanted.watches:
                watches = load.watches(count, texts, min(wanted.hot, count), Random(SEED))
                peers.fill_postgresql(connection, watches)
                few = texts[: max(5, min(100, 1_000_000 // count))]
                seconds, _ = peers.ask_postgresql(connection, few)
                found.append(_measure_matching(name, texts, watches, seconds / len(few)))
                _print(found[-1])
    _print_growth(found)


def _measure_matching(
    name: str, texts: list[str], watches: list[load.Watch], postgresql: float
) -> Figures:
    queries: dict[str, Query] = {
        str(number): compile_query(load.ours(watch)) for number, watch in enumerate(watches)
    }
    began = time.perf_counter()
    index = WatchIndex(queries)
    build = time.perf_counter() - began
    documents = [Document(body=text) for text in texts]
    matches = sum(len(index.keys(document)) for document in documents)
    each = 1e6 / len(texts)
    return Figures(
        texts=name,
        watches=len(watches),
        build=build,
        reading=_best(lambda: [TokenSet(text) for text in texts]) * each,
        ours=_best(lambda: [index.keys(document) for document in documents]) * each,
        places=_best(lambda: [index.match(document) for document in documents]) * each,
        candidates=sum(map(index.candidates, documents)) / len(texts),
        matches=matches / len(texts),
        postgresql=postgresql * 1e6,
        fts5=peers.ask_fts5(watches, texts)[0] * each,
        tantivy=peers.ask_tantivy(watches, texts)[0] * each,
    )


def _best(work: Callable[[], object]) -> float:
    """Return the minimum of three: other load can only add."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def _print(one: Figures) -> None:
    print(
        f"{one.texts} texts, {one.watches:,} watches (index built in {one.build:.2f} s):"
        f" {one.matches:.2f} matches and {one.candidates:.1f} candidates a text"
    )
    print(
        f"  ours       {one.ours:9,.0f} us a text, of which {one.reading:,.0f} us reading it;"
        f" {one.places:,.0f} us with places"
    )
    for peer, time_taken in (
        ("PostgreSQL", one.postgresql),
        ("FTS5", one.fts5),
        ("tantivy", one.tantivy),
    ):
        print(f"  {peer:<10} {time_taken:9,.0f} us a text: {time_taken / one.ours:,.1f} times ours")


def _print_growth(found: list[Figures]) -> None:
    for name in dict.fromkeys(one.texts for one in found):
        sizes = [one for one in found if one.texts == name]
        for small, large in itertools.pairwise(sizes):
            print(
                f"{name}: from {small.watches:,} to {large.watches:,} watches ours grows"
                f" {large.ours / small.ours:.2f} times"
            )


if __name__ == "__main__":
    main()

"""Measures grouping into events: quality, speed against datasketch, and cost as the archive grows.

    python -m bench.events [--documents 10000] [--grown 1000000]
                           [--only quality|peer|growth|database]

Quality: pair precision and recall on the labelled sets beside the project, in three orders if they
have no times; each half of the clusters separately, since constants were chosen on all of them.

Speed: the documents of `bench.loads.stories_load` are grouped into events by us, and into copies by
datasketch's MinHashLSH as in `bench.stories`, in the same run.

Growth: the processor time of one more report in memory, with 10,000 known and with --grown.

Database: the processor time of one more item in SQLite, with 1,000 and with 10,000 stored reports,
in transactions of 25; both are filled by placing that many, and are measured alternately.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from bench.adapters import events
from bench.loads.stories_filling import CHUNK, NOW, an_article
from bench.loads.stories_load import Newsroom, documents
from bench.stories import datasketch
from storage.rules.events.grouping import EventGrouping
from storage.store import Store, open_store

SEED = 20261127
ROUNDS = 3
LABELLED = Path(__file__).resolve().parents[2] / "shared" / "data" / "dedup"
SETS = ("ecbplus/docs.jsonl", "uci-headlines/headlines.jsonl")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--grown", type=int, default=100_000)
    parser.add_argument("--only", choices=("quality", "peer", "growth", "database"))
    wanted = parser.parse_args()
    if wanted.only in (None, "quality"):
        quality()
    if wanted.only in (None, "peer"):
        against_peer(wanted.documents)
    if wanted.only in (None, "growth"):
        growth(10_000, wanted.grown)
    if wanted.only in (None, "database"):
        database_growth(1_000, 10_000)


def quality() -> None:
    """Return pair precision and recall on the labelled sets."""
    for name in SETS:
        path = LABELLED / name
        if not path.exists():
            print(f"{name}: not beside the project, left out")
            continue
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        clusters = sorted({row["cluster"] for row in rows})
        halves = [set(clusters[0::2]), set(clusters[1::2])]
        parts = {"all": rows} | {
            f"half {number}": [row for row in rows if row["cluster"] in half]
            for number, half in enumerate(halves, 1)
        }
        for part, chosen in parts.items():
            for turn in range(1 if "ts_ms" in rows[0] else 3):
                Random(SEED + turn).shuffle(chosen)
                precision, recall = measured(chosen)
                print(f"{name}, {part}: precision {precision:.3f}, recall {recall:.3f}", flush=True)


def measured(rows: Sequence[dict[str, Any]]) -> tuple[float, float]:
    """Return pair precision and recall of grouping labelled documents in the given order."""
    told = ("id", "title", "text", "ts_ms")
    found = events([{key: row[key] for key in told if key in row} for row in rows])
    gold = [row["cluster"] for row in rows]
    ours = [row["cluster"] for row in found]
    right = _count_pairs(list(zip(gold, ours, strict=True)))
    return right / max(1, _count_pairs(ours)), right / max(1, _count_pairs(gold))


def _count_pairs(groups: Sequence[object]) -> int:
    return sum(size * (size - 1) // 2 for size in Counter(groups).values())


def against_peer(count: int) -> None:
    """Measure the processor time of both over the same documents, alternately."""
    texts = documents(count, SEED).texts
    times: dict[str, list[float]] = {"events": [], "datasketch": []}
    for _ in range(ROUNDS):
        for name, way in (("events", _group_events), ("datasketch", datasketch)):
            began = time.process_time()
            way(texts)
            times[name].append(time.process_time() - began)
    for name, taken in times.items():
        said = ", ".join(f"{each:.2f}" for each in taken)
        print(f"{name:>10}: {said} s; {statistics.median(taken) / count * 1e6:,.0f} us a document")
    ratio = statistics.median(times["events"]) / statistics.median(times["datasketch"])
    print(f"{'':>10}  {ratio:.2f} times the time of datasketch", flush=True)


def _group_events(texts: list[str]) -> list[int]:
    grouping = EventGrouping()
    return [grouping.event(grouping.add("", text)) for text in texts]


def growth(small: int, large: int) -> None:
    """Measure the cost of one more report in memory; the two sizes alternate."""
    newsroom = Newsroom(SEED)
    groupings = {}
    for count in (small, large):
        groupings[count] = EventGrouping()
        for _ in range(count):
            groupings[count].add("", newsroom.text(newsroom.article()))
    times: dict[int, list[float]] = {small: [], large: []}
    for _ in range(2_000):
        text = newsroom.text(newsroom.article())
        for count, grouping in groupings.items():
            began = time.process_time()
            grouping.add("", text)
            times[count].append(time.process_time() - began)
    for count, taken in times.items():
        print(f"{count:,} known: {statistics.median(taken) * 1e6:,.0f} us a report")
    ratio = statistics.median(times[large]) / statistics.median(times[small])
    print(f"grows {ratio:.2f} times", flush=True)


def database_growth(small: int, large: int) -> None:
    """Measure the cost of one more item in SQLite; the two sizes alternate."""
    with ExitStack() as opened:
        archives = {}
        for count in (small, large):
            folder = opened.enter_context(TemporaryDirectory(prefix="swbench"))
            store = open_store(f"sqlite:///{folder}/archive.db")
            opened.callback(store.close)
            archives[count] = _Archive(store)
            for _ in range(count // CHUNK):
                archives[count].place_some()
        times: dict[int, list[float]] = {small: [], large: []}
        for _ in range(40):
            for count, archive in archives.items():
                times[count].append(archive.place_some())
    for count, taken in times.items():
        print(f"{count:,} stored: {statistics.median(taken) * 1e3:.2f} ms an item")
    ratio = statistics.median(times[large]) / statistics.median(times[small])
    print(f"SQLite: grows {ratio:.2f} times", flush=True)


class _Archive:
    """A database, and a newsroom that generates further items."""

    def __init__(self, store: Store) -> None:
        self._store, self._newsroom, self._written = store, Newsroom(SEED), 0

    def place_some(self) -> float:
        """Place the items of one transaction; return processor seconds for each, with commit."""
        with self._store.transaction() as unit:
            ids = []
            for _ in range(CHUNK):
                self._written += 1
                text = self._newsroom.text(self._newsroom.article())
                article = an_article(f"report-{self._written}", text)
                ids.append(unit.items.put(article, now=NOW, baseline=False).item_id)
        with self._store.transaction() as unit:
            items = unit.items.get_many(ids)
            began = time.process_time()
            for one in items:
                unit.events.assign(one, one.item_id)
        return (time.process_time() - began) / CHUNK


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.nice(5)
    main()

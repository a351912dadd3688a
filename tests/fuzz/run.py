"""Cases from feed bytes to mail, in two processes: `python -m tests.fuzz [--cases N] [--seed N]`.

A case is known by its seed and number: `python -m tests.fuzz --seed 13 --only 4711` repeats one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from storage.store import open_store
from tests.fuzz.chain import CaseTooSlow, Counts, make_desk, run_case

Failure = tuple[int, str]
# a database in memory, where the system has such a folder
SHORT_LIVED = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def run_cases(seed: int, numbers: Sequence[int]) -> tuple[Counts, list[Failure]]:
    """Run cases one after the other over one database; returns what failed, with its trace."""
    counts, failures = Counts(), []
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory(dir=SHORT_LIVED) as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'fuzz.db'}")
        desk = make_desk(store)
        for number in numbers:
            try:
                run_case(desk, seed, number, counts)
            except (Exception, CaseTooSlow):
                failures.append((number, traceback.format_exc(limit=-12)))
        store.close()
    return counts, failures


def _share(args: tuple[int, list[int]]) -> tuple[Counts, list[Failure]]:
    return run_cases(*args)


def main() -> None:
    """Run the cases, print what failed; exit code 1 where anything did."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--cases", type=int, default=10_000)
    ask.add_argument("--seed", type=int, default=13)
    ask.add_argument("--processes", type=int, default=2)
    ask.add_argument("--only", type=int, help="one case, by its number")
    args = ask.parse_args()
    begun = time.monotonic()
    numbers = list(range(args.cases)) if args.only is None else [args.only]
    shares = [(args.seed, numbers[n :: args.processes]) for n in range(args.processes)]
    with ProcessPoolExecutor(args.processes, multiprocessing.get_context("spawn")) as pool:
        results = list(pool.map(_share, [share for share in shares if share[1]]))
    failures = sorted(failure for _, failed in results for failure in failed)
    for number, trace in failures[:20]:
        print(f"case {number} of seed {args.seed} failed:\n{trace}", file=sys.stderr)
    counts = [one for one, _ in results]
    print(
        f"{len(numbers)} cases of seed {args.seed} in {time.monotonic() - begun:.0f} s: "
        f"{sum(c.feeds for c in counts)} feeds with {sum(c.entries for c in counts)} entries, "
        f"{sum(c.pages for c in counts)} pages read, {sum(c.mails for c in counts)} mails, "
        f"slowest case {max(c.slowest for c in counts):.1f} s of processor time; "
        f"{len(failures)} failed{': ' if failures else ''}"
        f"{', '.join(str(number) for number, _ in failures[:100])}"
    )
    sys.exit(bool(failures))

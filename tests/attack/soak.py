"""Runs the service for some time on real pages with a hundredth of hostile answers.

    python -m tests.attack.soak [--minutes 20] [--shared FOLDER]

The outlets are those of the captured newsroom beside the project, or of the demo where that is
absent. Own outlets publish all the while; their stories are told to readers. Memory, descriptors,
threads and the ages of queues are sampled, printed by the minute, and have to be flat: the last
quarter of the time is held against the second, so that what is filled once (caches) counts for
nothing.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from supplierwatch.demo.server import newsroom as demo_newsroom
from tests.attack.mirror import Mirror, Upstream
from tests.attack.newsroom import OUTLETS, PAST, Newsroom, Told, a_newsroom
from tests.attack.processes import usage_of
from tests.attack.work_clock import eventually
from tests.support import shared

SAMPLED_EVERY = 5.0  # seconds
CYCLE = 15.0  # seconds between two rounds of news
LOOKED_AT = 40  # stored pages that are asked for again in each cycle
HOSTILE = 0.01  # of the answers
BEGUN_WITHIN = 600.0  # seconds for the first listings and hundreds of pages
TOLD_WITHIN = 90.0  # seconds that the readers are waited for in the end

Measured = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """How much more the last quarter may have than the second: a share, and a number on top."""

    share: float
    more: float
    of: Callable[[Iterable[float]], float] = statistics.median


ALLOWED = {
    "service_mb": Allowed(share=1.1, more=10),
    # children come and go, so what counts is the most that there was
    "tree_mb": Allowed(share=1.25, more=60, of=max),
    "service_fds": Allowed(share=1.0, more=10),
    "service_threads": Allowed(share=1.0, more=6),
    "match_age": Allowed(share=2.0, more=20),
    "outbox_age": Allowed(share=2.0, more=20),
    "due_age": Allowed(share=2.0, more=60),
}


def measure(room: Newsroom, begun: float) -> Measured:
    """What the service uses and how old what waits is, in seconds."""
    own, tree = usage_of(room.pid, alone=True), usage_of(room.pid)
    now = datetime.now(UTC).replace(tzinfo=None)

    def age(query: str) -> float:
        [(oldest,)] = room.rows(query) or [(None,)]
        return 0.0 if oldest is None else (now - datetime.fromisoformat(oldest)).total_seconds()

    return {
        "minute": (time.monotonic() - begun) / 60,
        "service_mb": own.pss_mb,
        "tree_mb": tree.pss_mb,
        "service_fds": own.descriptors,
        "service_threads": own.threads,
        "processes": tree.processes,
        "match_age": max(0.0, age("SELECT min(ready_at) FROM pending_match")),
        "outbox_age": age(
            "SELECT min(created_at) FROM outbox WHERE state IN ('queued', 'leased', 'retry')"
        ),
        "due_age": age("SELECT min(last_polled_at) FROM source WHERE active"),
        "items": float(room.rows("SELECT count(*) FROM item")[0][0]),
    }


@contextmanager
def upstreams(folder: Path, seconds: float) -> Iterator[list[Upstream]]:
    """The outlets of the captured newsroom, else of the demo."""
    shared.SHARED = folder
    if (folder / "newsroom" / "serve.py").exists():
        with shared.captured_newsroom(seconds=int(seconds) + 600) as room:
            yield [Upstream(name=one.name, feed=one.feed) for one in room.outlets]
        return
    print(f"no captured newsroom at {folder}: the outlets of the demo are served")
    with demo_newsroom() as demo:
        demo.second_wave()
        yield [Upstream(name=one.outlet.key, feed=one.feed_url) for one in demo.sites]


def run(room: Newsroom, seconds: float) -> tuple[list[Measured], Told]:
    """Publish and sample for that long; returns the samples and who was to be told of what."""
    samples: list[Measured] = []
    expected: set[tuple[str, str]] = set()
    begun, next_cycle = time.monotonic(), 0.0
    while (passed := time.monotonic() - begun) < seconds:
        if passed >= next_cycle:
            next_cycle = passed + CYCLE
            expected |= room.publish()
            room.change(f"UPDATE source SET next_at = '{PAST}' WHERE active")
            room.change(
                f"UPDATE item SET look_at = '{PAST}' WHERE id IN (SELECT id FROM item "
                f"WHERE source_key NOT IN ({','.join('?' * len(OUTLETS))}) "
                f"AND url IS NOT NULL ORDER BY random() LIMIT {LOOKED_AT})",
                *OUTLETS,
            )
        room.let_alerts_go()
        samples.append(measure(room, begun))
        time.sleep(SAMPLED_EVERY)
    return samples, frozenset(expected)


def grown(samples: Sequence[Measured]) -> list[str]:
    """What is not flat, in words."""
    quarter = len(samples) // 4
    said = []
    for name, allowed in ALLOWED.items():
        before = allowed.of(one[name] for one in samples[quarter : 2 * quarter])
        after = allowed.of(one[name] for one in samples[-quarter:])
        if after > before * allowed.share + allowed.more:
            said.append(f"{name} grew from {before:.1f} to {after:.1f}")
    return said


def print_table(samples: Sequence[Measured]) -> None:
    """The medians of each minute."""
    names = [name for name in samples[0] if name != "minute"]
    print("minute " + " ".join(f"{name:>15}" for name in names))
    for minute in range(int(samples[-1]["minute"]) + 1):
        found = [one for one in samples if int(one["minute"]) == minute]
        medians = (statistics.median(one[name] for one in found) for name in names if found)
        print(f"{minute:6} " + " ".join(f"{value:15.1f}" for value in medians))
    peaks = {name: max(one[name] for one in samples) for name in names}
    print("most   " + " ".join(f"{value:15.1f}" for value in peaks.values()), flush=True)


def main() -> None:
    """Soak, print the figures; exit code 1 where something grew, was lost or was told twice."""
    ask = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    ask.add_argument("--minutes", type=float, default=20)
    ask.add_argument("--shared", type=Path, default=shared.SHARED)
    args = ask.parse_args()
    seconds = args.minutes * 60
    with (
        tempfile.TemporaryDirectory() as folder,
        upstreams(args.shared, seconds) as outlets,
        Mirror(outlets) as mirror,
        a_newsroom(Path(folder), mirror.sources, program="supplierwatch") as room,
    ):
        room.renew(start_within=BEGUN_WITHIN)
        mirror.share = HOSTILE
        samples, expected = run(room, seconds)

        def all_told() -> bool:
            room.let_alerts_go()
            return expected <= room.told().keys()

        eventually(all_told, within=TOLD_WITHIN)
        told = room.told()
        faults = grown(samples)
        faults += [f"{len(expected - told.keys())} not told"] if expected - told.keys() else []
        faults += [f"{pair} was told {n} times" for pair, n in told.items() if n > 1]
        print_table(samples)
        print(
            f"{args.minutes:g} minutes, {mirror.answers} answers, {mirror.hostile} hostile, "
            f"{len(expected)} tellings, {len(expected & told.keys())} of them done, "
            f"status {room.health().get('status')}; "
            f"{'; '.join(faults) or 'all flat, nothing lost, nothing twice'}"
        )
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()

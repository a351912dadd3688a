"""Simulates in virtual time how long after publication items are read, by how many workers.

    python -m bench.freshness [--sources 100000] [--hours 24] [--poll-ms 20] [--item-ms 20]

Nothing is fetched. Sources publish by chance: the gaps between their entries are spread over four
orders of magnitude, and more is published by day than by night. Sources per host are heavy-tailed,
as where one platform carries hundreds of outlets; a host is asked by one worker at a time, with the
usual pause between two requests. When a source is polled next is decided by the product's own rule
(`crawler.polling.poll_interval.next_poll`). A worker is one core: each poll and each item takes it
the processor time that was measured for them; answers of the network are waited for beside that.

Printed are the 50th, 95th and 99th percentile of the delay for rising numbers of workers, and the
least number whose 95th percentile is within a tenth of what unlimited workers reach.
"""

from __future__ import annotations

import argparse
import heapq
import json
import math
import random
import statistics
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from config.model import Source, Where
from crawler.polling.poll_interval import next_poll
from storage.model import CrawlReport, SourceState, Validators
from supplierwatch.formatting.console import plural

BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
MEDIAN_GAP = 12 * 3600.0  # seconds between two entries of the source in the middle
SPREAD = 1.6  # of the logarithm of the gaps
BY_NIGHT = 0.2  # of what is published in an hour by day
PAUSE = 1.0  # seconds between two requests to a host
ANSWER = 0.4  # seconds until a host answers
SOURCES_PER_HOST = 1.4  # exponent of the distribution: a few hosts have hundreds
MAX_PER_HOST = 2_000
WARM_UP = timedelta(hours=2)  # whose items are not counted: all sources begin at once


@dataclass(slots=True)
class Simulated:
    """A source: the gap between its entries, its host, and the entries that nobody has read."""

    gap: float  # seconds, on average by day
    host: int
    source: Source
    state: SourceState
    next_entry: float = 0.0  # seconds since the beginning


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Processor seconds of a worker for a poll, and for each item that it reads."""

    poll: float
    item: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """The result of one run. Delays are in seconds; `busy` is the share of the workers' time."""

    workers: int
    items: int
    polls: int
    median: float
    p95: float
    p99: float
    busy: float


def make_sources(count: int, chance: random.Random) -> list[Simulated]:
    """Return sources with their gaps and hosts."""
    example = Source(
        key="outlet",
        kind="feed",
        url="https://outlet.example/feed",
        name="Outlet",
        every=timedelta(minutes=15),
        min_every=timedelta(minutes=5),
        max_every=timedelta(hours=24),
        enabled=True,
        confidence="reported",
        item_kind="news",
        language="en",
        verify_tls=True,
        where=Where(file="", line=0),
    )
    state = SourceState(
        key="outlet",
        kind="feed",
        url=example.url,
        active=True,
        next_at=BEGIN,
        lease_owner=None,
        lease_until=None,
        validators=Validators(etag=None, last_modified=None, body_hash=None),
        last_polled_at=BEGIN,
        last_success_at=BEGIN,
        outcome="ok",
        http_status=200,
        last_error=None,
        failures=0,
        baseline_done_at=BEGIN,
        item_count=0,
    )
    made = []
    host, room = 0, 0
    for _ in range(count):
        if room == 0:
            host += 1
            room = min(MAX_PER_HOST, int(chance.paretovariate(SOURCES_PER_HOST)))
        room -= 1
        gap = MEDIAN_GAP * math.exp(chance.gauss(0, SPREAD))
        known = replace(state, usual_gap=timedelta(seconds=gap))
        made.append(Simulated(gap=gap, host=host, source=example, state=known))
    chance.shuffle(made)
    return made


def take_entries(one: Simulated, until: float, chance: random.Random) -> Iterator[float]:
    """Yield when each entry was published that is new at a time; fewer appear by night."""
    while one.next_entry <= until:
        hour = one.next_entry / 3600 % 24
        if 7 <= hour < 19 or chance.random() < BY_NIGHT:
            yield one.next_entry
        one.next_entry += chance.expovariate(1 / one.gap)


def simulate(count: int, hours: float, workers: int | None, costs: Costs, seed: int) -> Freshness:
    """Run the sources for some hours of virtual time.

    Args:
        count: of the sources.
        hours: of virtual time.
        workers: None for as many as there are polls.
        costs: of the workers.
        seed: of all chance, so that runs with other numbers of workers are comparable.
    """
    chance = random.Random(seed)
    sources = make_sources(count, chance)
    end = hours * 3600
    report = CrawlReport(
        source_key="outlet", run_id="run", started_at=BEGIN, finished_at=BEGIN, outcome="ok"
    )
    with_news = replace(report, new=1)
    # (time, number of a source that is due), or (time, -1 - number of a host that is free again)
    events: list[tuple[float, int]] = []
    for number, one in enumerate(sources):
        one.next_entry = chance.expovariate(1 / one.gap)
        events.append((chance.random() * 900, number))
    heapq.heapify(events)
    free_at = [0.0] * (workers or 0)
    waiting: dict[int, deque[int]] = {}  # by host that is being asked
    delays: list[float] = []
    polls, busy = 0, 0.0
    while events and events[0][0] <= end:
        at, number = heapq.heappop(events)
        if number < 0:
            queue = waiting[-1 - number]
            if not queue:
                del waiting[-1 - number]
                continue
            number = queue.popleft()
        elif sources[number].host in waiting:
            # like the service: a host is asked by one worker at a time
            waiting[sources[number].host].append(number)
            continue
        one = sources[number]
        waiting.setdefault(one.host, deque())
        begun = max(at, free_at[0]) if workers else at
        found = list(take_entries(one, begun, chance))
        work = costs.poll + len(found) * costs.item
        if workers:
            heapq.heapreplace(free_at, begun + work)
        ended = begun + max(work, (1 + len(found)) * ANSWER + len(found) * PAUSE)
        heapq.heappush(events, (ended + PAUSE, -1 - one.host))
        polls += 1
        busy += work
        share = (ended - begun) / (1 + len(found))
        delays += [
            begun + (2 + place) * share - published
            for place, published in enumerate(found)
            if published > WARM_UP.total_seconds()
        ]
        next_at = next_poll(
            one.source,
            one.state,
            with_news if found else report,
            BEGIN + timedelta(seconds=ended),
            random=chance.random,
        )
        heapq.heappush(events, ((next_at - BEGIN).total_seconds(), number))
    cuts = statistics.quantiles(delays, n=100)
    return Freshness(
        workers=workers or 0,
        items=len(delays),
        polls=polls,
        median=cuts[49],
        p95=cuts[94],
        p99=cuts[98],
        busy=busy / (end * workers) if workers else busy / end,
    )


def find_workers(args: argparse.Namespace, costs: Costs) -> tuple[Sequence[Freshness], Freshness]:
    """Return the runs with rising numbers of workers, and the one with unlimited workers."""
    ideal = simulate(args.sources, args.hours, None, costs, args.seed)
    # `busy` without a limit is how many cores the work takes on average
    workers, runs = max(1, math.floor(ideal.busy * 0.8)), []
    while True:
        run = simulate(args.sources, args.hours, workers, costs, args.seed)
        runs.append(run)
        print_run(run)
        if run.p95 <= ideal.p95 * 1.1:
            return runs, ideal
        workers = max(workers + 1, math.ceil(workers * 1.25))


def print_run(run: Freshness) -> None:
    """Print a run as a line of the table."""
    name = plural(run.workers, "worker") if run.workers else "unlimited"
    minutes = " ".join(f"{each / 60:9.1f}" for each in (run.median, run.p95, run.p99))
    print(f"  {name:<14}{run.items:>9}{run.polls:>10} {minutes} {run.busy:8.2f}", flush=True)


def main() -> None:
    """Print the table, and a line of JSON."""
    ask = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    ask.add_argument("--sources", type=int, default=10_000)
    ask.add_argument("--hours", type=float, default=24.0)
    ask.add_argument("--poll-ms", type=float, default=20.0, help="processor time of a poll")
    ask.add_argument("--item-ms", type=float, default=20.0, help="and of an item, with matching")
    ask.add_argument("--seed", type=int, default=1)
    args = ask.parse_args()
    costs = Costs(poll=args.poll_ms / 1000, item=args.item_ms / 1000)
    print(f"{args.sources} sources, {args.hours:g} hours of virtual time; delays in minutes")
    print(f"  {'':<14}{'items':>9}{'polls':>10} {'median':>9} {'95 %':>9} {'99 %':>9}     busy")
    runs, ideal = find_workers(args, costs)
    print_run(ideal)
    print(
        json.dumps(
            {
                "sources": args.sources,
                "workers": runs[-1].workers,
                "cores": round(ideal.busy, 2),
                "p50": round(runs[-1].median, 1),
                "p95": round(runs[-1].p95, 1),
                "p99": round(runs[-1].p99, 1),
            }
        )
    )


if __name__ == "__main__":
    main()

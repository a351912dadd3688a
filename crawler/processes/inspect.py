"""Examines one source step by step, or probes many, in child processes. Stores nothing.

`crawler.diagnostics.examine` and `crawler.diagnostics.probe` run in the child. Nothing that is slow
to import is imported here.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from config.model import CrawlSettings, Source
from crawler.jobs.batches import batches, host_of
from crawler.jobs.job import CrawlJob
from crawler.processes.children import Child, spawn

PATIENCE = timedelta(seconds=90)
PROBE_TIMEOUT = timedelta(seconds=15)
PROBED_TOGETHER = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of an examination: its name, whether it succeeded, and lines of text.

    `facts`: of a listing with entries `address`, `entries`, `newest` and, of a feed, `title`; of an
    extraction `title` and `words`.
    """

    step: str
    ok: bool
    lines: tuple[str, ...]
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """The result of probing one source. `outcome` "ok": it was read and has entries."""

    source: str
    outcome: str
    entries: int = 0
    newest_at: datetime | None = None
    http_status: int | None = None
    moved_to: str | None = None
    error: str | None = None
    seconds: float | None = None


def probe_sources(
    sources: Sequence[Source], settings: CrawlSettings, *, timeout: timedelta = PROBE_TIMEOUT
) -> Iterator[Probe]:
    """Fetch the listing of each source, some at a time; yield each result as it comes.

    As in a poll, one process sends all requests to a host, one at a time.
    """
    waiting = list(batches(sources, size=PROBED_TOGETHER))
    running: list[tuple[Child, set[str]]] = []
    try:
        while waiting or running:
            while waiting and len(running) < settings.concurrent_batches:
                batch = waiting.pop(0)
                running.append((_spawn_probe(batch, settings, timeout), {one.key for one in batch}))
            for child, keys in list(running):
                ended = child.poll()
                yield from _read_probes(child, keys)
                if ended is not None:
                    running.remove((child, keys))
                    why = f"the probe ended with exit code {ended} before it was asked"
                    yield from (Probe(source=k, outcome="failed", error=why) for k in sorted(keys))
            time.sleep(0.05)
    finally:
        for child, _ in running:
            child.terminate(grace=1)


def _spawn_probe(batch: Sequence[Source], settings: CrawlSettings, timeout: timedelta) -> Child:
    # robots.txt, the listing and a part or two of it, one after the other
    most_of_a_host = max(Counter(host_of(source.url) for source in batch).values())
    return spawn(
        CrawlJob(
            run_id=f"probe-{uuid.uuid4().hex[:8]}",
            database_url="",
            sources=tuple(batch),
            crawl=settings,
            pages_per_source=0,
            deadline=timeout * 3 * most_of_a_host + PATIENCE,
            timeout=timeout,
            task="probe",
        )
    )


def _read_probes(child: Child, waited_for: set[str]) -> Iterator[Probe]:
    for event in child.events():
        key = event.get("source")
        if key not in waited_for or event["event"] not in ("probed", "error"):
            continue
        waited_for.discard(key)
        if event["event"] == "error":
            yield Probe(source=key, outcome="failed", error=str(event["error"]))
            continue
        newest = event["newest_at"]
        yield Probe(
            source=key,
            outcome=event["outcome"],
            entries=event["entries"],
            newest_at=None if newest is None else datetime.fromisoformat(newest),
            http_status=event["http_status"],
            moved_to=event["moved_to"],
            error=event["error"],
            seconds=event["seconds"],
        )


def inspect_source(
    source: Source, settings: CrawlSettings, *, database_url: str = ""
) -> tuple[Step, ...]:
    """Examine a source in a child process.

    The steps: fetch, decode, listing, dates, page, extraction, decision, identity.

    Args:
        database_url: the database to compare with; empty: nothing is stored yet.
    """
    child = spawn(
        CrawlJob(
            run_id=f"inspect-{uuid.uuid4().hex[:8]}",
            database_url=database_url,
            sources=(source,),
            crawl=replace(settings, download_delay=timedelta(0)),
            pages_per_source=1,
            deadline=PATIENCE,
            task="inspect",
        )
    )
    code = child.wait(PATIENCE.total_seconds() + 15)
    if code is None:
        child.terminate(grace=1)
    events = child.events()
    steps = [
        Step(
            step=event["step"],
            ok=event["ok"],
            lines=tuple(event["lines"]),
            facts=event["facts"],
        )
        for event in events
        if event["event"] == "step"
    ]
    broken = [str(event["error"]) for event in events if event["event"] == "error"]
    if broken or code != 0:
        lines = (*broken, f"the examination ended with exit code {code}")
        steps.append(Step(step="examination", ok=False, lines=lines))
    return tuple(steps)

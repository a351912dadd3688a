"""Examines one source step by step, or probes many, in child processes. Stores nothing.

`crawler.diagnostics.examine` and `crawler.diagnostics.probe` run in the child. Nothing that is slow
to import is imported here.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from config.model import CrawlSettings, Selectors, Source
from crawler.jobs.batches import host_of, make_batches
from crawler.jobs.job import CrawlJob
from crawler.processes.children import Child, spawn

EXAMINE_TIMEOUT = timedelta(seconds=90)
PROBE_TIMEOUT = timedelta(seconds=15)
PROBE_BATCH_SIZE = 20
CHECK_EVERY = 0.1  # seconds between two reads of the events of an examination


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
class SampleEntry:
    """An entry that a source lists."""

    title: str
    url: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSource:
    """A way to read a URL: kind, URL and selectors, with the number and a sample of entries."""

    kind: str
    url: str
    title: str
    select: Selectors
    entries: int
    newest_at: datetime | None
    sample: tuple[SampleEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """The result of probing one source. `outcome` "ok": it was read, and has entries."""

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
    """Fetch the listing of each source, some at a time; yield each result when it is known.

    As in a poll, one process sends all requests to a host, one at a time.
    """
    waiting = list(make_batches(sources, size=PROBE_BATCH_SIZE))
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
                    why = f"the probe ended with exit code {ended} before it was fetched"
                    yield from (Probe(source=k, outcome="failed", error=why) for k in sorted(keys))
            time.sleep(0.05)
    finally:
        for child, _ in running:
            child.terminate(grace=1)


def _spawn_probe(batch: Sequence[Source], settings: CrawlSettings, timeout: timedelta) -> Child:
    # robots.txt, the listing and one or two of its parts, one after the other
    most_of_a_host = max(Counter(host_of(source.url) for source in batch).values())
    return spawn(
        CrawlJob(
            run_id=f"probe-{uuid.uuid4().hex[:8]}",
            database_url="",
            sources=tuple(batch),
            crawl=settings,
            pages_per_source=0,
            deadline=timeout * 3 * most_of_a_host + EXAMINE_TIMEOUT,
            timeout=timeout,
            task="probe",
        )
    )


def _read_probes(child: Child, pending: set[str]) -> Iterator[Probe]:
    for event in child.events():
        key = event.get("source")
        if key not in pending or event["event"] not in ("probed", "error"):
            continue
        pending.discard(key)
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
    source: Source,
    settings: CrawlSettings,
    *,
    database_url: str = "",
    progress: Callable[[Step], None] | None = None,
    ending: threading.Event | None = None,
) -> tuple[Step, ...]:
    """Examine a source in a child process.

    The steps: fetch, decode, listing, dates, page, extraction, decision, identity.

    Args:
        source: to examine.
        settings: of the crawler.
        database_url: the database to compare with; empty: nothing is stored yet.
        progress: called with each step as it is done.
        ending: once set, the process is ended.
    """
    steps, _ = _examine("inspect", source, settings, database_url, progress, ending)
    return steps


def discover_source(
    source: Source,
    settings: CrawlSettings,
    *,
    progress: Callable[[Step], None] | None = None,
    ending: threading.Event | None = None,
) -> tuple[tuple[Step, ...], tuple[FoundSource, ...]]:
    """Find the kinds of source that can read a URL, in a child process.

    Args:
        source: with the URL; its kind is not used.
        settings: of the crawler.
        progress: called with each step as it is done.
        ending: once set, the process is ended.

    Returns:
        the steps, and the ways to read it, the most likely first.
    """
    steps, events = _examine("discover", source, settings, "", progress, ending)
    return steps, tuple(_read_found(event) for event in events if event["event"] == "found")


def _examine(
    task: Literal["inspect", "discover"],
    source: Source,
    settings: CrawlSettings,
    database_url: str,
    progress: Callable[[Step], None] | None,
    ending: threading.Event | None,
) -> tuple[tuple[Step, ...], list[dict[str, Any]]]:
    child = spawn(
        CrawlJob(
            run_id=f"{task}-{uuid.uuid4().hex[:8]}",
            database_url=database_url,
            sources=(source,),
            crawl=replace(settings, download_delay=timedelta(0)),
            pages_per_source=1,
            deadline=EXAMINE_TIMEOUT,
            task=task,
        )
    )
    steps: list[Step] = []
    events: list[dict[str, Any]] = []

    def collect() -> None:
        for event in child.events():
            events.append(event)
            if event["event"] == "step":
                steps.append(
                    Step(
                        step=event["step"],
                        ok=event["ok"],
                        lines=tuple(event["lines"]),
                        facts=event.get("facts", {}),
                    )
                )
                if progress is not None:
                    progress(steps[-1])

    end = time.monotonic() + EXAMINE_TIMEOUT.total_seconds() + 15
    code = child.wait(CHECK_EVERY)
    while code is None and time.monotonic() < end and not (ending and ending.is_set()):
        collect()
        code = child.wait(CHECK_EVERY)
    if code is None:
        child.terminate(grace=1)
    collect()
    broken = [str(event["error"]) for event in events if event["event"] == "error"]
    if broken or code != 0:
        lines = (*broken, f"the examination ended with exit code {code}")
        steps.append(Step(step="examination", ok=False, lines=lines))
    return tuple(steps), events


def _read_found(event: Mapping[str, Any]) -> FoundSource:
    select = {name: value for name, value in event["select"].items() if name != "remove"}
    return FoundSource(
        kind=event["kind"],
        url=event["url"],
        title=event["title"],
        select=Selectors(**select),
        entries=event["entries"],
        newest_at=_read_time(event["newest_at"]),
        sample=tuple(
            SampleEntry(
                title=one["title"], url=one["url"], published_at=_read_time(one["published_at"])
            )
            for one in event["sample"]
        ),
    )


def _read_time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)

"""Examines one source step by step, for `doctor`: reads as a poll would, stores nothing.

The parent's side; `crawler.examining` is the child's. Imports nothing that takes time.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import timedelta

from config.model import CrawlSettings, Source
from crawler.children import spawn
from crawler.job import CrawlJob

PATIENCE = timedelta(seconds=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of an examination: its name, whether it went well, and what was found."""

    step: str
    ok: bool
    lines: tuple[str, ...]


def inspect_source(source: Source, settings: CrawlSettings) -> tuple[Step, ...]:
    """Examine a source in a child process: fetch, listing, dates, page, extraction, decision."""
    child = spawn(
        CrawlJob(
            run_id=f"inspect-{uuid.uuid4().hex[:8]}",
            database_url="",
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
    said = child.events()
    steps = [
        Step(step=event["step"], ok=event["ok"], lines=tuple(event["lines"]))
        for event in said
        if event["event"] == "step"
    ]
    broken = [str(event["error"]) for event in said if event["event"] == "error"]
    if broken or code != 0:
        lines = (*broken, f"the examination ended with exit code {code}")
        steps.append(Step(step="examination", ok=False, lines=lines))
    return tuple(steps)

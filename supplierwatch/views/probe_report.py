"""Output of `sources --probe`: a line for each source, then problems with their fixes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from config.model import Source
from supplierwatch.formatting.console import clean, plural, print_indented
from supplierwatch.formatting.times import day, iso

if TYPE_CHECKING:
    from crawler.processes.inspect import Probe

MAX_CAUSE = 240
_COLOURS = {"ok": "green", "empty": "yellow"}
Row = tuple[Source, "Probe"]


def answers(probe: Probe) -> bool:
    """Return whether a source gave a listing. An empty one is valid: there may be no notices."""
    return probe.outcome in ("ok", "empty")


def reads(probe: Probe) -> bool:
    """Return whether a source can be read: it lists at least one entry."""
    return probe.outcome == "ok"


def print_rows(screen: Console, rows: Sequence[Row], *, asked: int) -> None:
    """Print the table, the problems and a summary. `asked`: number of sources probed."""
    if rows:
        screen.print(_build_table(rows))
    for source, probe in rows:
        if (problem := _describe_problem(source, probe)) is not None:
            screen.print()
            screen.print(Text.assemble((source.key, "bold red"), f"  {source.url}"), soft_wrap=True)
            print_indented(screen, Text(clean(problem, MAX_CAUSE)), 2)
    screen.print()
    screen.print(Text(_summarise(rows, asked), "bold"))


def _build_table(rows: Sequence[Row]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("source", style="cyan", overflow="fold", min_width=12)
    for name in ("kind", "enabled", "confidence", "result"):
        table.add_column(name, no_wrap=True)
    table.add_column("entries", justify="right", no_wrap=True)
    table.add_column("newest", no_wrap=True)
    for source, probe in rows:
        answer = "reads" if probe.outcome == "ok" else probe.outcome
        table.add_row(
            source.key,
            source.kind,
            "yes" if source.enabled else "no",
            source.confidence,
            Text(answer, _COLOURS.get(probe.outcome, "red")),
            str(probe.entries) if answers(probe) else "-",
            "-" if probe.newest_at is None else day(probe.newest_at),
        )
    return table


def _describe_problem(source: Source, probe: Probe) -> str | None:
    """Return what is wrong and what to do; None if nothing is."""
    if not answers(probe):
        return f"{probe.error or probe.outcome}; {_suggest_fix(source, probe)}"
    if probe.moved_to is not None:
        return f"it has moved permanently: write {probe.moved_to} into sources.toml"
    if probe.outcome == "empty" and source.kind in ("feed", "page", "boardpapers"):
        return "it answers and lists nothing: open its address in a browser"
    return None


def _suggest_fix(source: Source, probe: Probe) -> str:
    if probe.outcome == "not-a-feed":
        return "give the address of its listing in sources.toml, or another kind"
    if probe.outcome == "blocked":
        return "it refuses automatic requests: ask its publisher, or set enabled = false"
    if probe.http_status in (404, 410):
        return "find its new address, or set enabled = false"
    return f"`supplierwatch doctor {source.key}` shows it step by step"


def _summarise(rows: Sequence[Row], asked: int) -> str:
    failed = sum(1 for _, probe in rows if not answers(probe))
    empty = sum(1 for _, probe in rows if probe.outcome == "empty")
    what = f"{plural(asked, 'source')} probed, {asked - failed - empty} can be read"
    return what + (f", {empty} {'is' if empty == 1 else 'are'} empty." if empty else ".")


def rows_json(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the document of `sources --probe --json`."""
    return {
        "probed": [
            {
                "key": source.key,
                "kind": source.kind,
                "url": source.url,
                "enabled": source.enabled,
                "confidence": source.confidence,
                "outcome": probe.outcome,
                "reads": reads(probe),
                "http_status": probe.http_status,
                "entries": probe.entries,
                "newest_at": iso(probe.newest_at),
                "moved_to": probe.moved_to,
                "error": probe.error,
                "seconds": probe.seconds,
            }
            for source, probe in rows
        ]
    }

"""Output of `crawl`: a progress bar while it runs, then the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from storage.model import SourceState
from supplierwatch.formatting.console import clean, plural
from supplierwatch.formatting.times import iso
from supplierwatch.views.progress_bar import ProgressBar

Event = Mapping[str, Any]

GOOD = ("ok", "not-modified", "empty")
OUTCOME_WORDS = {
    "ok": "read",
    "not-modified": "nothing new",
    "empty": "lists nothing",
    "not-a-feed": "not a feed",
    "blocked": "blocked",
    "failed": "failed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveCounts:
    """Counts of items, mentions and sent messages in the database at one time."""

    items: int
    mentions: int
    sent: int


class CrawlProgress(ProgressBar):
    """A progress bar over the sources; hidden where `stream` is not a terminal."""

    def __init__(self, total: int, names: Mapping[str, str], *, stream: TextIO | None) -> None:
        screen = Console(file=stream, markup=False, emoji=False, highlight=False)
        hidden = stream is None or not stream.isatty()
        super().__init__(screen, "Polling", total=total, hidden=hidden, status=True)
        self._names = names
        self._items = 0

    def take(self, event: Event) -> None:
        """Update the bar for an event of a crawl."""
        key = str(event.get("source") or event.get("source_key") or "")
        kind = event.get("event")
        if kind == "entry.stored":
            self._items += 1
        if kind == "source.finished":
            self._bar.advance(self._task)
        name = clean(self._names.get(key, key), 28)
        self._bar.update(self._task, status=f"{plural(self._items, 'entry', 'entries')}  {name}")


def print_reports(
    screen: Console, reports: Sequence[Event], before: ArchiveCounts, after: ArchiveCounts
) -> None:
    """Print a line for each source, then the totals."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("source", overflow="fold", style="cyan")
    table.add_column("result")
    for name in ("listed", "new", "revised", "thin"):
        table.add_column(name, justify="right")
    failed = [report for report in reports if report["outcome"] not in GOOD]
    for report in sorted(reports, key=lambda r: (r["outcome"] in GOOD, str(r["source_key"]))):
        outcome = str(report["outcome"])
        table.add_row(
            str(report["source_key"]),
            Text(OUTCOME_WORDS.get(outcome, outcome), "" if outcome in GOOD else "red"),
            *(_format_number(report.get(name, 0)) for name in ("listed", "new", "revised", "thin")),
        )
    if reports:
        screen.print(table)
        for report in failed:
            named = (str(report["source_key"]), "bold red")
            screen.print(Text.assemble("\n", named, f"  {_describe_cause(report)}"))
        screen.print()
    else:
        screen.print("No source was due.")
    screen.print(Text(_summarise(before, after), "bold"))


def _describe_cause(report: Event) -> str:
    cause = next(iter(report.get("errors") or ()), "")
    status = report.get("http_status")
    if not cause:
        cause = f"HTTP {status}" if status else "no cause recorded"
    return clean(str(cause), 240)


def _format_number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) and value else "-"


def _summarise(before: ArchiveCounts, after: ArchiveCounts) -> str:
    return (
        f"{plural(after.items - before.items, 'new item')}, "
        f"{plural(after.mentions - before.mentions, 'new mention')}, "
        f"{plural(after.sent - before.sent, 'message')} delivered; "
        f"{plural(after.items, 'item')} in the archive."
    )


def crawl_json(
    reports: Sequence[Event], before: ArchiveCounts, after: ArchiveCounts
) -> dict[str, Any]:
    """Return the document of `crawl --json`."""
    return {
        "sources": [
            {
                "source": report["source_key"],
                "outcome": report["outcome"],
                "http_status": report.get("http_status"),
                **{
                    name: report.get(name, 0)
                    for name in ("listed", "new", "completed", "revised", "duplicate", "thin")
                },
                "errors": [str(error) for error in report.get("errors") or ()],
            }
            for report in sorted(reports, key=lambda r: str(r["source_key"]))
        ],
        "new_items": after.items - before.items,
        "new_mentions": after.mentions - before.mentions,
        "messages_delivered": after.sent - before.sent,
        "items": after.items,
    }


def print_asked(screen: Console, states: Mapping[str, SourceState | None]) -> None:
    """Print the results of the polls that the service was asked for; None: not polled yet."""
    for key, state in states.items():
        if state is None:
            screen.print(Text(f"{key}  not polled yet: `supplierwatch sources` shows when"))
            continue
        outcome = OUTCOME_WORDS.get(state.outcome or "", "failed")
        words = f"{outcome}, {plural(state.item_count, 'item')} in all"
        if state.failures:
            words += f": {clean(state.last_error or 'no cause recorded')}"
        style = "red" if state.failures else "green"
        screen.print(Text.assemble((key, "cyan"), "  ", (words, style)), soft_wrap=True)


def asked_json(states: Mapping[str, SourceState | None]) -> dict[str, Any]:
    """Return the document of `crawl SOURCE --json` while the service runs."""
    return {
        "asked": [
            {
                "source": key,
                "polled_at": None if state is None else iso(state.last_polled_at),
                "outcome": None if state is None else state.outcome,
                "items": None if state is None else state.item_count,
                "error": None if state is None else state.last_error,
            }
            for key, state in states.items()
        ]
    }

"""Sources as a table: how each one is, those in trouble first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from config.model import Source
from crawler.kinds import NEVER_TRIED_LIVE
from storage.model import SourceState
from supplierwatch.show.console import clean, plural
from supplierwatch.show.times import ago, iso

MAX_CAUSE = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A declared source, with what is remembered of it."""

    source: Source
    state: SourceState | None

    @property
    def status(self) -> str:
        """`off`, `new` (never polled), `ok`, or what went wrong."""
        if not self.source.enabled:
            return "off"
        if self.state is None or self.state.last_polled_at is None:
            return "new"
        if self.state.failures:
            return str(self.state.outcome or "failed")
        return "ok"


def rows(sources: Sequence[Source], states: Mapping[str, SourceState]) -> list[Row]:
    """A row for each declared source: in trouble first, then as declared, switched off last."""
    made = [Row(source=source, state=states.get(source.key)) for source in sources]
    rank = {"ok": 1, "new": 1, "off": 2}
    return sorted(made, key=lambda row: rank.get(row.status, 0))


def print_rows(
    screen: Console, rows: Sequence[Row], now: datetime, *, failing_only: bool = False
) -> None:
    """The table, then the causes of trouble, then a line that sums it up."""
    if not rows:
        screen.print("No source is failing." if failing_only else "No source is declared.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("source", style="cyan", overflow="fold", min_width=12)
    table.add_column("kind", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("last read", no_wrap=True)
    table.add_column("next", no_wrap=True)
    table.add_column("items", justify="right", no_wrap=True)
    for row in rows:
        state = row.state
        polled = state is not None and row.status != "off"
        table.add_row(
            row.source.key,
            row.source.kind,
            Text(row.status, _STYLES.get(row.status, "red")),
            ago(state.last_success_at, now) if state is not None else "never",
            ago(state.next_at, now) if state is not None and polled else "-",
            f"{state.item_count:,}" if state is not None else "-",
        )
    screen.print(table)
    for row in rows:
        if row.state is not None and row.state.failures:
            screen.print()
            screen.print(
                Text.assemble(
                    (row.source.key, "bold red"),
                    f"  {plural(row.state.failures, 'poll')} in a row: ",
                    clean(row.state.last_error or "no cause noted", MAX_CAUSE),
                )
            )
            screen.print(Text(f"  {row.source.url}", "dim"), soft_wrap=True)
    if untried := _untried(rows):
        screen.print()
        said = (
            f"Never tried against the real service: {untried}. supplierwatch doctor KEY tries one."
        )
        screen.print(Text(said, "yellow"))
    screen.print()
    screen.print(Text(_sum(rows), "bold"))


_STYLES = {"ok": "green", "new": "yellow", "off": "dim"}


def _untried(rows: Sequence[Row]) -> str:
    """The sources of kinds that we have not tried, but those that have been read here."""
    read = {row.source.key for row in rows if row.state is not None and row.state.last_success_at}
    kinds = [row for row in rows if row.source.kind in NEVER_TRIED_LIVE and row.status != "off"]
    return ", ".join(row.source.key for row in kinds if row.source.key not in read)


def _sum(rows: Sequence[Row]) -> str:
    bad = sum(1 for row in rows if row.state is not None and row.state.failures)
    new = sum(1 for row in rows if row.status == "new")
    said = plural(len(rows), "source")
    if bad:
        said += f", {bad} failing"
    if new:
        said += f", {new} never polled"
    return said + "."


def row_json(row: Row) -> dict[str, Any]:
    """A source, for scripts."""
    source, state = row.source, row.state
    return {
        "key": source.key,
        "name": source.name,
        "kind": source.kind,
        "url": source.url,
        "enabled": source.enabled,
        "confidence": source.confidence,
        "status": row.status,
        "last_polled_at": iso(state.last_polled_at) if state else None,
        "last_success_at": iso(state.last_success_at) if state else None,
        "next_at": iso(state.next_at) if state and source.enabled else None,
        "failures": state.failures if state else 0,
        "last_error": state.last_error if state else None,
        "http_status": state.http_status if state else None,
        "items": state.item_count if state else 0,
    }

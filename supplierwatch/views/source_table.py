"""Output of `sources`: the state of each source, those with problems first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crawler.spider_base.kind_registry import NEVER_TRIED_LIVE
from storage.rules.local_time import local_time
from supplierwatch.formatting.console import clean, plural
from supplierwatch.formatting.source_rows import SourceRow, summarise
from supplierwatch.formatting.source_settings import describe_gap
from supplierwatch.formatting.times import ago

MAX_CAUSE = 160


def print_rows(
    screen: Console, rows: Sequence[SourceRow], now: datetime, *, failing_only: bool = False
) -> None:
    """Print the table, then the problems, then a summary."""
    if not rows:
        screen.print("No source is failing." if failing_only else "No source is declared.")
        return
    screen.print(_build_table(rows, now))
    for row in rows:
        if row.is_odd:
            _print_problem(screen, row)
    if untried := _list_untried(rows):
        screen.print()
        warning = (
            f"Never tried against the real service: {untried}. supplierwatch doctor KEY tries one."
        )
        screen.print(Text(warning, "yellow"))
    screen.print()
    screen.print(Text(summarise(rows), "bold"))


def _build_table(rows: Sequence[SourceRow], now: datetime) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("source", style="cyan", overflow="fold", min_width=12)
    for name in ("kind", "status", "read", "next", "newest", "new every"):
        table.add_column(name, no_wrap=True)
    table.add_column("items", justify="right", no_wrap=True)
    table.add_column("thin", justify="right", no_wrap=True)
    for row in rows:
        state = row.state
        polled = state is not None and row.status != "off"
        table.add_row(
            row.source.key,
            row.source.kind,
            Text(row.status, _STYLES.get(row.status, "red")),
            _format_age(state.last_success_at, now) if state is not None else "never",
            ago(state.next_at, now) if state is not None and polled else "-",
            _format_day(state.newest_published_at, now) if state is not None else "-",
            (describe_gap(state.usual_gap) if state is not None else "") or "-",
            f"{state.item_count:,}" if state is not None else "-",
            f"{row.recent.thin / row.recent.items:.0%}" if row.recent.items else "-",
        )
    return table


def _print_problem(screen: Console, row: SourceRow) -> None:
    screen.print()
    if row.state is not None and row.state.failures:
        screen.print(
            Text.assemble(
                (row.source.key, "bold red"),
                f"  {plural(row.state.failures, 'poll')} in a row: ",
                clean(row.state.last_error or "no cause recorded", MAX_CAUSE),
            )
        )
        screen.print(Text(f"  {row.source.url}", "dim"), soft_wrap=True)
    else:
        for one in row.problems:
            what, _, fix = clean(one.text.removeprefix("source ")).partition(": ")
            screen.print(Text.assemble((one.kind, "bold red"), f"  {what}"))
            screen.print(Text(f"  {fix}", "dim"))


_STYLES = {"ok": "green", "new": "yellow", "off": "dim", "moved": "yellow", "thin": "yellow"}


def _format_age(moment: datetime | None, now: datetime, *, never: str = "never") -> str:
    return ago(moment, now, never=never).removesuffix(" ago")


def _format_day(moment: datetime | None, now: datetime) -> str:
    """Format a date as `24 Nov`, with its year where that is not this year."""
    if moment is None:
        return "-"
    local = local_time(moment)
    year = "" if local.year == local_time(now).year else f" {local.year}"
    return f"{local.day} {local:%b}{year}"


def _list_untried(rows: Sequence[SourceRow]) -> str:
    """List sources of kinds never tried on the live service, without those read here before."""
    read = {row.source.key for row in rows if row.state is not None and row.state.last_success_at}
    kinds = [row for row in rows if row.source.kind in NEVER_TRIED_LIVE and row.status != "off"]
    return ", ".join(row.source.key for row in kinds if row.source.key not in read)

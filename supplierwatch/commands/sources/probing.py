"""`sources --probe`: fetches every declared source once, and stores nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from supplierwatch.formatting.console import console, plural, print_json, waiting
from supplierwatch.shell.child_logs import capture_child_logs
from supplierwatch.shell.exits import Exit
from supplierwatch.shell.session import session

if TYPE_CHECKING:
    from supplierwatch.wiring import CompiledConfiguration


def probe_all(
    ctx: typer.Context, wired: CompiledConfiguration, *, failing: bool, json: bool
) -> None:
    """Probe all sources and show which can be read; exit code 1 if an enabled one cannot.

    Args:
        ctx: of the command.
        wired: the configuration.
        failing: show only those that cannot be read.
        json: print one JSON document.
    """
    from crawler.processes.inspect import probe_sources
    from supplierwatch.views import probe_report

    sources = wired.catalog.sources
    with (
        capture_child_logs(unless=session(ctx).verbose) as children,
        waiting(f"fetching {plural(len(sources), 'source')}", children.screen),
    ):
        answers = {one.source: one for one in probe_sources(sources, wired.catalog.settings.crawl)}
    rows = [(source, answers[source.key]) for source in sources]
    if failing:
        rows = [row for row in rows if not probe_report.answers(row[1])]
    if json:
        print_json(probe_report.rows_json(rows))
    else:
        probe_report.print_rows(console(), rows, asked=len(sources))
    if any(source.enabled and not probe_report.answers(answers[source.key]) for source in sources):
        raise typer.Exit(Exit.FAILED)

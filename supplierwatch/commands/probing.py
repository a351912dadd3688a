"""`sources --probe`: every declared source asked once, in one go, with nothing stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from supplierwatch.formatting.console import console, plural, print_json, waiting
from supplierwatch.shell.child_logs import children_quiet
from supplierwatch.shell.exits import Exit
from supplierwatch.shell.session import session

if TYPE_CHECKING:
    from supplierwatch.wiring import CompiledConfiguration


def probe_all(
    ctx: typer.Context, wired: CompiledConfiguration, *, failing: bool, json: bool
) -> None:
    """Probe all sources and show which can be read; exit code 1 where one that is on cannot.

    Args:
        failing: show only those that cannot.
        json: as one document.
    """
    from crawler.processes.inspect import probe_sources
    from supplierwatch.views import probed

    sources = wired.catalog.sources
    with (
        children_quiet(unless=session(ctx).verbose) as children,
        waiting(f"asking {plural(len(sources), 'source')}", children.screen),
    ):
        answers = {one.source: one for one in probe_sources(sources, wired.catalog.settings.crawl)}
    rows = [(source, answers[source.key]) for source in sources]
    if failing:
        rows = [row for row in rows if not probed.reads(row[1])]
    if json:
        print_json(probed.rows_json(rows))
    else:
        probed.print_rows(console(), rows, asked=len(sources))
    if any(source.enabled and not probed.reads(answers[source.key]) for source in sources):
        raise typer.Exit(Exit.FAILED)

"""`doctor SOURCE`: diagnoses one source step by step, from the fetch to what would be stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from supplierwatch.formatting.console import console, print_json, waiting
from supplierwatch.shell.child_logs import capture_child_logs
from supplierwatch.shell.exits import Exit
from supplierwatch.shell.failures import NothingStoredError, unknown_key
from supplierwatch.shell.options import Json, Source
from supplierwatch.shell.registering import add
from supplierwatch.shell.session import archive, session

if TYPE_CHECKING:
    from supplierwatch.wiring import CompiledConfiguration

PANEL = "Ask"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    add(
        app,
        "doctor",
        doctor,
        panel=PANEL,
        examples=(("doctor digital-health", "from the fetch to what would be stored"),),
    )


def doctor(ctx: typer.Context, source: Source, json: Json = False) -> None:
    """Diagnose one source step by step.

    The listing and its newest page are fetched as a poll would; each step shows what it found: how
    the bytes were decoded, which entries and dates are there, what is the article, and how the
    archive would store it. Nothing is stored or sent. Ends with exit code 1 if a step
    failed.
    """
    from crawler.processes.inspect import inspect_source
    from supplierwatch.views import examined

    wired = session(ctx).wired()
    declared = {each.key: each for each in wired.catalog.sources}
    if source not in declared:
        raise unknown_key("source", source, list(declared), "supplierwatch sources")
    with (
        capture_child_logs(unless=session(ctx).verbose) as children,
        waiting(f"examining {declared[source].url}", children.screen),
    ):
        steps = inspect_source(
            declared[source], wired.catalog.settings.crawl, database_url=_find_database_url(wired)
        )
    if json:
        print_json(examined.steps_json(declared[source], steps))
    else:
        examined.print_steps(console(), declared[source], steps)
    if not all(step.ok for step in steps):
        raise typer.Exit(Exit.FAILED)


def _find_database_url(wired: CompiledConfiguration) -> str:
    """Return the URL of the database; empty if there is none yet or it cannot be opened."""
    from storage.errors import StorageError

    try:
        with archive(wired):
            return wired.catalog.settings.service.database_url
    except (NothingStoredError, StorageError):
        return ""

"""`doctor SOURCE`: diagnoses one source step by step, from the fetch to what would be stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from supplierwatch.commands.sources.trying import NO_KIND, source_at, try_kinds, was_fetched
from supplierwatch.formatting.console import console, note, print_json, waiting
from supplierwatch.shell.child_logs import capture_child_logs
from supplierwatch.shell.exits import Exit
from supplierwatch.shell.failures import NothingStoredError, unknown_key_error
from supplierwatch.shell.options import Json, Source
from supplierwatch.shell.registering import add
from supplierwatch.shell.session import archive, session

if TYPE_CHECKING:
    from supplierwatch.wiring import CompiledConfiguration

PANEL = "Search and inspect"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    add(
        app,
        "doctor",
        doctor,
        panel=PANEL,
        examples=(
            ("doctor digital-health", "from the fetch to what would be stored"),
            ("doctor https://outlet.example/", "can it be read, and by which kind?"),
        ),
    )


def doctor(ctx: typer.Context, source: Source, json: Json = False) -> None:
    """Diagnose one source, or any web address, step by step.

    The listing and its newest page are fetched as a poll would fetch them; each step shows what it
    found: how the bytes were decoded, which entries and dates are there, what the article is, and
    how the archive would store it. An address is tried as a feed, by the feed that its page names,
    as a sitemap and as a list of PDFs. Nothing is stored or sent. Ends with exit code 1 if a step
    failed.
    """
    from config.editing.source_file import is_address
    from crawler.processes.inspect import inspect_source
    from supplierwatch.views import doctor_report

    wired = session(ctx).wired()
    declared = {each.key: each for each in wired.catalog.sources}
    if source not in declared and is_address(source):
        _try_address(ctx, wired, source, json=json)
        return
    if source not in declared:
        raise unknown_key_error("source", source, list(declared), "supplierwatch sources")
    with (
        capture_child_logs(unless=session(ctx).verbose) as children,
        waiting(f"examining {declared[source].url}", children.screen),
    ):
        steps = inspect_source(
            declared[source], wired.catalog.settings.crawl, database_url=_find_database_url(wired)
        )
    if json:
        print_json(doctor_report.steps_json(declared[source], steps))
    else:
        doctor_report.print_steps(console(), declared[source], steps)
    if not all(step.ok for step in steps):
        raise typer.Exit(Exit.FAILED)


def _try_address(
    ctx: typer.Context, wired: CompiledConfiguration, address: str, *, json: bool
) -> None:
    from supplierwatch.views import doctor_report

    tried = source_at(address, key=None, name=None, taken=())
    with (
        capture_child_logs(unless=session(ctx).verbose) as children,
        waiting(f"examining {tried.url}", children.screen),
    ):
        tried, steps, readable = try_kinds(
            tried, wired.catalog.settings.crawl, _find_database_url(wired)
        )
    if json:
        print_json(doctor_report.steps_json(tried, steps))
    else:
        doctor_report.print_steps(console(), tried, steps)
        if readable:
            note(f"`supplierwatch sources add {tried.url}` adds it, as a {tried.kind}.")
        elif was_fetched(steps):
            note(NO_KIND)
    if not readable or not all(step.ok for step in steps):
        raise typer.Exit(Exit.FAILED)


def _find_database_url(wired: CompiledConfiguration) -> str:
    """Return the URL of the database; empty if there is none yet or it cannot be opened."""
    from storage.errors import StorageError

    try:
        with archive(wired):
            return wired.catalog.settings.service.database_url
    except (NothingStoredError, StorageError):
        return ""

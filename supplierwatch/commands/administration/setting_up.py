"""`init` and `check`: writes a starting configuration, checks the current one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from supplierwatch.formatting.console import console, plural, print_json
from supplierwatch.shell.exits import Exit
from supplierwatch.shell.failures import NothingStoredError
from supplierwatch.shell.options import Json
from supplierwatch.shell.registering import add
from supplierwatch.shell.session import archive, session

if TYPE_CHECKING:
    from config.errors import Problem
    from supplierwatch.wiring import CompiledConfiguration

PANEL = "Set up"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    add(
        app,
        "init",
        init,
        panel=PANEL,
        examples=(
            ("init", "write ./config, where the other commands look for it"),
            ("init /etc/supplierwatch", "write another folder; name it with --config afterwards"),
        ),
    )
    add(
        app,
        "check",
        check,
        panel=PANEL,
        examples=(
            ("check", "all problems at once, each with file, line and fix"),
            ("check --verbose", "each query in canonical form and plain English too"),
            ("check --json", "the same for scripts; exit code 3 if anything is wrong"),
        ),
    )


def init(
    ctx: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="Where to write it.", show_default="./config"),
    ] = None,
) -> None:
    """Write a commented starting configuration.

    Five files: settings, sources, suppliers, watches and subscriptions. They hold a catalogue of
    UK health-tech outlets and suppliers and work as they are. Where one of the files exists,
    nothing is written.
    """
    from config.editing.starter import write_starter

    target = folder or session(ctx).config or Path("config")
    written = write_starter(target)
    screen = console()
    for path in written:
        screen.print(f"wrote {path}", soft_wrap=True)
    option = "" if target == Path("config") else f" --config {target}"
    screen.print(
        "\nNext:\n"
        f"  edit {target / 'watches.toml'}  what to look for\n"
        f"  edit {target / 'subscriptions.toml'}  who gets messages, and when\n"
        f"  supplierwatch{option} check\n"
        f"  supplierwatch{option} run",
        soft_wrap=True,
    )


def check(ctx: typer.Context, json: Json = False) -> None:
    """Check the configuration, and show what it means.

    Every problem of every file is listed, with file, line, key, value and fix. Warnings are about
    watches that may not mean what was intended, also by what is stored, and about recipients and
    sources that cannot work.
    Nothing is fetched, stored or sent.
    """
    from config.catalog_warnings import catalog_warnings
    from config.errors import ConfigInvalid
    from supplierwatch.views import check_report

    now_session = session(ctx)
    folder = now_session.folder()
    try:
        wired = now_session.wired()
    except ConfigInvalid as error:
        if not json:
            raise  # shown as for every other command
        print_json(check_report.refused_json(folder, error.problems))
        raise typer.Exit(Exit.CONFIG_INVALID) from error
    warnings = (
        *wired.warnings, *_find_archive_warnings(wired), *catalog_warnings(wired.catalog)
    )  # fmt: skip
    if json:
        print_json(check_report.accepted_json(wired, warnings, datetime.now(UTC)))
        return
    screen = console()
    check_report.print_warnings(screen, warnings)
    check_report.print_summary(screen, wired, datetime.now(UTC), watches=now_session.verbose)
    if warnings:
        screen.print(f"Valid, with {plural(len(warnings), 'warning')}.", style="yellow")
    else:
        screen.print("Valid.", style="green")


def _find_archive_warnings(wired: CompiledConfiguration) -> tuple[Problem, ...]:
    """Return what the archive says of the watches; nothing where there is none to be read."""
    from alerts.search.archive_warnings import archive_warnings
    from storage.errors import StorageError
    from supplierwatch.wiring import as_problem

    try:
        with archive(wired) as store, store.reading() as unit:
            return tuple(
                as_problem(watch, warning)
                for watch in wired.catalog.watches
                for warning in archive_warnings(unit, wired.queries[watch.key])
            )
    except (NothingStoredError, StorageError):
        return ()

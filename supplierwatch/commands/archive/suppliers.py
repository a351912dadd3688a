"""`supplier KEY`: everything stored about a supplier, in order of time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from supplierwatch.formatting.console import console, print_json
from supplierwatch.shell.completion import supplier_keys
from supplierwatch.shell.exits import Exit
from supplierwatch.shell.options import Json, parse_moment
from supplierwatch.shell.registering import add
from supplierwatch.shell.session import archive, session

PANEL = "Search and inspect"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    add(
        app,
        "supplier",
        supplier,
        panel=PANEL,
        examples=(
            ("supplier palantir", "press, notices, Parliament, board papers, by matter"),
            ("supplier palantir --since 90d", "only matters with something new since then"),
        ),
    )


def supplier(
    ctx: typer.Context,
    key: Annotated[
        str,
        typer.Argument(
            metavar="KEY", help="Key of a supplier in suppliers.toml.", autocompletion=supplier_keys
        ),
    ],
    since: Annotated[
        str | None,
        typer.Option(
            "--since", metavar="TIME", help="Only matters with an event since: 90d, or a date."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Show everything stored about a supplier, by matter.

    Press, procurement notices, questions with answers, Hansard, board papers, edits, withdrawals
    and alarms. What belongs together is one matter, with the reason for each; future dates that
    documents state come first. Ends with exit code 6 where nothing was found.
    """
    from alerts.threads.gathering import gather_thread, subject_of
    from supplierwatch.json_documents.threads import thread_json
    from supplierwatch.views.threads import print_thread

    now = datetime.now(UTC)
    earliest = parse_moment(since, now)
    wired = session(ctx).wired()
    declared = next((one for one in wired.catalog.suppliers if one.key == key), None)
    if declared is None:
        known = ", ".join(sorted(wired.suppliers)) or "none"
        raise typer.BadParameter(f"no supplier {key!r} in suppliers.toml; declared are: {known}")
    with archive(wired) as store:
        thread = gather_thread(
            store,
            subject_of(declared),
            wired.suppliers,
            wired.source_names,
            now=now,
            since=earliest,
        )
    if json:
        print_json(thread_json(thread, wired.source_names, earliest))
    else:
        print_thread(console(), thread, wired.source_names)
    if not thread.matters and not thread.alarms:
        raise typer.Exit(Exit.NOTHING_FOUND)

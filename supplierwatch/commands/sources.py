"""`sources`: what is polled, how it is going, and when each is next."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from supplierwatch.commands.failures import NothingStoredError
from supplierwatch.commands.options import Json
from supplierwatch.commands.registering import add
from supplierwatch.commands.session import archive, session
from supplierwatch.show.console import console, print_json

PANEL = "Ask"


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    add(
        app,
        "sources",
        sources,
        panel=PANEL,
        examples=(
            ("sources", "all of them, those in trouble first"),
            ("sources --failing", "only those whose last poll did not succeed"),
            ("sources --json | jq '.sources[] | select(.failures > 3)'", "for a probe"),
        ),
    )


def sources(
    ctx: typer.Context,
    failing: Annotated[
        bool, typer.Option("--failing", help="Only those whose last poll did not succeed.")
    ] = False,
    json: Json = False,
) -> None:
    """List the sources, and what is wrong with them.

    When each was last read and is next, how many items it has brought, and why it fails.

    A source that fails is tried again for ever, less and less often. `doctor SOURCE` shows step by
    step why one cannot be read.
    """
    from supplierwatch.show import polled

    wired = session(ctx).wired()
    now = datetime.now(UTC)
    try:
        with archive(wired) as store, store.reading() as unit:
            states = {state.key: state for state in unit.sources.all()}
    except NothingStoredError:
        states = {}  # declared and never polled is an answer too
    rows = [
        row
        for row in polled.rows(wired.catalog.sources, states)
        if not failing or (row.state is not None and row.state.failures)
    ]
    if json:
        print_json({"sources": [polled.row_json(row) for row in rows]})
    else:
        polled.print_rows(console(), rows, now, failing_only=failing)

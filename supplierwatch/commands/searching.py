"""`search`: the archive, asked in the watch language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import typer

from supplierwatch.commands.options import Json, Limit, Query, Since, moment_of
from supplierwatch.commands.registering import add
from supplierwatch.commands.session import Session, archive, session
from supplierwatch.exits import Exit
from supplierwatch.show.console import console, print_json

PANEL = "Ask"


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    add(
        app,
        "search",
        search,
        panel=PANEL,
        examples=(
            ("search palantir", "the newest twenty items with that word"),
            (
                "search '@palantir NOT (title:funding OR bma)'",
                "single quotes keep the shell off",
            ),
            ("search 'cs(\"ICE\") AND trust' --since 30d", "ICE in capitals only, last 30 days"),
            ("search 'site:gov.uk' --limit 100 --json", "filters alone are allowed here"),
        ),
    )


def search(
    ctx: typer.Context, query: Query, limit: Limit = 20, since: Since = None, json: Json = False
) -> None:
    """Find items in the archive, newest first.

    The language of the watches: words, "phrases", AND, OR, NOT, brackets, cs("ICE") for exact case,
    title:word, @supplier for all names of a supplier. Readers' comments are searched only as
    comments:word. Ends with exit code 6 where nothing was found.
    """
    run_query(session(ctx), query, Wanted(limit=limit, since=since, as_json=json))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How much to look for and how to show it. `as_watch`: refuse what could be no watch."""

    limit: int
    since: str | None
    as_json: bool
    as_watch: bool = False


def run_query(now_session: Session, text: str, wanted: Wanted) -> None:
    """Compile `text`, look through the archive, show what was found."""
    from alerts.query import compile_query
    from supplierwatch.commands.looking import look_through
    from supplierwatch.show import found

    now = datetime.now(UTC)
    earliest = moment_of(wanted.since, now)
    wired = now_session.wired()
    query = compile_query(text, suppliers=wired.suppliers, allow_filters_only=not wanted.as_watch)
    with archive(wired) as store, found.Looking(shown=not wanted.as_json) as looking:
        looked = look_through(
            store,
            query,
            wired.source_names,
            limit=wanted.limit,
            since=earliest,
            progress=looking.take,
        )
    if wanted.as_json:
        print_json(found.looked_json(looked, query, wired.source_names))
    else:
        found.print_looked(console(), looked, query, wired.source_names)
    if not looked.hits:
        raise typer.Exit(Exit.NOTHING_FOUND)

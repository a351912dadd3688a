"""`watches`: lists watches, tries a query, adds a watch; proposals are in `watch_proposals`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from supplierwatch.commands.archive import watch_proposals
from supplierwatch.commands.archive.searching import SearchOptions, run_query
from supplierwatch.formatting.console import console, print_json
from supplierwatch.shell import registering
from supplierwatch.shell.failures import NothingStoredError, UsageError
from supplierwatch.shell.options import DEADLINE, Deadline, Json, Limit, Query, Since
from supplierwatch.shell.session import archive, session

PANEL = "Search and inspect"
WEEK = timedelta(days=7)


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    group = registering.group(
        app,
        "watches",
        watches,
        panel=PANEL,
        alone=True,
        examples=(
            ("watches", "all of them, with the number of mentions"),
            ("watches try '\"patient record\" AND leak'", "what it would have found"),
            ("watches add leaks '\"patient record\" AND leak'", "write it into watches.toml"),
        ),
    )
    registering.add(
        group,
        "try",
        try_query,
        examples=(
            ("watches try '@palantir AND nhs'", "the newest matches in the archive"),
            ("watches try 'cs(\"EPR\")' --since 30d --limit 50", "how noisy it would be"),
        ),
    )
    registering.add(
        group,
        "add",
        add,
        examples=(
            ('watches add fdp \'"federated data platform" OR cs("FDP")\'', "a query"),
            ("watches add epr -k 'electronic patient record' -k Nervecentre", "any of these words"),
        ),
    )
    watch_proposals.register_in(group)


def watches(ctx: typer.Context, json: Json = False) -> None:
    """List the watches, try a query, or add a watch.

    Each watch is shown with its query and its mentions: in the last seven days, and in all.
    """
    if ctx.invoked_subcommand is not None:
        return
    from supplierwatch.json_documents.watches import watches_json
    from supplierwatch.views import watches as view

    wired = session(ctx).wired()
    now = datetime.now(UTC)
    counts: dict[str, tuple[int, int]] = {}
    try:
        with archive(wired) as store, store.reading() as unit:
            for watch in wired.catalog.watches:
                counts[watch.key] = (
                    unit.mentions.count(watch.key, since=now - WEEK),
                    unit.mentions.count(watch.key),
                )
    except NothingStoredError:
        counts = {}  # there is no database yet: show no numbers
    if json:
        print_json(watches_json(wired, counts))
    else:
        view.print_watches(console(), wired, counts)


def try_query(
    ctx: typer.Context,
    query: Query,
    limit: Limit = 20,
    since: Since = None,
    deadline: Deadline = DEADLINE,
    json: Json = False,
) -> None:
    """Show what a query would have found in what is stored.

    Nothing is stored or sent. Text that was cut from pages is searched by aside:word alone; where
    such text has more, the output says so, as a digest does in one line. Ends with exit code 6
    where nothing is found: because of the query, or because the archive is still small.
    """
    wanted = SearchOptions(limit=limit, since=since, as_json=json, deadline=deadline, as_watch=True)
    run_query(session(ctx), query, wanted)


def add(
    ctx: typer.Context,
    key: Annotated[
        str, typer.Argument(metavar="KEY", help="A short name: small letters, digits, hyphens.")
    ],
    query: Annotated[
        str | None, typer.Argument(metavar="[QUERY]", help="A query in the watch language.")
    ] = None,
    keyword: Annotated[
        list[str] | None,
        typer.Option(
            "--keyword", "-k", metavar="WORDS", help="A word or phrase; may be given several times."
        ),
    ] = None,
) -> None:
    """Add a watch to watches.toml, if it is valid.

    Give either a query or keywords, of which any one is enough. The file keeps its comments and
    its order; a running service loads the watch by itself. What is already stored becomes its
    baseline: only later items are sent.
    """
    from alerts.query import compile_query
    from config.editing.watch_file import append_watch
    from supplierwatch.views import watches as view

    keywords = tuple(word.strip() for word in keyword or () if word.strip())
    if (query is None) == (not keywords):
        raise UsageError(
            "a watch is either a query or keywords",
            "For example: supplierwatch watches add epr -k 'electronic patient record'",
        )
    now_session = session(ctx)
    wired = now_session.wired()
    if key in wired.queries:
        raise UsageError(
            f"there is a watch {key!r} already", "Choose another key, or edit watches.toml."
        )
    if query is not None:
        compile_query(query, suppliers=wired.suppliers)  # raises before the file is changed
    path = append_watch(wired.catalog.folder, key, query=query, keywords=keywords)
    view.print_added(console(), now_session.wired(), key, path)

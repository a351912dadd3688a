"""`explain URL`: what was done with an article, from what is stored."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from supplierwatch.formatting.console import console, print_json
from supplierwatch.shell.exits import Exit
from supplierwatch.shell.failures import unknown_key_error
from supplierwatch.shell.options import Json, Watch
from supplierwatch.shell.registering import add
from supplierwatch.shell.session import archive, session

PANEL = "Search and inspect"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    add(
        app,
        "explain",
        explain,
        panel=PANEL,
        examples=(
            ("explain https://outlet.example/2026/article", "why was I notified, or why not?"),
            ("explain https://outlet.example/2026/article --watch fdp", "for one watch"),
        ),
    )


def explain(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of an article.")],
    watch: Watch = None,
    json: Json = False,
) -> None:
    """Show why an article was in a message, or why not.

    For each watch: the words and the sentence that it matched, or the part of the query that the
    article does not satisfy. Nothing is fetched: the answer is from what is stored. Ends with exit
    code 6 where the address is not known.
    """
    from supplierwatch.exports.account import read_account
    from supplierwatch.json_documents.accounts import account_json
    from supplierwatch.views import account

    wired = session(ctx).wired()
    if watch is not None and watch not in wired.queries:
        raise unknown_key_error("watch", watch, list(wired.queries), "supplierwatch watches")
    keys = [watch] if watch is not None else list(wired.queries)
    with archive(wired) as store:
        answer = read_account(store, wired, url, keys, now=datetime.now(UTC))
    if json:
        print_json(account_json(answer, wired.source_names))
    else:
        account.print_account(console(), answer, wired.source_names)
    if answer.item is None:
        raise typer.Exit(Exit.NOTHING_FOUND)

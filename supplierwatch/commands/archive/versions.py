"""`history URL`: every version of an article, and what changed in each."""

from __future__ import annotations

from typing import Annotated

import typer

from supplierwatch.formatting.console import console, print_json
from supplierwatch.shell.exits import Exit
from supplierwatch.shell.options import Json
from supplierwatch.shell.registering import add
from supplierwatch.shell.session import archive, session

PANEL = "Search and inspect"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    add(
        app,
        "history",
        history,
        panel=PANEL,
        examples=(
            ("history https://outlet.example/2026/article", "what was edited, and when"),
            ("history https://outlet.example/2026/article --full", "with every text in full"),
        ),
    )


def history(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of an article.")],
    full: Annotated[bool, typer.Option("--full", help="Print every text in full.")] = False,
    json: Json = False,
) -> None:
    """Show every version of an article, and what changed in each.

    Removed text is shown [-so-], added text {+so+}. Edits are seen when a page is fetched again:
    about 15 minutes, 1 hour, 6 hours, and 1, 3 and 7 days after it was first seen, and whenever
    its listing changes. Nothing is fetched. Ends with exit code 6 where the address is not known.
    """
    from supplierwatch.json_documents.versions import history_json
    from supplierwatch.views import versions

    wired = session(ctx).wired()
    with archive(wired) as store, store.reading() as unit:
        item = unit.items.find_url(url)
        earlier = () if item is None else unit.items.revisions(item.item_id)
    if item is None:
        if json:
            print_json({"url": url, "item": None, "versions": []})
        else:
            versions.print_unknown(console(), url)
        raise typer.Exit(Exit.NOTHING_FOUND)
    if json:
        print_json(history_json(url, item, earlier, wired.source_names))
    else:
        versions.print_history(console(), item, earlier, wired.source_names, full=full)

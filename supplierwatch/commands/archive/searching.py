"""`search`: searches the archive in the watch language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from supplierwatch.formatting.console import console, print_json
from supplierwatch.shell.exits import Exit
from supplierwatch.shell.options import (
    DEADLINE,
    Deadline,
    Json,
    Limit,
    Query,
    Since,
    parse_moment,
)
from supplierwatch.shell.registering import add
from supplierwatch.shell.session import Session, archive, session

PANEL = "Search and inspect"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    add(
        app,
        "search",
        search,
        panel=PANEL,
        examples=(
            ("search palantir", "the newest twenty items with that word"),
            (
                "search '@palantir NOT (title:funding OR bma)'",
                "in single quotes, for the shell",
            ),
            ("search 'cs(\"ICE\") AND trust' --since 30d", "ICE in capitals only, last 30 days"),
            ("search 'cs(\"FDP\") OR palantir' --sort relevance", "the most relevant first"),
            ("search 'aside:palantir'", "in text cut from pages: sponsors, boxes, captions"),
            ("search 'site:gov.uk' --limit 100 --json", "filters alone are allowed here"),
        ),
    )


class Sort(StrEnum):
    """The order of results."""

    DATE = "date"
    RELEVANCE = "relevance"


def search(
    ctx: typer.Context,
    query: Query,
    limit: Limit = 20,
    since: Since = None,
    sort: Annotated[
        Sort, typer.Option("--sort", help="The newest first, or the most relevant first.")
    ] = Sort.DATE,
    deadline: Deadline = DEADLINE,
    json: Json = False,
) -> None:
    """Find items in the archive, newest first.

    The language of the watches: words, "phrases", AND, OR, NOT, brackets, cs("ICE") for exact case,
    title:word, @supplier for all names of a supplier. Readers' comments are searched only as
    comments:word, text that was cut from pages only as aside:word; where such text has more, the
    output says so. Ends with exit code 6 where nothing was found.
    """
    wanted = SearchOptions(limit=limit, since=since, as_json=json, sort=sort, deadline=deadline)
    run_query(session(ctx), query, wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOptions:
    """Options of a search. `as_watch`: refuse a query that is not valid for a watch."""

    limit: int
    since: str | None
    as_json: bool
    sort: Sort = Sort.DATE
    deadline: float = DEADLINE
    as_watch: bool = False


def run_query(now_session: Session, text: str, wanted: SearchOptions) -> None:
    """Compile `text`, search the archive, print the results.

    Raises:
        typer.Exit: nothing was found.
    """
    from alerts.digest.findings import stories_of
    from alerts.query import compile_query
    from alerts.search.archive_search import SearchRequest, search_archive
    from alerts.search.aside_hint import count_asides
    from supplierwatch.json_documents.search_results import results_json
    from supplierwatch.views import search_results as view
    from supplierwatch.wiring import newsrooms

    now = datetime.now(UTC)
    earliest = parse_moment(wanted.since, now)
    wired = now_session.wired()
    query = compile_query(text, suppliers=wired.suppliers, allow_filters_only=not wanted.as_watch)
    request = SearchRequest(
        limit=wanted.limit, since=earliest, order=wanted.sort.value, seconds=wanted.deadline
    )
    with archive(wired) as store, view.SearchProgress(shown=not wanted.as_json) as looking:
        result = search_archive(store, query, wired.source_names, request, progress=looking.take)
        aside = count_asides(store, query, wired.source_names, request)
        with store.reading() as unit:
            stories = stories_of(unit, [hit.item for hit in result.hits], newsrooms(wired))
    context = view.SearchContext(names=wired.source_names, stories=stories, aside=aside)
    if wanted.as_json:
        print_json(results_json(result, query, wired.source_names, stories, aside))
    else:
        view.print_results(console(), result, query, context, wanted.deadline)
    if not result.hits:
        raise typer.Exit(Exit.NOTHING_FOUND)

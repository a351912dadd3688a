"""Searches the archive for the search page and the search resource, within the same bounds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from alerts.digest.findings import stories_of
from alerts.digest.syndication import StoryFacts
from alerts.query import Query, compile_query
from alerts.search.archive_search import Order, SearchRequest, SearchResult, search_archive
from supplierwatch.desk.page import DeskSource
from supplierwatch.wiring import newsrooms

LONGEST = 2_000  # characters of a query
SECONDS = 4.0


def compile_text(source: DeskSource, text: str) -> Query:
    """Compile what somebody looks for.

    Raises:
        QueryError: it is no query.
    """
    return compile_query(text, suppliers=source.wired.suppliers, allow_filters_only=True)


def search_stories(
    source: DeskSource, query: Query, *, limit: int, since: datetime | None, order: Order
) -> tuple[SearchResult, Mapping[int, StoryFacts]]:
    """Search the archive; return what was found, and the stories of the items by their number."""
    result = search_archive(
        source.store,
        query,
        source.wired.source_names,
        SearchRequest(limit=limit, since=since, order=order, seconds=SECONDS),
    )
    with source.store.reading() as unit:
        stories = stories_of(unit, [hit.item for hit in result.hits], newsrooms(source.wired))
    return result, stories

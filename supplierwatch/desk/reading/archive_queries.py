"""Searches the archive for the search page and the search resource, within the same bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.digest.findings import stories_of
from alerts.digest.syndication import StoryFacts
from alerts.query import Query, compile_query
from alerts.search.archive_search import Order, SearchRequest, SearchResult, search_archive
from alerts.search.aside_hint import AsideHint, count_asides
from supplierwatch.desk.page import DeskSource
from supplierwatch.wiring import newsrooms

LONGEST = 2_000  # characters of a query
SECONDS = 4.0


def compile_text(source: DeskSource, text: str) -> Query:
    """Compile the query of a user.

    Raises:
        QueryError: it is not valid.
    """
    return compile_query(text, suppliers=source.wired.suppliers, allow_filters_only=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryHits:
    """The results of a search, with the stories of the items by their number.

    `aside`: how many more match only in text that was set aside.
    """

    result: SearchResult
    stories: Mapping[int, StoryFacts]
    aside: AsideHint | None


def search_stories(
    source: DeskSource, query: Query, *, limit: int, since: datetime | None, order: Order
) -> StoryHits:
    """Search the archive, and count what the same words find in text that was set aside."""
    search = SearchRequest(limit=limit, since=since, order=order, seconds=SECONDS)
    names = source.wired.source_names
    result = search_archive(source.store, query, names, search)
    aside = count_asides(source.store, query, names, search)
    with source.store.reading() as unit:
        stories = stories_of(unit, [hit.item for hit in result.hits], newsrooms(source.wired))
    return StoryHits(result=result, stories=stories, aside=aside)

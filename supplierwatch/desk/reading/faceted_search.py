"""Searches the archive and counts the facets of the results, for the page and the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.digest.findings import stories_of
from alerts.digest.syndication import StoryFacts
from alerts.query import Query
from alerts.search.archive_search import (
    Order,
    SearchHit,
    SearchRequest,
    SearchResult,
    locate_hits,
    search_archive,
)
from alerts.search.aside_hint import AsideHint, count_asides
from alerts.search.facets import MAX_COUNTED, Facets, count_facets
from supplierwatch.desk.page import DeskSource
from supplierwatch.desk.reading.archive_queries import SECONDS
from supplierwatch.desk.reading.supplier_names import NAMED
from supplierwatch.wiring import newsrooms


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetedResult:
    """The results of a search: at most `MAX_COUNTED` hits in its order, and their facets.

    The hits have no spans: `locate` finds them for those that are shown. `aside`: how many more
    match only in text that was set aside from pages.
    """

    query: Query
    result: SearchResult
    hits: tuple[SearchHit, ...]
    facets: Facets
    aside: AsideHint | None

    @property
    def more(self) -> bool:
        """Whether more matched than was counted."""
        return len(self.result.hits) > len(self.hits)

    def locate(
        self, source: DeskSource, hits: tuple[SearchHit, ...] | None = None
    ) -> tuple[SearchHit, ...]:
        """Return hits with their spans; all of them, unless some are given."""
        wanted = self.hits if hits is None else hits
        return locate_hits(self.query, source.wired.source_names, wanted)


def search_with_facets(
    source: DeskSource, query: Query, *, order: Order, since: datetime | None = None
) -> FacetedResult:
    """Search the archive until one more than `MAX_COUNTED` was found, or the time has run out."""
    search = SearchRequest(
        limit=MAX_COUNTED + 1, since=since, order=order, seconds=SECONDS, spans=False
    )
    names = source.wired.source_names
    result = search_archive(source.store, query, names, search)
    hits = result.hits[:MAX_COUNTED]
    items = [hit.item for hit in hits]
    suppliers = NAMED.find(items, source.context)
    return FacetedResult(
        query=query,
        result=result,
        hits=hits,
        facets=count_facets(items, suppliers, exact=result.complete),
        aside=count_asides(source.store, query, names, search),
    )


def read_stories(source: DeskSource, hits: tuple[SearchHit, ...]) -> Mapping[int, StoryFacts]:
    """Return story id -> its facts, for the stories of hits that have several items."""
    with source.store.reading() as unit:
        return stories_of(unit, [hit.item for hit in hits], newsrooms(source.wired))

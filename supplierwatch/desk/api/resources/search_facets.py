"""The facets of a search: counts of its results by supplier, source, kind and date."""

from __future__ import annotations

from dataclasses import asdict

from alerts.search.facets import MAX_BARS, MAX_VALUES, FacetValue
from storage.model import Role
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.resources.search import QUERY, SINCE, compile_parameter
from supplierwatch.desk.api.schemas import COUNT, FLAG, TEXT, many, one_of, perhaps, record
from supplierwatch.desk.reading.faceted_search import search_with_facets

DAY = {"type": "string", "format": "date"}
VALUES = many(record(value=TEXT, count=COUNT), most=MAX_VALUES)


def facets(request: ApiRequest) -> Answer:
    """Count the results of a search by facet."""
    query = compile_parameter(request, request.values["q"])
    found = search_with_facets(request.source, query, order="date", since=request.values["since"])
    counts = found.facets

    def values(of: tuple[FacetValue, ...]) -> list[dict[str, object]]:
        return [asdict(each) for each in of]

    document = {
        "query": query.canonical,
        "counted": counts.counted,
        "exact": counts.exact,
        "stopped": found.result.stopped,
        "suppliers": values(counts.suppliers),
        "sources": values(counts.sources),
        "kinds": values(counts.kinds),
        "sites": values(counts.sites),
        "languages": values(counts.languages),
        "more": dict(counts.more),
        "dates": [
            {"first": bar.first.isoformat(), "last": bar.last.isoformat(), "count": bar.count}
            for bar in counts.dates
        ],
    }
    return Answer(document=document)


ENDPOINTS = (
    Endpoint(
        name="search-facets",
        path="/search/facets",
        handler=facets,
        role=Role.READER,
        summary="Results of a query, counted by supplier, source, kind, site, language and date",
        parameters=(
            QUERY,
            SINCE,
        ),
        schema=record(
            query=TEXT,
            counted=COUNT,
            exact=FLAG,
            stopped=perhaps(one_of("limit", "time")),
            suppliers=VALUES,
            sources=VALUES,
            kinds=VALUES,
            sites=VALUES,
            languages=VALUES,
            more=record(suppliers=COUNT, sources=COUNT, kinds=COUNT, sites=COUNT, languages=COUNT),
            dates=many(record(first=DAY, last=DAY, count=COUNT), most=MAX_BARS),
        ),
    ),
)

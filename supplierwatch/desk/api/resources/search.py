"""Search the archive in the watch language."""

from __future__ import annotations

from alerts.digest.findings import stories_of
from alerts.query import Query, QueryError, compile_query
from alerts.search.archive_search import SearchRequest, search_archive
from storage.model import Role
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.parameters import (
    Moment,
    OneOf,
    Parameter,
    Words,
    limit_parameter,
)
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.schemas import (
    COUNT,
    FLAG,
    ITEM,
    MOMENT,
    STORY,
    TEXT,
    WHY,
    extended,
    many,
    one_of,
    perhaps,
    record,
)
from supplierwatch.json_documents.search_results import results_json
from supplierwatch.wiring import newsrooms

MOST = 100
LONGEST = 2_000  # characters of a query
SECONDS = 4.0


def search(request: ApiRequest) -> Answer:
    """Find items of the archive."""
    wired, values = request.source.wired, request.values
    query = _compile(request, values["q"])
    result = search_archive(
        request.source.store,
        query,
        wired.source_names,
        SearchRequest(
            limit=values["limit"], since=values["since"], order=values["sort"], seconds=SECONDS
        ),
    )
    with request.source.store.reading() as unit:
        stories = stories_of(unit, [hit.item for hit in result.hits], newsrooms(wired))
    return Answer(document=results_json(result, query, wired.source_names, stories))


def _compile(request: ApiRequest, text: str) -> Query:
    try:
        return compile_query(
            text, suppliers=request.source.wired.suppliers, allow_filters_only=True
        )
    except QueryError as error:
        message = f"{error.message} (column {error.column})"
        raise ApiProblem(
            400,
            f"q: {message}",
            more={
                "errors": [{"parameter": "q", "message": message}],
                "column": error.column,
                "caret": error.caret,
                "hint": error.hint,
            },
        ) from error


ENDPOINTS = (
    Endpoint(
        name="search",
        path="/search",
        answer=search,
        role=Role.READER,
        summary="Items that match a query of the watch language",
        parameters=(
            Parameter(
                name="q",
                kind=Words(most=LONGEST),
                what="The query; docs/watch-language.md describes the language.",
                example='halcyon AND "data platform"',
                required=True,
            ),
            Parameter(
                name="since",
                kind=Moment(),
                what="Only items first seen then or later.",
                example="2026-11-01",
            ),
            Parameter(
                name="sort",
                kind=OneOf(words=("date", "relevance")),
                what="The newest first, or the most relevant first.",
                example="date",
                default="date",
            ),
            limit_parameter(default=20, most=MOST),
        ),
        schema=record(
            query=TEXT,
            paraphrase=TEXT,
            warnings=many(TEXT),
            stored=COUNT,
            looked_at=COUNT,
            complete=FLAG,
            stopped=perhaps(one_of("limit", "time")),
            looked_back_to=perhaps(MOMENT),
            since=perhaps(MOMENT),
            found=many(extended(ITEM, why=WHY, story=perhaps(STORY)), most=MOST),
        ),
    ),
)

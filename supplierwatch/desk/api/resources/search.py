"""Search the archive in the watch language."""

from __future__ import annotations

from alerts.query import Query, QueryError
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
from supplierwatch.desk.reading.archive_queries import LONGEST, compile_text, search_stories
from supplierwatch.json_documents.search_results import results_json

MOST = 100
QUERY = Parameter(
    name="q",
    kind=Words(most=LONGEST),
    what="The query; docs/watch-language.md describes the language.",
    example='halcyon AND "data platform"',
    required=True,
)
SINCE = Parameter(
    name="since",
    kind=Moment(),
    what="Only items first seen then or later.",
    example="2026-11-01",
)


def search(request: ApiRequest) -> Answer:
    """Find items of the archive."""
    source, values = request.source, request.values
    query = compile_parameter(request, values["q"])
    found = search_stories(
        source, query, limit=values["limit"], since=values["since"], order=values["sort"]
    )
    names = source.wired.source_names
    return Answer(document=results_json(found.result, query, names, found.stories, found.aside))


def parse(request: ApiRequest) -> Answer:
    """Say what a query means; nothing is searched."""
    query = compile_parameter(request, request.values["q"])
    return Answer(
        document={
            "query": query.canonical,
            "paraphrase": query.paraphrase,
            "warnings": [each.message for each in query.warnings],
        }
    )


def compile_parameter(request: ApiRequest, text: str) -> Query:
    """Compile the parameter `q`.

    Raises:
        ApiProblem: 400, with the place of the mistake.
    """
    try:
        return compile_text(request.source, text)
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
        handler=search,
        role=Role.READER,
        summary="Items that match a query of the watch language",
        parameters=(
            QUERY,
            SINCE,
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
            aside=perhaps(record(found=COUNT, complete=FLAG, query=TEXT)),
            found=many(extended(ITEM, why=WHY, story=perhaps(STORY)), most=MOST),
        ),
    ),
    Endpoint(
        name="search-parse",
        path="/search/parse",
        handler=parse,
        role=Role.READER,
        summary="What a query means, or what is wrong with it and where; nothing is searched",
        parameters=(QUERY,),
        schema=record(query=TEXT, paraphrase=TEXT, warnings=many(TEXT)),
    ),
)

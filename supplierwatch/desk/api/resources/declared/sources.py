"""The sources: state, newest entry, interval between entries, and problems of each."""

from __future__ import annotations

from storage.model import Role
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.schemas import (
    COUNT,
    FLAG,
    INTEGER,
    MOMENT,
    TEXT,
    many,
    perhaps,
    record,
    table,
)
from supplierwatch.formatting.source_rows import RECENT_PERIOD, rows, summarise
from supplierwatch.json_documents.sources import row_json

SOURCE = record(
    key=TEXT,
    name=perhaps(TEXT),
    kind=TEXT,
    url=TEXT,
    enabled=FLAG,
    confidence=perhaps(TEXT),
    status=TEXT,
    troubles=many(record(what=TEXT, text=TEXT)),
    last_polled_at=perhaps(MOMENT),
    last_success_at=perhaps(MOMENT),
    next_at=perhaps(MOMENT),
    failures=COUNT,
    last_error=perhaps(TEXT),
    http_status=perhaps(INTEGER),
    items=COUNT,
    newest_at=perhaps(MOMENT),
    newest_published_at=perhaps(MOMENT),
    usual_gap_seconds=perhaps(COUNT),
    longest_gap_seconds=perhaps(COUNT),
    empty_since=perhaps(MOMENT),
    thin_since=perhaps(MOMENT),
    moved_to=perhaps(TEXT),
    lately=record(days=COUNT, items=COUNT, thin=COUNT, why_thin=table(COUNT)),
)


def sources(request: ApiRequest) -> Answer:
    """List the sources, those with problems first."""
    wired, now = request.source.wired, request.now
    with request.source.store.reading() as unit:
        states = {state.key: state for state in unit.sources.all()}
        recent = unit.sources.count_pages(now - RECENT_PERIOD)
    found = rows(wired.catalog.sources, states, now, recent)
    return Answer(
        document={"summary": summarise(found), "sources": [row_json(row) for row in found]}
    )


ENDPOINTS = (
    Endpoint(
        name="sources",
        path="/sources",
        handler=sources,
        role=Role.READER,
        summary="The sources with their state, those with problems first",
        schema=record(summary=TEXT, sources=many(SOURCE)),
    ),
)

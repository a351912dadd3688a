"""One source: its state, its settings that are not the defaults, its last polls; poll it now."""

from __future__ import annotations

import logging
from typing import Any

from config.model import Source
from storage.model import Change, PastPoll, Role
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.parameters import path_key
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.resources.declared.sources import SOURCE
from supplierwatch.desk.api.schemas import (
    COUNT,
    MOMENT,
    TEXT,
    extended,
    many,
    perhaps,
    record,
    table,
)
from supplierwatch.desk.api.writing import writing
from supplierwatch.formatting.source_rows import RECENT_PERIOD, rows
from supplierwatch.formatting.source_settings import list_differences
from supplierwatch.formatting.times import iso
from supplierwatch.json_documents.sources import row_json

log = logging.getLogger(__name__)

POLLS = 50
KEY = path_key("Key of the source.", example="ward-ledger")
POLL = record(
    first_at=MOMENT,
    last_at=MOMENT,
    polls=COUNT,
    outcome=TEXT,
    http_status=perhaps(COUNT),
    listed=COUNT,
    new=COUNT,
    changed=COUNT,
    read=COUNT,
    thin=COUNT,
    error=perhaps(TEXT),
)


def source(request: ApiRequest) -> Answer:
    """Return one source with its last polls."""
    declared = find_source(request)
    wired, now = request.source.wired, request.now
    with request.source.store.reading() as unit:
        state = unit.sources.get(declared.key)
        recent = unit.sources.count_pages(now - RECENT_PERIOD)
        polls = unit.polls.of_source(declared.key, limit=POLLS)
    (row,) = rows([declared], {} if state is None else {declared.key: state}, now, recent)
    settings = list_differences(declared, wired.catalog.settings.crawl.max_age)
    return Answer(
        document={
            **row_json(row),
            "settings": dict(settings),
            "polls": [_poll_json(each) for each in polls],
        }
    )


def poll_now(request: ApiRequest) -> Answer:
    """Have the service poll a source at once."""
    declared = find_source(request)
    if not declared.enabled:
        raise ApiProblem(409, "This source is paused: it is not polled.")
    now = request.now
    with writing(request) as written:
        written.unit.sources.poll_now([declared.key], now)
        change = Change(action="source.polled", subject=declared.key)
        written.unit.audit.record(request.actor, change, now)
        answer = Answer(document={"key": declared.key, "asked_at": iso(now)})
        written.finish(answer)
    log.info("desk.source-polled key=%s by=%s", declared.key, request.user.name)
    return answer


def find_source(request: ApiRequest) -> Source:
    """Return the declared source that the path names.

    Raises:
        ApiProblem: there is none.
    """
    for each in request.source.wired.catalog.sources:
        if each.key == request.values["key"]:
            return each
    raise ApiProblem(404, "There is no source of this name in the configuration.")


def _poll_json(poll: PastPoll) -> dict[str, Any]:
    return {
        "first_at": iso(poll.first_at),
        "last_at": iso(poll.last_at),
        "polls": poll.polls,
        "outcome": poll.outcome,
        "http_status": poll.http_status,
        "listed": poll.listed,
        "new": poll.new,
        "changed": poll.revised,
        "read": poll.read,
        "thin": poll.thin,
        "error": poll.error,
    }


ENDPOINTS = (
    Endpoint(
        name="source",
        path="/sources/{key}",
        handler=source,
        role=Role.READER,
        summary="One source, with its last polls and the settings that are not the defaults",
        parameters=(KEY,),
        schema=extended(SOURCE, settings=table(TEXT), polls=many(POLL, most=POLLS)),
    ),
    Endpoint(
        name="source-poll",
        path="/sources/{key}/poll",
        method="POST",
        handler=poll_now,
        role=Role.EDITOR,
        summary="Have the service poll a source at once",
        parameters=(KEY,),
        schema=record(key=TEXT, asked_at=MOMENT),
        changes=True,
    ),
)

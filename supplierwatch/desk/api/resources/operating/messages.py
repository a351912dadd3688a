"""The messages: sent, waiting with the reason, and those that could not be sent."""

from __future__ import annotations

from storage.model import MessageState, Role
from supplierwatch.desk.api.cursors import RowCursor, row_cursor
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.parameters import (
    OneOf,
    Parameter,
    cursor_parameter,
    limit_parameter,
    path_number,
)
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.schemas import (
    COUNT,
    FAILED_TASK,
    INTEGER,
    MOMENT,
    TEXT,
    extended,
    many,
    one_of,
    perhaps,
    record,
    table,
)
from supplierwatch.desk.framed_message import read_parts
from supplierwatch.json_documents.messages import message_json, messages_json

MOST = 200
NUMBER = path_number("id", "Number of the message.", example=41, least=0)
STATES = tuple(str(state) for state in MessageState)
MESSAGE = record(
    id=INTEGER,
    state=one_of(*STATES),
    kind=TEXT,
    recipient=TEXT,
    subject=TEXT,
    message_id=TEXT,
    created_at=MOMENT,
    sent_at=perhaps(MOMENT),
    next_at=perhaps(MOMENT),
    attempts=COUNT,
    last_code=perhaps(INTEGER),
    last_error=perhaps(TEXT),
    resent_at=perhaps(MOMENT),
    resent_by=perhaps(TEXT),
)


def messages(request: ApiRequest) -> Answer:
    """List a page of messages, the newest first."""
    values, limit = request.values, request.values["limit"]
    with request.source.store.reading() as unit:
        found = unit.outbox.list(
            states=values["state"] or None, limit=limit + 1, before=values["cursor"]
        )
        counts = unit.outbox.counts()
        paused = unit.outbox.paused()
        failed = unit.quarantine.failed_tasks("tell")
    page = found[:limit]
    following = row_cursor(page[-1].row_id) if len(found) > limit else None
    document = messages_json(page, counts, paused, list(failed.values()))
    return Answer(document=document | {"next": following}, following=following)


def message(request: ApiRequest) -> Answer:
    """Return one message with what it says."""
    with request.source.store.reading() as unit:
        found = unit.outbox.get(request.values["id"])
    if found is None:
        raise ApiProblem(404, "There is no message of this number.")
    parts = read_parts(found.notification.raw)
    return Answer(document=message_json(found) | {"text": parts.text, "html": parts.html})


ENDPOINTS = (
    Endpoint(
        name="message",
        path="/messages/{id}",
        handler=message,
        role=Role.OPERATOR,
        summary="One message with what it says, as text and as HTML",
        parameters=(NUMBER,),
        schema=extended(MESSAGE, text=perhaps(TEXT), html=perhaps(TEXT)),
    ),
    Endpoint(
        name="messages",
        path="/messages",
        handler=messages,
        role=Role.OPERATOR,
        summary="The messages with their states and causes, the newest first",
        parameters=(
            Parameter(
                name="state",
                kind=OneOf(words=STATES),
                what="Only messages of this state.",
                example=["dead"],
                several=True,
            ),
            limit_parameter(default=100, most=MOST),
            cursor_parameter(RowCursor(), "MTI"),
        ),
        schema=record(
            paused=many(record(channel=TEXT, since=MOMENT, reason=TEXT)),
            counts=table(COUNT),
            unmade=many(FAILED_TASK),
            messages=many(MESSAGE, most=MOST),
            next=perhaps(TEXT),
        ),
    ),
)

"""The audit trail: who changed what, when, from where."""

from __future__ import annotations

from storage.model import Role
from supplierwatch.desk.api.cursors import RowCursor, row_cursor
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.parameters import (
    Moment,
    Parameter,
    Words,
    cursor_parameter,
    limit_parameter,
)
from supplierwatch.desk.api.schemas import INTEGER, MOMENT, TEXT, many, perhaps, record
from supplierwatch.json_documents.changes import change_json

MOST = 200
CHANGE = record(
    id=INTEGER,
    at=MOMENT,
    actor=TEXT,
    via=TEXT,
    client=perhaps(TEXT),
    action=TEXT,
    subject=TEXT,
    before=perhaps(TEXT),
    after=perhaps(TEXT),
)


def changes(request: ApiRequest) -> Answer:
    """List a page of changes, the newest first."""
    values, limit = request.values, request.values["limit"]
    with request.source.store.reading() as unit:
        found = unit.audit.list(
            limit=limit + 1,
            actor=values["actor"],
            thing=values["thing"],
            subject=values["subject"],
            since=values["since"],
            below=values["cursor"],
        )
    page = found[:limit]
    following = row_cursor(page[-1].entry_id) if len(found) > limit else None
    return Answer(
        document={"changes": [change_json(each) for each in page], "next": following},
        following=following,
    )


ENDPOINTS = (
    Endpoint(
        name="changes",
        path="/changes",
        handler=changes,
        role=Role.OPERATOR,
        summary="The audit trail: who changed what, the newest first",
        parameters=(
            Parameter(
                name="actor", kind=Words(most=100), what="Only by this user.", example="ruth"
            ),
            Parameter(
                name="thing",
                kind=Words(most=40),
                what="Only of this kind of thing: user, token, watch, session.",
                example="user",
            ),
            Parameter(
                name="subject", kind=Words(most=200), what="Only of this name.", example="ada"
            ),
            Parameter(
                name="since",
                kind=Moment(),
                what="Only then or later.",
                example="2026-11-23T07:30:00Z",
            ),
            limit_parameter(default=50, most=MOST),
            cursor_parameter(RowCursor(), "MTc"),
        ),
        schema=record(changes=many(CHANGE, most=MOST), next=perhaps(TEXT)),
    ),
)

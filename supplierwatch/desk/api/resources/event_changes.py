"""Reports that are taken out of their events, and put back, by a person."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from storage.model import Role
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.json_bodies import Body
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.resources.items import NUMBER, find_item
from supplierwatch.desk.api.schemas import INTEGER, record
from supplierwatch.desk.api.writing import writing
from supplierwatch.desk.reading.event_changes import (
    EventRefused,
    put_report_back,
    take_report_out,
)


class PutBackBody(Body):
    """Into which event a report is put back."""

    event: Annotated[
        int | None,
        Field(ge=1, le=2**62, description="Its number; null where it was taken out of one alone."),
    ] = None


def take_out(request: ApiRequest) -> Answer:
    """Take the story of an article out of its event."""
    with writing(request) as written:
        item = find_item(written.unit, request)
        try:
            rest = take_report_out(written.unit, request.actor, item, request.now)
        except EventRefused as error:
            raise ApiProblem(409, f"{error}.") from error
        return written.finish(Answer(document={"item": item.item_id, "event": rest}))


def put_back(request: ApiRequest) -> Answer:
    """Put the story of an article back into an event that it was taken out of."""
    with writing(request) as written:
        item = find_item(written.unit, request)
        try:
            event = put_report_back(
                written.unit, request.actor, item, request.body.event, request.now
            )
        except EventRefused as error:
            raise ApiProblem(409, f"{error}.") from error
        return written.finish(Answer(document={"item": item.item_id, "event": event}))


ENDPOINTS = (
    Endpoint(
        name="event-take-out",
        path="/items/{id}/event/take-out",
        method="POST",
        handler=take_out,
        role=Role.EDITOR,
        summary="Take a story out of its event, whose number is answered; it stays out",
        parameters=(NUMBER,),
        schema=record(item=INTEGER, event=INTEGER),
        changes=True,
    ),
    Endpoint(
        name="event-put-back",
        path="/items/{id}/event/put-back",
        method="POST",
        handler=put_back,
        role=Role.EDITOR,
        summary="Put a story back into an event that it was taken out of",
        parameters=(NUMBER,),
        body=PutBackBody,
        schema=record(item=INTEGER, event=INTEGER),
        changes=True,
    ),
)

"""Changes of single messages: hold, release, send again, as the state of each allows."""

from __future__ import annotations

import logging
from typing import Annotated

from pydantic import Field

from storage.model import Change, MessageState, OutboxMessage, Role
from storage.store import Unit
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.json_bodies import Body, bad_field
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.resources.operating.messages import MESSAGE, NUMBER
from supplierwatch.desk.api.writing import writing
from supplierwatch.json_documents.messages import message_json

log = logging.getLogger(__name__)


class ResendBody(Body):
    """Whether a message that was sent is sent again."""

    again: Annotated[
        bool, Field(description="Also where it was sent: its reader gets it a second time.")
    ] = False


def hold(request: ApiRequest) -> Answer:
    """Hold a message that waits."""
    return _change(request, "held")


def release(request: ApiRequest) -> Answer:
    """Release a held message."""
    return _change(request, "released")


def resend(request: ApiRequest) -> Answer:
    """Send a message now; one that was sent only on request."""
    return _change(request, "resent")


def _change(request: ApiRequest, what: str) -> Answer:
    number = request.values["id"]
    with writing(request) as written:
        before = _find(written.unit, number)
        sent = before.state == MessageState.SENT
        if what == "resent" and sent and not request.body.again:
            raise bad_field("again", "the message was sent: set it to true to send it again")
        if not _apply(written.unit, request, what, number):
            raise ApiProblem(409, f"The message is {before.state}: it cannot be {what}.")
        after = _find(written.unit, number)
        change = Change(
            action=f"message.{what}",
            subject=str(number),
            before=str(before.state),
            after=str(after.state),
        )
        written.unit.audit.record(request.actor, change, request.now)
        answer = Answer(document=message_json(after))
        written.finish(answer)
    log.info("desk.message-%s key=%d by=%s", what, number, request.user.name)
    return answer


def _apply(unit: Unit, request: ApiRequest, what: str, number: int) -> bool:
    if what == "held":
        return unit.outbox.hold(number)
    if what == "released":
        return unit.outbox.release(number, request.now)
    return unit.outbox.resend(number, request.now, by=request.user.name)


def _find(unit: Unit, number: int) -> OutboxMessage:
    found = unit.outbox.get(number)
    if found is None:
        raise ApiProblem(404, "There is no message of this number.")
    return found


ENDPOINTS = (
    Endpoint(
        name="message-hold",
        path="/messages/{id}/hold",
        method="POST",
        handler=hold,
        role=Role.OPERATOR,
        summary="Hold a message that waits",
        parameters=(NUMBER,),
        schema=MESSAGE,
        changes=True,
    ),
    Endpoint(
        name="message-release",
        path="/messages/{id}/release",
        method="POST",
        handler=release,
        role=Role.OPERATOR,
        summary="Release a held message",
        parameters=(NUMBER,),
        schema=MESSAGE,
        changes=True,
    ),
    Endpoint(
        name="message-resend",
        path="/messages/{id}/resend",
        method="POST",
        handler=resend,
        role=Role.OPERATOR,
        summary="Send a message now, also one that was sent before where the body says so",
        parameters=(NUMBER,),
        body=ResendBody,
        schema=MESSAGE,
        changes=True,
    ),
)

"""Failed work that is tried again on request."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from storage.model import Role
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.json_bodies import Body
from supplierwatch.desk.api.schemas import COUNT, record
from supplierwatch.desk.api.writing import writing
from supplierwatch.health.quarantine_mail import retry_for_user


class RetryBody(Body):
    """What is tried again: all, all of one task, or one subject of a task."""

    task: Annotated[
        str | None, Field(min_length=1, max_length=40, description="As `quarantine` names it.")
    ] = None
    subject: Annotated[
        str | None, Field(min_length=1, max_length=400, description="As `quarantine` names it.")
    ] = None


def retry(request: ApiRequest) -> Answer:
    """Have failed work tried again now, with its attempts counted anew."""
    task, subject = request.body.task, request.body.subject
    with writing(request) as written:
        retried = retry_for_user(written.unit, request.actor, request.now, task, subject)
        return written.finish(Answer(document={"retried": retried}))


ENDPOINTS = (
    Endpoint(
        name="quarantine-retry",
        path="/quarantine/retry",
        method="POST",
        handler=retry,
        role=Role.OPERATOR,
        summary="Have failed work, of /service, tried again now",
        body=RetryBody,
        schema=record(retried=COUNT),
        changes=True,
    ),
)

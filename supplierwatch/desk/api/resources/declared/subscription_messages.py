"""What a subscription would send now, and sending it in addition to its usual times."""

from __future__ import annotations

from typing import Any

from alerts.dispatch.cut import Preview, previews
from alerts.errors import UnknownSubscriptionError
from config.model import Subscription
from storage.model import Change, Role
from storage.rules.groups import scope_of_group
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.job_documents import JOB, answer_with_job
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.resources.declared.subscriptions import KEY
from supplierwatch.desk.api.schemas import COUNT, FLAG, MOMENT, TEXT, many, perhaps, record
from supplierwatch.desk.background_jobs.sending import start_sending
from supplierwatch.formatting.times import iso

MAX_PREVIEWS = 6  # of readers who would get something else


def preview(request: ApiRequest) -> Answer:
    """Return what a subscription would send now; nothing is sent."""
    found, desk = _find(request), request.source
    if len({each.group for each in desk.wired.catalog.watches} | {found.group}) > 1:
        desk = desk.within(scope_of_group(found.group))
    try:
        made = previews(desk.store, desk.context, found.key, now=request.now)
    except UnknownSubscriptionError as error:
        raise ApiProblem(
            409, "The service has not loaded this subscription yet: try again in a moment."
        ) from error
    return Answer(
        document={
            "messages": [_preview_json(each) for each in made[:MAX_PREVIEWS]],
            "left_out": max(0, len(made) - MAX_PREVIEWS),
        }
    )


def send(request: ApiRequest) -> Answer:
    """Begin to compose and send what is pending for a subscription."""
    key = _find(request).key
    return answer_with_job(
        request,
        Change(action="digest.sent", subject=key),
        lambda: start_sending(request.source, key, request.user.name, request.now),
    )


def _find(request: ApiRequest) -> Subscription:
    found = request.source.context.subscriptions.get(request.values["key"])
    if found is None:
        raise ApiProblem(404, "There is no subscription of this name in the configuration.")
    return found


def _preview_json(made: Preview) -> dict[str, Any]:
    return {
        "recipients": list(made.recipients),
        "subject": made.rendered.subject,
        "text": made.rendered.text,
        "html": made.rendered.html,
        "goes_at": iso(made.goes_at),
        "empty": made.empty,
    }


ENDPOINTS = (
    Endpoint(
        name="subscription-preview",
        path="/subscriptions/{key}/preview",
        handler=preview,
        role=Role.EDITOR,
        summary="What a subscription would send now, as text and as HTML; nothing is sent",
        parameters=(KEY,),
        schema=record(
            messages=many(
                record(
                    recipients=many(TEXT),
                    subject=TEXT,
                    text=TEXT,
                    html=TEXT,
                    goes_at=perhaps(MOMENT),
                    empty=FLAG,
                ),
                most=MAX_PREVIEWS,
            ),
            left_out=COUNT,
        ),
    ),
    Endpoint(
        name="subscription-send",
        path="/subscriptions/{key}/send",
        method="POST",
        handler=send,
        role=Role.OPERATOR,
        summary="Send what is pending for a subscription now: a job",
        parameters=(KEY,),
        schema=JOB,
        changes=True,
        creates=True,
    ),
)

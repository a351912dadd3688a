"""Mutes of users: list, add, end; and the tags of stories."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from storage.model import Role
from storage.users.desk_mutes import MAX_MUTES
from storage.users.marks import MAX_TAGS
from supplierwatch.desk.api.endpoint import BASE, Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.json_bodies import Body
from supplierwatch.desk.api.parameters import LARGEST, path_number
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.schemas import (
    COUNT,
    INTEGER,
    MOMENT,
    TEXT,
    many,
    one_of,
    perhaps,
    record,
)
from supplierwatch.desk.api.writing import writing
from supplierwatch.desk.reading import mark_requests
from supplierwatch.desk.reading.mark_requests import MarkRefused
from supplierwatch.json_documents.marks import mute_json

KINDS = ("story", "outlet", "supplier", "watch")
MUTE = record(
    id=COUNT,
    kind=one_of(*KINDS),
    by=TEXT,
    at=MOMENT,
    until=MOMENT,
    subscription=perhaps(TEXT),
    watch=perhaps(TEXT),
    supplier=perhaps(TEXT),
    source=perhaps(TEXT),
    item=perhaps(INTEGER),
)


class MuteBody(Body):
    """Something to mute."""

    kind: Annotated[
        Literal["story", "outlet", "supplier", "watch"],
        Field(description="What is muted; a supplier only for a watch."),
    ]
    days: Annotated[int, Field(description="For how long: 1, 7, 30 or 365 days.")]
    item: Annotated[int | None, Field(ge=1, le=LARGEST, description="An article of the story.")] = (
        None
    )
    watch: Annotated[str, Field(max_length=200, description="The key of the watch.")] = ""
    supplier: Annotated[str, Field(max_length=200, description="The key of the supplier.")] = ""
    source: Annotated[str, Field(max_length=200, description="The key of the outlet.")] = ""
    subscription: Annotated[
        str,
        Field(max_length=200, description="For all readers of it; empty: for the calling user."),
    ] = ""


def mutes(request: ApiRequest) -> Answer:
    """List what the user muted, and what is muted for subscriptions."""
    now = request.now
    with request.source.store.reading() as unit:
        own = unit.desk_mutes.of_user(request.user.user_id, now)
        shared = unit.desk_mutes.of_subscriptions(now)
    return Answer(
        document={
            "own": [mute_json(each) for each in own],
            "of_subscriptions": [mute_json(each) for each in shared],
        }
    )


def make(request: ApiRequest) -> Answer:
    """Mute something."""
    body: MuteBody = request.body
    user, now = request.user, request.now
    with writing(request) as change:
        unit = change.unit
        item = None if body.item is None else unit.items.get(body.item)
        if body.item is not None and item is None:
            raise ApiProblem(409, "There is no article of this number.")
        try:
            made = mark_requests.mute(
                unit,
                user,
                request.source.wired,
                body.kind,
                now,
                days=body.days,
                item=item,
                watch_key=body.watch,
                supplier_key=body.supplier,
                source_key=body.source,
                subscription_key=body.subscription,
                actor=request.actor,
            )
        except MarkRefused as error:
            raise ApiProblem(409, f"{error}.") from error
        location = f"{BASE}/mutes/{made.mute_id}"
        return change.finish(
            Answer(document=mute_json(made), status=201, location=location),
            audited=bool(made.subscription_key),
        )


def end(request: ApiRequest) -> Answer:
    """End a mute."""
    user, now = request.user, request.now
    with writing(request) as change:
        try:
            known = mark_requests.find_mute(change.unit, user, request.values["id"], now)
        except MarkRefused as error:
            raise ApiProblem(404, "There is no mute of this number.") from error
        try:
            mark_requests.end_mute(change.unit, user, known, now, actor=request.actor)
        except MarkRefused as error:
            raise ApiProblem(403, f"This mute is {known.user}'s.") from error
        return change.finish(
            Answer(document=mute_json(known)), audited=bool(known.subscription_key)
        )


def tags(request: ApiRequest) -> Answer:
    """List the tags of stories with how many stories have them."""
    with request.source.store.reading() as unit:
        known = unit.marks.tags()
    return Answer(document={"tags": [{"tag": tag, "stories": many} for tag, many in known]})


ENDPOINTS = (
    Endpoint(
        name="mutes",
        path="/mutes",
        handler=mutes,
        role=Role.READER,
        summary="What the calling user has muted, and what is muted for subscriptions",
        schema=record(own=many(MUTE, most=MAX_MUTES), of_subscriptions=many(MUTE)),
    ),
    Endpoint(
        name="mute-make",
        path="/mutes",
        method="POST",
        handler=make,
        role=Role.READER,
        summary="Mute a story, an outlet, a watch, or a supplier of a watch",
        body=MuteBody,
        schema=MUTE,
        changes=True,
        creates=True,
    ),
    Endpoint(
        name="mute-end",
        path="/mutes/{id}",
        method="DELETE",
        handler=end,
        role=Role.READER,
        summary="End a mute",
        parameters=(path_number("id", "Number of the mute.", example=2),),
        schema=MUTE,
        changes=True,
    ),
    Endpoint(
        name="tags",
        path="/tags",
        handler=tags,
        role=Role.READER,
        summary="The tags of stories, the most used",
        schema=record(tags=many(record(tag=TEXT, stories=COUNT), most=MAX_TAGS)),
    ),
)

"""Marks of users on the story of an article: read, add, take back."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from storage.model import MarkKind, Role, StoredItem, User
from storage.store import Unit
from storage.users.marks import MAX_HISTORY, MAX_OF_STORY
from supplierwatch.desk.api.endpoint import BASE, Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.json_bodies import Body
from supplierwatch.desk.api.parameters import path_number
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.resources.items import NUMBER, find_item
from supplierwatch.desk.api.schemas import (
    COUNT,
    FLAG,
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
from supplierwatch.desk.reading.mark_requests import MAX_NOTE, MAX_REASON, MarkRefused
from supplierwatch.desk.reading.story_marks import find_unread, sort_marks
from supplierwatch.json_documents.marks import story_marks_json

MARK = record(
    id=COUNT,
    item=INTEGER,
    kind=one_of(*MarkKind),
    by=TEXT,
    at=MOMENT,
    text=TEXT,
    watch=perhaps(TEXT),
    assignee=perhaps(TEXT),
    ended_at=perhaps(MOMENT),
    ended_by=perhaps(TEXT),
)
STORY_MARKS = record(
    story=INTEGER,
    starred=FLAG,
    unread=FLAG,
    marks=many(MARK, most=MAX_OF_STORY),
    history=many(MARK, most=MAX_HISTORY),
)


class MarkBody(Body):
    """A mark to make."""

    kind: Annotated[
        Literal["note", "tag", "assignment", "irrelevant"],
        Field(description="The kind of mark."),
    ]
    text: Annotated[
        str,
        Field(max_length=MAX_NOTE, description="The note, the tag, or why it is not relevant."),
    ] = ""
    watch: Annotated[
        str, Field(max_length=200, description="The watch to which it is not relevant.")
    ] = ""
    assignee: Annotated[
        str, Field(max_length=200, description="The name of the user it is assigned to.")
    ] = ""


class OwnBody(Body):
    """Marks of a story that concern its user alone."""

    read: Annotated[bool, Field(description="Whether the user has read the story.")]
    starred: Annotated[bool, Field(description="Whether the story has a star of the user.")]


def marks(request: ApiRequest) -> Answer:
    """Return the marks on the story of an article."""
    with request.source.store.reading() as unit:
        item = find_item(unit, request)
        return Answer(document=describe_marks(unit, request.user, item))


def make(request: ApiRequest) -> Answer:
    """Add a mark to a story for all users."""
    body: MarkBody = request.body
    user, now = request.user, request.now
    with writing(request) as change:
        unit = change.unit
        item = find_item(unit, request)
        try:
            if body.kind == "note":
                mark_requests.add_note(unit, user, item, body.text, now)
            elif body.kind == "tag":
                mark_requests.tag(unit, user, item, body.text, now)
            elif body.kind == "assignment":
                mark_requests.assign(unit, user, item, body.assignee, now)
            else:
                watches = request.source.wired.queries
                mark_requests.mark_irrelevant(
                    unit, user, item, body.watch, body.text[: MAX_REASON + 1], now, watches
                )
        except MarkRefused as error:
            raise ApiProblem(409, f"{error}.") from error
        document = describe_marks(unit, user, item)
        location = f"{BASE}/items/{item.item_id}/marks"
        return change.finish(
            Answer(document=document, status=201, location=location), audited=False
        )


def end(request: ApiRequest) -> Answer:
    """Take back a mark that all users see."""
    user, number = request.user, request.values["mark"]
    with writing(request) as change:
        unit = change.unit
        item = find_item(unit, request)
        present = unit.marks.of_stories([item.story_id]).get(item.story_id, ())
        known = {mark.mark_id: mark for mark in present if mark.kind is not MarkKind.STAR}
        if number not in known:
            raise ApiProblem(404, "This story has no such mark, or it was taken back.")
        kind = known[number].kind
        try:
            if kind is MarkKind.NOTE:
                mark_requests.remove_note(unit, user, item, number, request.now)
            else:
                unit.marks.end(item.item_id, kind, user.user_id, request.now, mark_id=number)
        except MarkRefused as error:
            raise ApiProblem(409, f"{error}.") from error
        return change.finish(Answer(document=describe_marks(unit, user, item)), audited=False)


def set_own(request: ApiRequest) -> Answer:
    """Mark a story as read or unread, and with a star or without, for the calling user."""
    body: OwnBody = request.body
    user, now = request.user, request.now
    with writing(request) as change:
        unit = change.unit
        item = find_item(unit, request)
        try:
            mark_requests.star(unit, user, item, now, on=body.starred)
        except MarkRefused as error:
            raise ApiProblem(409, f"{error}.") from error
        unit.read_states.record(user.user_id, item.item_id, now, is_read=body.read)
        return change.finish(Answer(document=describe_marks(unit, user, item)), audited=False)


def describe_marks(unit: Unit, user: User, item: StoredItem) -> dict[str, object]:
    """Return the document of the marks on the story of an article."""
    present = unit.marks.of_stories([item.story_id]).get(item.story_id, ())
    readings = unit.read_states.of_stories(user.user_id, [item.story_id])
    mentions = [(each, item) for each in unit.mentions.of_item(item.item_id)]
    return story_marks_json(
        item.story_id,
        present,
        unit.marks.history(item.story_id, user_id=user.user_id),
        starred=sort_marks(present, user).starred,
        unread=item.story_id in find_unread(mentions, readings, user),
    )


ENDPOINTS = (
    Endpoint(
        name="item-marks",
        path="/items/{id}/marks",
        handler=marks,
        role=Role.READER,
        summary="The marks on the story of an article, with their history",
        parameters=(NUMBER,),
        schema=STORY_MARKS,
    ),
    Endpoint(
        name="item-mark-make",
        path="/items/{id}/marks",
        method="POST",
        handler=make,
        role=Role.EDITOR,
        summary="Note, tag, assign or dismiss a story, for all users",
        parameters=(NUMBER,),
        body=MarkBody,
        schema=STORY_MARKS,
        changes=True,
        creates=True,
    ),
    Endpoint(
        name="item-mark-end",
        path="/items/{id}/marks/{mark}",
        method="DELETE",
        handler=end,
        role=Role.EDITOR,
        summary="Take back a note, a tag, an assignment or a dismissal",
        parameters=(
            NUMBER,
            path_number("mark", "Number of the mark.", example=4),
        ),
        schema=STORY_MARKS,
        changes=True,
    ),
    Endpoint(
        name="item-own",
        path="/items/{id}/own",
        method="PUT",
        handler=set_own,
        role=Role.READER,
        summary="Mark a story as read and with a star, or not, for the calling user",
        parameters=(NUMBER,),
        body=OwnBody,
        schema=STORY_MARKS,
        changes=True,
    ),
)

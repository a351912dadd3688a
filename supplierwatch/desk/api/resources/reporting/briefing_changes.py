"""Changes of the calling user's briefings: make, replace, remove and send one."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from alerts.errors import MessageError
from storage.model import Briefing, BriefingEntry, Role
from storage.store import Unit
from storage.users.briefings import MAX_BRIEFINGS, MAX_COMMENT, MAX_ENTRIES, MAX_TITLE
from supplierwatch.desk.api.endpoint import BASE, Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.json_bodies import Body, bad_field
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.resources.reporting.briefings import NUMBER, find_briefing
from supplierwatch.desk.api.schemas import INTEGER, TEXT, many, record
from supplierwatch.desk.api.writing import require_match, writing
from supplierwatch.desk.briefings.briefing_changes import (
    make_briefing,
    remove_briefing,
    replace_briefing,
)
from supplierwatch.desk.briefings.briefing_documents import read_document
from supplierwatch.desk.briefings.briefing_mail import list_recipients, send_briefing

MAX_RECIPIENTS = 100
ENTRY = record(item=INTEGER, comment=TEXT)
DEFINITION = record(id=INTEGER, title=TEXT, introduction=TEXT, entries=many(ENTRY))
SENT = record(sent_to=many(TEXT), sent_before=many(TEXT))


class EntryBody(Body):
    """An article of a briefing."""

    item: Annotated[int, Field(ge=1, le=2**62, description="Its number.")]
    comment: Annotated[str, Field(max_length=MAX_COMMENT, description="Above it.")] = ""


class BriefingBody(Body):
    """A briefing: its articles in order."""

    title: Annotated[str, Field(min_length=1, max_length=MAX_TITLE, description="Its heading.")]
    introduction: Annotated[
        str, Field(max_length=MAX_COMMENT, description="Below the heading.")
    ] = ""
    entries: Annotated[
        list[EntryBody], Field(max_length=MAX_ENTRIES, description="Its articles, in order.")
    ] = []  # noqa: RUF012 (pydantic copies it)


class SendBody(Body):
    """To whom a briefing is sent."""

    to: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=320)]],
        Field(
            min_length=1,
            max_length=MAX_RECIPIENTS,
            description="Recipients and channels of the configuration, or the user's own address.",
        ),
    ]


def definition(request: ApiRequest) -> Answer:
    """Return a briefing as its editor has it."""
    with request.source.store.reading() as unit:
        return Answer(document=_describe(find_briefing(unit, request, request.values["id"])))


def make(request: ApiRequest) -> Answer:
    """Make a briefing."""
    title = _read_title(request.body)
    with writing(request) as written:
        unit = written.unit
        number = make_briefing(unit, request.actor, request.user.user_id, title, request.now)
        if number is None:
            raise ApiProblem(409, f"You have {MAX_BRIEFINGS} briefings: remove one first.")
        entries = _read_entries(unit, request.body)
        unit.briefings.replace(
            number,
            title=title,
            introduction=request.body.introduction,
            entries=entries,
            now=request.now,
        )
        return written.finish(
            Answer(
                document=_describe(find_briefing(unit, request, number)),
                status=201,
                location=f"{BASE}/briefings/{number}/definition",
            )
        )


def change(request: ApiRequest) -> Answer:
    """Replace title, introduction, articles and comments of a briefing."""
    with writing(request) as written:
        found = find_briefing(written.unit, request, request.values["id"])
        require_match(request, _describe(found))
        replace_briefing(
            written.unit,
            request.actor,
            found.briefing_id,
            title=_read_title(request.body),
            introduction=request.body.introduction,
            entries=_read_entries(written.unit, request.body),
            now=request.now,
        )
        changed = find_briefing(written.unit, request, request.values["id"])
        return written.finish(Answer(document=_describe(changed)))


def remove(request: ApiRequest) -> Answer:
    """Remove a briefing; its articles stay in the archive."""
    with writing(request) as written:
        found = find_briefing(written.unit, request, request.values["id"])
        require_match(request, _describe(found))
        remove_briefing(written.unit, request.actor, found, request.now)
        return written.finish(Answer(document=_describe(found)))


def send(request: ApiRequest) -> Answer:
    """Put a message for each recipient into the outbox; a version is sent to each once."""
    with request.source.store.reading() as unit:
        found = find_briefing(unit, request, request.values["id"])
        document = read_document(
            unit, request.source, found, author=request.user.name, home=request.home
        )
    if not document.items:
        raise ApiProblem(409, "No article is in this briefing.")
    known = list_recipients(request.source, request.user)
    unknown = [each for each in request.body.to if each not in known]
    if unknown:
        raise bad_field("to", f"{unknown[0][:100]!r} is no recipient of the configuration")
    try:
        sent, before = send_briefing(
            request.source, request.actor, found, document, request.body.to, request.now
        )
    except MessageError as error:
        raise ApiProblem(409, f"It cannot be sent: {error}.") from error
    return Answer(document={"sent_to": sent, "sent_before": before})


def _read_entries(unit: Unit, body: BriefingBody) -> list[BriefingEntry]:
    wanted = [each.item for each in body.entries]
    if len(set(wanted)) < len(wanted):
        raise bad_field("entries", "an article stands in it twice")
    there = {item.item_id for item in unit.items.get_many(wanted)}
    missing = next((each for each in wanted if each not in there), None)
    if missing is not None:
        raise bad_field("entries", f"there is no article {missing}")
    return [BriefingEntry(item_id=each.item, comment=each.comment) for each in body.entries]


def _read_title(body: BriefingBody) -> str:
    title = " ".join(body.title.split())
    if not title:
        raise bad_field("title", "it is empty")
    return title


def _describe(found: Briefing) -> dict[str, Any]:
    return {
        "id": found.briefing_id,
        "title": found.title,
        "introduction": found.introduction,
        "entries": [{"item": each.item_id, "comment": each.comment} for each in found.entries],
    }


ENDPOINTS = (
    Endpoint(
        name="briefing-make",
        path="/briefings",
        method="POST",
        handler=make,
        role=Role.READER,
        summary="Make a briefing",
        body=BriefingBody,
        schema=DEFINITION,
        changes=True,
        creates=True,
    ),
    Endpoint(
        name="briefing-definition",
        path="/briefings/{id}/definition",
        handler=definition,
        role=Role.READER,
        summary="A briefing as its editor has it, with the ETag for an edit",
        parameters=(NUMBER,),
        schema=DEFINITION,
    ),
    Endpoint(
        name="briefing-change",
        path="/briefings/{id}/definition",
        method="PUT",
        handler=change,
        role=Role.READER,
        summary="Replace title, introduction, articles and comments of a briefing",
        parameters=(NUMBER,),
        body=BriefingBody,
        schema=DEFINITION,
        changes=True,
        needs_if_match=True,
    ),
    Endpoint(
        name="briefing-delete",
        path="/briefings/{id}/definition",
        method="DELETE",
        handler=remove,
        role=Role.READER,
        summary="Remove a briefing; its articles stay in the archive",
        parameters=(NUMBER,),
        schema=DEFINITION,
        changes=True,
        needs_if_match=True,
    ),
    Endpoint(
        name="briefing-send",
        path="/briefings/{id}/send",
        method="POST",
        handler=send,
        role=Role.EDITOR,
        summary="Send a briefing through the outbox; each version to a recipient once",
        parameters=(NUMBER,),
        body=SendBody,
        schema=SENT,
        changes=True,
    ),
)

"""The briefings of the calling user."""

from __future__ import annotations

from typing import Any

from storage.model import Briefing, Role
from storage.store import Unit
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.parameters import path_number
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.schemas import (
    COUNT,
    FLAG,
    INTEGER,
    MOMENT,
    TEXT,
    extended,
    many,
    perhaps,
    record,
)
from supplierwatch.desk.briefings.briefing_documents import read_document
from supplierwatch.formatting.times import iso

NUMBER = path_number("id", "Number of the briefing.", example=1)
BRIEFING = record(
    id=INTEGER, title=TEXT, introduction=TEXT, made_at=MOMENT, changed_at=MOMENT, articles=COUNT
)
ENTRY = record(
    item=INTEGER,
    title=TEXT,
    outlet=TEXT,
    at=MOMENT,
    is_published=FLAG,
    comment=TEXT,
    sentence=TEXT,
    paragraphs=many(TEXT),
    url=perhaps(TEXT),
    evidence=TEXT,
)


def briefings(request: ApiRequest) -> Answer:
    """List the briefings of the calling user, those that changed last first."""
    with request.source.store.reading() as unit:
        found = unit.briefings.of_user(request.user.user_id)
    return Answer(document={"briefings": [_describe(each) for each in found]})


def briefing(request: ApiRequest) -> Answer:
    """Return one briefing as it is shown."""
    with request.source.store.reading() as unit:
        found = find_briefing(unit, request, request.values["id"])
        document = read_document(
            unit, request.source, found, author=request.user.name, home=request.home
        )
    entries = [
        {
            "item": item.item_id,
            "title": item.title,
            "outlet": item.outlet,
            "at": iso(item.at),
            "is_published": item.is_published,
            "comment": item.comment,
            "sentence": item.sentence,
            "paragraphs": list(item.paragraphs),
            "url": item.link,
            "evidence": item.evidence,
        }
        for item in document.items
    ]
    return Answer(document=_describe(found) | {"entries": entries})


def find_briefing(unit: Unit, request: ApiRequest, number: int) -> Briefing:
    """Return a briefing of the calling user.

    Raises:
        ApiProblem: 404.
    """
    found = unit.briefings.get(number, request.user.user_id)
    if found is None:
        raise ApiProblem(404, "You have no briefing of this number.")
    return found


def _describe(found: Briefing) -> dict[str, Any]:
    return {
        "id": found.briefing_id,
        "title": found.title,
        "introduction": found.introduction,
        "made_at": iso(found.made_at),
        "changed_at": iso(found.changed_at),
        "articles": len(found.entries),
    }


ENDPOINTS = (
    Endpoint(
        name="briefings",
        path="/briefings",
        handler=briefings,
        role=Role.READER,
        summary="The briefings of the calling user",
        schema=record(briefings=many(BRIEFING)),
    ),
    Endpoint(
        name="briefing",
        path="/briefings/{id}",
        handler=briefing,
        role=Role.READER,
        summary="One briefing; full texts only where the licence of the source allows",
        parameters=(NUMBER,),
        schema=extended(BRIEFING, entries=many(ENTRY)),
    ),
)

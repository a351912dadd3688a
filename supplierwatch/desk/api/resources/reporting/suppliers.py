"""The suppliers in numbers, and the thread of one."""

from __future__ import annotations

from alerts.threads.gathering import gather_thread, subject_of
from alerts.threads.model import EVENT_KINDS, STAGES
from storage.model import Role
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.parameters import Moment, Parameter, path_key
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.schemas import (
    COUNT,
    FLAG,
    INTEGER,
    MOMENT,
    NUMBER,
    TEXT,
    many,
    one_of,
    perhaps,
    record,
)
from supplierwatch.desk.reading.supplier_volumes import VOLUMES, WEEKS
from supplierwatch.formatting.times import iso
from supplierwatch.json_documents.threads import thread_json

DAY = {"type": "string", "format": "date"}
EVENT = record(
    at=MOMENT,
    kind=one_of(*EVENT_KINDS),
    stage=perhaps(one_of(*STAGES)),
    what=TEXT,
    title=TEXT,
    text=TEXT,
    item=perhaps(INTEGER),
    source=TEXT,
    source_name=TEXT,
    url=perhaps(TEXT),
)
MATTER = record(
    number=INTEGER,
    title=TEXT,
    value=TEXT,
    last_at=MOMENT,
    items=many(INTEGER),
    life=many(record(stage=one_of(*STAGES), at=MOMENT, item=INTEGER)),
    ahead=many(
        record(
            kind=one_of("bids", "start", "review", "renewal", "end"),
            first=DAY,
            last=DAY,
            said=TEXT,
            item=INTEGER,
            soon=FLAG,
        )
    ),
    events=many(EVENT),
    joins=many(record(item=INTEGER, **{"with": INTEGER}, reasons=many(TEXT))),
)


def suppliers(request: ApiRequest) -> Answer:
    """List the suppliers in the order of the file."""
    return Answer(
        document={
            "suppliers": [
                {
                    "key": row.key,
                    "name": row.name,
                    "names": list(row.names),
                    "weeks": list(row.weeks),
                    "usual": row.usual,
                    "stories_30_days": row.month,
                    "share": row.share,
                    "last_found_at": iso(row.last_at),
                }
                for row in VOLUMES.read(request.source, request.now)
            ]
        }
    )


def thread(request: ApiRequest) -> Answer:
    """Return the thread of a supplier."""
    wired, values = request.source.wired, request.values
    declared = next((one for one in wired.catalog.suppliers if one.key == values["key"]), None)
    if declared is None:
        raise ApiProblem(404, "There is no supplier of this name in the configuration.")
    found = gather_thread(
        request.source.store,
        subject_of(declared),
        wired.suppliers,
        wired.source_names,
        now=request.now,
        since=values["since"],
    )
    return Answer(document=thread_json(found, wired.source_names, values["since"]))


ENDPOINTS = (
    Endpoint(
        name="suppliers",
        path="/suppliers",
        handler=suppliers,
        role=Role.READER,
        summary="The suppliers with their volume and share of voice",
        schema=record(
            suppliers=many(
                record(
                    key=TEXT,
                    name=TEXT,
                    names=many(TEXT),
                    weeks=many(COUNT, most=WEEKS),
                    usual=perhaps(NUMBER),
                    stories_30_days=COUNT,
                    share=perhaps(COUNT),
                    last_found_at=perhaps(MOMENT),
                )
            )
        ),
    ),
    Endpoint(
        name="supplier-thread",
        path="/suppliers/{key}/thread",
        handler=thread,
        role=Role.READER,
        summary="Everything stored about a supplier, joined into matters with reasons",
        parameters=(
            path_key("Key of the supplier.", example="halcyon"),
            Parameter(
                name="since",
                kind=Moment(),
                what="Only matters with an event then or later.",
                example="2026-11-01",
            ),
        ),
        schema=record(
            supplier=record(key=TEXT, name=TEXT),
            since=perhaps(MOMENT),
            complete=FLAG,
            items=COUNT,
            matters=many(MATTER),
            alarms=many(EVENT),
        ),
    ),
)

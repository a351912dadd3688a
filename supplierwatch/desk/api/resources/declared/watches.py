"""The watches: queries in words, volumes, versions, subscriptions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from config.model import Watch
from storage.model import Role
from storage.store import Unit
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.parameters import path_key
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.schemas import COUNT, MOMENT, TEXT, extended, many, perhaps, record
from supplierwatch.desk.reading.weekly_counts import WEEK, WEEKS, count_by_week
from supplierwatch.formatting.times import iso
from supplierwatch.json_documents.watches import watches_json

WATCH = record(
    key=TEXT,
    label=TEXT,
    query=TEXT,
    paraphrase=TEXT,
    warnings=many(TEXT),
    subscriptions=many(TEXT),
    mentions=COUNT,
    mentions_7_days=COUNT,
    weeks=many(COUNT, most=WEEKS),
    last_found_at=perhaps(MOMENT),
)


def watches(request: ApiRequest) -> Answer:
    """List the watches."""
    declared = request.source.wired.catalog.watches
    with request.source.store.reading() as unit:
        return Answer(document={"watches": _build_rows(unit, request, declared)})


def watch(request: ApiRequest) -> Answer:
    """Return one watch with its versions."""
    key = request.values["key"]
    declared = [one for one in request.source.wired.catalog.watches if one.key == key]
    if not declared:
        raise ApiProblem(404, "There is no watch of this name in the configuration.")
    with request.source.store.reading() as unit:
        [row] = _build_rows(unit, request, declared)
        versions = unit.watches.versions(key)
    row["versions"] = [
        {"version": each.version, "query": each.query, "active_since": iso(each.active_since)}
        for each in versions
    ]
    return Answer(document=row)


def _build_rows(unit: Unit, request: ApiRequest, declared: Sequence[Watch]) -> list[dict[str, Any]]:
    now = request.now
    counts = {
        one.key: (unit.mentions.count(one.key, since=now - WEEK), unit.mentions.count(one.key))
        for one in declared
    }
    last = unit.mentions.newest_after(0)
    return [
        {
            **row,
            "weeks": count_by_week(unit, row["key"], now),
            "last_found_at": iso(last[row["key"]][1]) if row["key"] in last else None,
        }
        for row in watches_json(request.source.wired, counts, declared)["watches"]
    ]


ENDPOINTS = (
    Endpoint(
        name="watches",
        path="/watches",
        handler=watches,
        role=Role.READER,
        summary="The watches with their queries, volumes and subscriptions",
        schema=record(watches=many(WATCH)),
    ),
    Endpoint(
        name="watch",
        path="/watches/{key}",
        handler=watch,
        role=Role.READER,
        summary="One watch, with its versions",
        parameters=(path_key("Key of the watch.", example="halcyon-trusts"),),
        schema=extended(
            WATCH, versions=many(record(version=COUNT, query=TEXT, active_since=MOMENT))
        ),
    ),
)

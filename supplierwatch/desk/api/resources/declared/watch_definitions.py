"""The definitions of watches in watches.toml, and the way back to each version of a query."""

from __future__ import annotations

from dataclasses import replace

from storage.model import Role
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.parameters import path_key, path_number
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.schemas import FLAG, extended
from supplierwatch.desk.api.table_definitions import TableDefinitions
from supplierwatch.desk.api.watch_bodies import (
    DEFINITION,
    NewWatchBody,
    WatchBody,
    definition_json,
    draft_of,
)
from supplierwatch.desk.editing.table_kinds import WATCHES

DEFINITIONS = TableDefinitions(
    kind=WATCHES,
    path="/watches",
    stays="its mentions stay",
    example="halcyon-trusts",
    draft_of=draft_of,
    describe=definition_json,
    document=DEFINITION,
    body=WatchBody,
    new_body=NewWatchBody,
    is_in_force=lambda wired, key: key in wired.queries,
    removed="deleted",
)


def restore_version(request: ApiRequest) -> Answer:
    """Restore the query of a version of a watch, in canonical form."""
    file, draft = DEFINITIONS.open_matching(request)
    with request.source.store.reading() as unit:
        versions = unit.watches.versions(draft.key)
    wanted = [each for each in versions if each.version == request.values["number"]]
    if not wanted:
        raise ApiProblem(404, "This watch has no version of this number.")
    old = replace(draft, query=wanted[0].query, keywords=(), exact=False)
    return DEFINITIONS.save(request, file, old, is_new=False)


ENDPOINTS = (
    *DEFINITIONS.endpoints(),
    Endpoint(
        name="watch-restore",
        path="/watches/{key}/versions/{number}/restore",
        method="POST",
        handler=restore_version,
        role=Role.EDITOR,
        summary="Restore the query of a version of a watch",
        parameters=(
            path_key("Key of the watch.", example="halcyon-trusts"),
            path_number("number", "Number of the version.", example=1, least=0),
        ),
        schema=extended(DEFINITION, in_force=FLAG),
        changes=True,
        needs_if_match=True,
    ),
)

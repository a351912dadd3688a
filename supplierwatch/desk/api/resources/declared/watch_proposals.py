"""Proposals for a watch: what marks suggest, accepted into watches.toml, or dismissed."""

from __future__ import annotations

from alerts.proposals.measuring import MAX_DROPPED, MAX_PROPOSALS
from alerts.proposals.model import Proposal
from storage.model import Role
from supplierwatch.desk.api.edit_problems import problem_of
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.parameters import Parameter, Words, path_key
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.resources.declared.watch_definitions import DEFINITIONS
from supplierwatch.desk.api.schemas import (
    COUNT,
    FLAG,
    INTEGER,
    TEXT,
    extended,
    many,
    one_of,
    record,
)
from supplierwatch.desk.api.watch_bodies import DEFINITION
from supplierwatch.desk.api.writing import writing
from supplierwatch.desk.editing.file_edits import EditFailure
from supplierwatch.desk.editing.watch_proposals import (
    dismiss_proposal,
    draft_proposal,
    find_offered,
    read_offered,
)
from supplierwatch.json_documents.proposals import proposals_json

MAX_ID = 10  # characters
PROPOSAL = record(
    id=TEXT,
    kind=one_of("case", "exclusion", "context", "source"),
    target=TEXT,
    change=TEXT,
    query=TEXT,
    effect=TEXT,
    dropped_not_relevant=COUNT,
    dropped_others=COUNT,
    muted_by=COUNT,
    dropped=many(
        record(item=INTEGER, title=TEXT, source=TEXT, judgement=one_of("unwanted", "unmarked")),
        most=MAX_DROPPED,
    ),
)
KEY = path_key("Key of the watch.", example="halcyon-trusts")
ID = Parameter(
    name="id",
    kind=Words(most=MAX_ID),
    what="Id of the proposal.",
    example="3f09ab17c2",
    place="path",
    required=True,
)


def list_proposals(request: ApiRequest) -> Answer:
    """Return the proposals for a watch; computed now, within two seconds or so."""
    key = request.values["key"]
    offered = read_offered(request.source, request.now, key)
    if offered is None:
        raise ApiProblem(404, "There is no watch of this name in the configuration.")
    query = request.source.wired.queries[key].text
    return Answer(document=proposals_json(key, query, offered))


def accept(request: ApiRequest) -> Answer:
    """Write the query of a proposal to watches.toml."""
    key, found = request.values["key"], _find(request)
    file = DEFINITIONS.open(request)
    draft = draft_proposal(request.source, file, key, found)
    if isinstance(draft, EditFailure):
        raise problem_of(draft, DEFINITIONS.file)
    return DEFINITIONS.save(request, file, draft, is_new=False)


def dismiss(request: ApiRequest) -> Answer:
    """Dismiss a proposal for all users."""
    key, found = request.values["key"], _find(request)
    with writing(request) as written:
        dismiss_proposal(written.unit, request.actor, key, found, request.now)
        return written.finish(Answer(document={"watch": key, "dismissed": found.proposal_id}))


def _find(request: ApiRequest) -> Proposal:
    values = request.values
    found = find_offered(request.source, request.now, values["key"], values["id"])
    if found is None:
        raise ApiProblem(404, "There is no such proposal for this watch now.")
    return found


ENDPOINTS = (
    Endpoint(
        name="watch-proposals",
        path="/watches/{key}/proposals",
        handler=list_proposals,
        role=Role.EDITOR,
        summary="Changes of a watch that its marks suggest, with what each would drop",
        parameters=(KEY,),
        schema=record(
            watch=TEXT,
            query=TEXT,
            not_relevant=COUNT,
            relevant=COUNT,
            others=COUNT,
            complete=FLAG,
            dismissed=COUNT,
            proposals=many(PROPOSAL, most=MAX_PROPOSALS),
        ),
    ),
    Endpoint(
        name="watch-proposal-accept",
        path="/watches/{key}/proposals/{id}/accept",
        method="POST",
        handler=accept,
        role=Role.EDITOR,
        summary="Write the query of a proposal to watches.toml",
        parameters=(KEY, ID),
        schema=extended(DEFINITION, in_force=FLAG),
        changes=True,
    ),
    Endpoint(
        name="watch-proposal-dismiss",
        path="/watches/{key}/proposals/{id}/dismiss",
        method="POST",
        handler=dismiss,
        role=Role.EDITOR,
        summary="Dismiss a proposal until it drops more of what is not relevant",
        parameters=(KEY, ID),
        schema=record(watch=TEXT, dismissed=TEXT),
        changes=True,
    ),
)

"""Background jobs: their steps while they run, and their result."""

from __future__ import annotations

from storage.model import Role
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.job_documents import JOB, job_json
from supplierwatch.desk.api.parameters import Parameter, Words
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.background_jobs.sending import FOR_OPERATORS

ID = Parameter(
    name="id",
    kind=Words(most=40),
    what="The `id` of the job.",
    example="9f0c1d2e3a4b5c6d",
    place="path",
    required=True,
)


def job(request: ApiRequest) -> Answer:
    """Return the state of a job; those of operators only to operators."""
    found = request.source.jobs.get(request.values["id"])
    hidden = (
        found is not None
        and found.kind in FOR_OPERATORS
        and not request.user.role.includes(Role.OPERATOR)
    )
    if found is None or hidden:
        raise ApiProblem(404, "There is no job of this id, or it is not kept any more.")
    return Answer(document=job_json(request.source, found))


ENDPOINTS = (
    Endpoint(
        name="job",
        path="/jobs/{id}",
        handler=job,
        role=Role.EDITOR,
        summary="A job that runs or has ended: its steps, its result, and what it found",
        parameters=(ID,),
        schema=JOB,
    ),
)

"""The state of the service for its operator: health with reasons, failed work, users."""

from __future__ import annotations

from importlib.metadata import version

from storage.model import Role
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.schemas import (
    FAILED_TASK,
    FLAG,
    INTEGER,
    MOMENT,
    TEXT,
    many,
    one_of,
    perhaps,
    record,
)
from supplierwatch.json_documents.failed_tasks import failed_task_json
from supplierwatch.json_documents.users import user_json

MAX_FAILED_TASKS = 500
USER = record(
    id=INTEGER,
    name=TEXT,
    role=one_of(*(str(role) for role in Role)),
    email=perhaps(TEXT),
    groups=many(TEXT),
    created_at=MOMENT,
    has_password=FLAG,
    disabled_at=perhaps(MOMENT),
)


def service(request: ApiRequest) -> Answer:
    """Return the state of the service."""
    report = request.source.report()
    with request.source.store.reading() as unit:
        failed_tasks = unit.quarantine.list()[:MAX_FAILED_TASKS]
        users = unit.users.list()
    return Answer(
        document={
            "version": version("supplierwatch"),
            "status": report["status"],
            "reasons": [str(each) for each in report.get("reasons", ())],
            "report": report,
            "quarantine": [failed_task_json(each) for each in failed_tasks],
            "users": [user_json(each) for each in users],
        }
    )


ENDPOINTS = (
    Endpoint(
        name="service",
        path="/service",
        handler=service,
        role=Role.OPERATOR,
        summary="The state of the service with reasons, what failed, and who may sign in",
        schema=record(
            version=TEXT,
            status=one_of("ok", "degraded", "failing"),
            reasons=many(TEXT),
            # that of /health, which parts of the service add to
            report={"type": "object"},
            quarantine=many(FAILED_TASK, most=MAX_FAILED_TASKS),
            users=many(USER),
        ),
    ),
)

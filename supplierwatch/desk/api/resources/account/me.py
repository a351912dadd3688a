"""The caller: the user, and the token or the session."""

from __future__ import annotations

from storage.model import Role, Scope
from storage.rules.groups import order_groups
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.schemas import INTEGER, MOMENT, TEXT, many, one_of, perhaps, record
from supplierwatch.formatting.times import iso
from supplierwatch.json_documents.tokens import token_json

TOKEN = record(
    id=INTEGER,
    label=TEXT,
    scopes=many(one_of(*(str(scope) for scope in Scope))),
    created_at=MOMENT,
    expires_at=MOMENT,
)


def me(request: ApiRequest) -> Answer:
    """Return the user who calls, and by which token or session.

    `group` is the one whose archive is read; null for all.
    """
    session, token = request.session, request.token
    return Answer(
        document={
            "name": request.user.name,
            "role": str(request.user.role),
            "groups": list(order_groups(request.user.groups)),
            "group": None if request.source.scope.everything else request.source.scope.own,
            "token": None if token is None else token_json(token),
            "session_expires_at": None if session is None else iso(session.expires_at),
        }
    )


ENDPOINTS = (
    Endpoint(
        name="me",
        path="/me",
        handler=me,
        role=Role.READER,
        summary="The calling user, and the token or session",
        schema=record(
            name=TEXT,
            role=one_of(*(str(role) for role in Role)),
            groups=many(TEXT),
            group=perhaps(TEXT),
            token=perhaps(TOKEN),
            session_expires_at=perhaps(MOMENT),
        ),
    ),
)

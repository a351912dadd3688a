"""The caller: the user, and the token or the session."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import Field

from storage.model import Role, Scope
from storage.rules.groups import order_groups
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.json_bodies import Body, bad_field
from supplierwatch.desk.api.schemas import INTEGER, MOMENT, TEXT, many, one_of, perhaps, record
from supplierwatch.desk.api.writing import writing
from supplierwatch.desk.languages import list_languages
from supplierwatch.formatting.times import iso
from supplierwatch.json_documents.tokens import token_json

TOKEN = record(
    id=INTEGER,
    label=TEXT,
    scopes=many(one_of(*(str(scope) for scope in Scope))),
    created_at=MOMENT,
    expires_at=MOMENT,
)
ME = record(
    name=TEXT,
    role=one_of(*(str(role) for role in Role)),
    groups=many(TEXT),
    group=perhaps(TEXT),
    token=perhaps(TOKEN),
    session_expires_at=perhaps(MOMENT),
    language=perhaps(TEXT),
    timezone=perhaps(TEXT),
)


class MeBody(Body):
    """What a user chooses."""

    language: Annotated[
        str | None, Field(max_length=35, description="Of the pages; null: that of the browser.")
    ] = None
    timezone: Annotated[
        str | None, Field(max_length=64, description="Of times on pages; null: the service's.")
    ] = None


def me(request: ApiRequest) -> Answer:
    """Return the user who calls, and by which token or session.

    `group` is the one whose archive is read; null for all.
    """
    return Answer(document=_describe(request))


def change_me(request: ApiRequest) -> Answer:
    """Replace what the user chooses for the pages of the desk."""
    body: MeBody = request.body
    if body.language is not None and body.language not in list_languages():
        raise bad_field("language", f"write one of {', '.join(list_languages())}, or null")
    if body.timezone is not None and body.timezone not in available_timezones():
        raise bad_field("timezone", "write it as Europe/London, or null")
    with writing(request) as written:
        written.unit.users.set_language(request.user.user_id, body.language)
        written.unit.users.set_timezone(request.user.user_id, body.timezone)
        chosen = {"language": body.language, "timezone": body.timezone}
        return written.finish(Answer(document=_describe(request) | chosen), audited=False)


def _describe(request: ApiRequest) -> dict[str, Any]:
    session, token = request.session, request.token
    return {
        "name": request.user.name,
        "role": str(request.user.role),
        "groups": list(order_groups(request.user.groups)),
        "group": None if request.source.scope.everything else request.source.scope.own,
        "token": None if token is None else token_json(token),
        "session_expires_at": None if session is None else iso(session.expires_at),
        "language": request.user.language,
        "timezone": request.user.timezone,
    }


ENDPOINTS = (
    Endpoint(
        name="me",
        path="/me",
        handler=me,
        role=Role.READER,
        summary="The calling user, and the token or session",
        schema=ME,
    ),
    Endpoint(
        name="me-change",
        path="/me",
        method="PUT",
        handler=change_me,
        role=Role.READER,
        summary="Replace what the calling user chooses for the pages: language and time zone",
        body=MeBody,
        schema=ME,
        changes=True,
    ),
)

"""The users, for operators: list, add, change, link for a new password."""

from __future__ import annotations

import logging
from typing import Annotated

from pydantic import Field

from storage.model import Role, User
from storage.store import Unit
from supplierwatch.desk.accounts.user_changes import (
    MAX_EMAIL,
    UserRefused,
    add_user,
    admit_user,
    change_email,
    change_groups,
    change_role,
    disable_user,
    make_user_link,
)
from supplierwatch.desk.accounts.user_names import MAX_NAME
from supplierwatch.desk.api.endpoint import BASE, Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.json_bodies import Body, bad_field
from supplierwatch.desk.api.parameters import path_number
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.resources.operating.service import USER
from supplierwatch.desk.api.schemas import TEXT, extended, many, perhaps, record
from supplierwatch.desk.api.writing import writing
from supplierwatch.json_documents.users import user_json

log = logging.getLogger(__name__)

ID = path_number("id", "Number of the user.", example=2)
MAX_GROUPS = 100  # of one user
LINKED = extended(USER, link=perhaps(TEXT))


Groups = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=64)]], Field(max_length=MAX_GROUPS)
]


class UserBody(Body):
    """What an operator decides about a user."""

    role: Annotated[Role, Field(strict=False, description="What the user may do.")]
    email: Annotated[
        str | None, Field(max_length=MAX_EMAIL, description="Mail address of the user.")
    ] = None
    disabled: Annotated[bool, Field(description="Whether the user is refused.")] = False
    groups: Annotated[Groups | None, Field(description="Their groups; null leaves them.")] = None


class NewUserBody(Body):
    """A user to add."""

    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME, description="To sign in by.")]
    role: Annotated[Role, Field(strict=False, description="What the user may do.")]
    email: Annotated[
        str | None, Field(max_length=MAX_EMAIL, description="Mail address of the user.")
    ] = None
    groups: Annotated[Groups | None, Field(description="Their groups; null: the default.")] = None


def users(request: ApiRequest) -> Answer:
    """List the users."""
    with request.source.store.reading() as unit:
        return Answer(document={"users": [user_json(each) for each in unit.users.list()]})


def user(request: ApiRequest) -> Answer:
    """Return one user."""
    with request.source.store.reading() as unit:
        return Answer(document=user_json(_find(unit, request)))


def make(request: ApiRequest) -> Answer:
    """Add a user, and make the link that sets their password."""
    body: NewUserBody = request.body
    with writing(request) as change:
        try:
            made = add_user(
                change.unit, request.actor, body.name, body.role, request.now, email=body.email
            )
            change_groups(change.unit, request.actor, made, body.groups or (), request.now)
        except UserRefused as error:
            raise bad_field(error.field, str(error)) from error
        made = change.unit.users.with_groups(made)
        token = make_user_link(change.unit, request.actor, made, request.now)
        document = user_json(made)
        answer = change.finish(
            Answer(
                document=document | {"link": f"{request.home}/link/{token}"},
                status=201,
                location=f"{BASE}/users/{made.user_id}",
            ),
            kept=document | {"link": None},
        )
    log.info("desk.user-added name=%s by=%s", made.name, request.user.name)
    return answer


def replace_user(request: ApiRequest) -> Answer:
    """Replace what an operator decides about a user."""
    body: UserBody = request.body
    with writing(request) as change:
        unit, actor, now = change.unit, request.actor, request.now
        found = _find(unit, request)
        try:
            if body.disabled and found.disabled_at is None:
                disable_user(unit, actor, found, now)
            elif not body.disabled and found.disabled_at is not None:
                admit_user(unit, actor, found, now)
            change_role(unit, actor, found, body.role, now)
            change_email(unit, actor, found, body.email, now)
            if body.groups is not None:
                change_groups(unit, actor, found, body.groups, now)
        except UserRefused as error:
            raise bad_field(error.field, str(error)) from error
        answer = change.finish(
            Answer(document=user_json(_find(unit, request))), audited=unit.audit.recorded > 0
        )
    log.info("desk.user-changed name=%s by=%s", found.name, request.user.name)
    return answer


def make_link(request: ApiRequest) -> Answer:
    """Make a link that sets a new password of a user; earlier ones end."""
    with writing(request) as change:
        found = _find(change.unit, request)
        try:
            token = make_user_link(change.unit, request.actor, found, request.now)
        except UserRefused as error:
            raise ApiProblem(409, f"{error}.") from error
        document = user_json(found)
        answer = change.finish(
            Answer(document=document | {"link": f"{request.home}/link/{token}"}, status=201),
            kept=document | {"link": None},
        )
    log.info("desk.user-link name=%s by=%s", found.name, request.user.name)
    return answer


def _find(unit: Unit, request: ApiRequest) -> User:
    found = unit.users.find_by_id(request.values["id"])
    if found is None:
        raise ApiProblem(404, "There is no user of this number.")
    return found


ENDPOINTS = (
    Endpoint(
        name="users",
        path="/users",
        handler=users,
        role=Role.OPERATOR,
        summary="The users of the desk",
        schema=record(users=many(USER)),
    ),
    Endpoint(
        name="user-make",
        path="/users",
        method="POST",
        handler=make,
        role=Role.OPERATOR,
        summary="Add a user; the link sets the password, and is null where the answer is repeated",
        body=NewUserBody,
        schema=LINKED,
        changes=True,
        creates=True,
    ),
    Endpoint(
        name="user",
        path="/users/{id}",
        handler=user,
        role=Role.OPERATOR,
        summary="One user",
        parameters=(ID,),
        schema=USER,
    ),
    Endpoint(
        name="user-change",
        path="/users/{id}",
        method="PUT",
        handler=replace_user,
        role=Role.OPERATOR,
        summary="Replace role, address, admission and groups of a user",
        parameters=(ID,),
        body=UserBody,
        schema=USER,
        changes=True,
    ),
    Endpoint(
        name="user-link",
        path="/users/{id}/links",
        method="POST",
        handler=make_link,
        role=Role.OPERATOR,
        summary="Make a link that sets a new password; it is null where the answer is repeated",
        parameters=(ID,),
        schema=LINKED,
        changes=True,
        creates=True,
    ),
)

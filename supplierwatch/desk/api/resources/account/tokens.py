"""The tokens of the calling user: list, make, revoke."""

from __future__ import annotations

import logging
from typing import Annotated

from pydantic import Field

from storage.model import Role, Scope
from storage.users.tokens import MAX_TOKENS
from supplierwatch.desk.accounts.token_requests import (
    MAX_DAYS,
    MAX_LABEL,
    TokenRefused,
    group_of_token,
    make_token,
    revoke_token,
)
from supplierwatch.desk.api.endpoint import BASE, Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.json_bodies import Body
from supplierwatch.desk.api.parameters import path_number
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.resources.account.me import TOKEN
from supplierwatch.desk.api.schemas import TEXT, extended, many, perhaps, record
from supplierwatch.desk.api.writing import writing
from supplierwatch.json_documents.tokens import token_json

log = logging.getLogger(__name__)


class TokenBody(Body):
    """A token to make."""

    label: Annotated[str, Field(min_length=1, max_length=MAX_LABEL, description="What it is for.")]
    scopes: Annotated[
        list[Annotated[Scope, Field(strict=False)]],
        Field(min_length=1, max_length=len(Scope), description="What it may be used for."),
    ]
    days: Annotated[int, Field(ge=1, le=MAX_DAYS, description="How long it is valid.")] = 365


def tokens(request: ApiRequest) -> Answer:
    """List the tokens of the calling user, without their secrets."""
    with request.source.store.reading() as unit:
        known = unit.tokens.of_user(request.user.user_id)
    return Answer(document={"tokens": [token_json(each) for each in known]})


def make(request: ApiRequest) -> Answer:
    """Make a token; its secret is in this answer alone."""
    body: TokenBody = request.body
    with writing(request) as change:
        try:
            secret = make_token(
                change.unit,
                request.actor,
                request.user,
                body.label,
                body.scopes,
                days=body.days,
                now=request.now,
                by=request.token,
                group=group_of_token(request.user, request.source.scope),
            )
        except TokenRefused as error:
            raise ApiProblem(409, f"{error}.") from error
        [made, *_] = change.unit.tokens.of_user(request.user.user_id)
        document = token_json(made)
        answer = change.finish(
            Answer(
                document=document | {"secret": secret},
                status=201,
                location=f"{BASE}/tokens/{made.token_id}",
            ),
            kept=document | {"secret": None},
        )
    log.info("desk.token-made user=%s scopes=%s", request.user.name, ",".join(body.scopes))
    return answer


def revoke(request: ApiRequest) -> Answer:
    """Revoke a token of the calling user."""
    number = request.values["id"]
    with request.source.store.reading() as unit:
        known = {each.token_id: each for each in unit.tokens.of_user(request.user.user_id)}
    with writing(request) as change:
        if not revoke_token(change.unit, request.actor, request.user, number, request.now):
            raise ApiProblem(404, "You have no token of this number.")
        answer = change.finish(Answer(document=token_json(known[number])))
    log.info("desk.token-revoked user=%s token=%s", request.user.name, number)
    return answer


ENDPOINTS = (
    Endpoint(
        name="tokens",
        path="/tokens",
        handler=tokens,
        role=Role.READER,
        summary="The tokens of the calling user, without their secrets",
        schema=record(tokens=many(TOKEN, most=MAX_TOKENS)),
    ),
    Endpoint(
        name="token-make",
        path="/tokens",
        method="POST",
        handler=make,
        role=Role.READER,
        summary="Make a token; the secret is null where the answer is repeated",
        body=TokenBody,
        schema=extended(TOKEN, secret=perhaps(TEXT)),
        changes=True,
        creates=True,
    ),
    Endpoint(
        name="token-revoke",
        path="/tokens/{id}",
        method="DELETE",
        handler=revoke,
        role=Role.READER,
        summary="Revoke a token of the calling user",
        parameters=(path_number("id", "Number of the token.", example=3),),
        schema=TOKEN,
        changes=True,
    ),
)

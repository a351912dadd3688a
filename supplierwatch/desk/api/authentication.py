"""Authenticates callers of the API by token (RFC 6750) or session, and checks their rights."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import dataclass, replace

from starlette.requests import Request

from storage.model import ApiToken, DeskSession, Role, Scope
from storage.rules.groups import NOTHING_SEEN, GroupScope
from supplierwatch.desk.accounts.cookies import read_session_cookie
from supplierwatch.desk.accounts.group_scopes import find_scope, scope_of_nobody, scope_session
from supplierwatch.desk.accounts.proxy_users import find_session
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.page import DeskSource
from supplierwatch.web.locality import is_local
from supplierwatch.web.origins import is_same_origin

MAX_TOKEN = 200  # characters
REALM = 'Bearer realm="supplierwatch"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls: by a session or a token; neither where that is not known."""

    session: DeskSession | None = None
    token: ApiToken | None = None
    scope: GroupScope = NOTHING_SEEN
    group: str | None = None  # which it sees; None for all


def authenticate(source: DeskSource, request: Request) -> Caller:
    """Return the caller of a request.

    Raises:
        ApiProblem: 404 from elsewhere before there is a user; 401 for a token that is not valid,
            also where a session would be.
    """
    given = request.headers.get("authorization")
    cookie = read_session_cookie(source, request)
    with source.store.reading() as unit:
        if not is_local(request) and not unit.users.has_any():
            raise ApiProblem(404, "The desk is not open yet: it has no user.")
        if given is not None:
            scheme, _, secret = given.partition(" ")
            if scheme.lower() != "bearer":
                raise _build_challenge(
                    "Authorization: only Bearer TOKEN is accepted.", "invalid_request"
                )
            token = unit.tokens.find(secret.strip()[:MAX_TOKEN], source.clock())
            if token is None:
                raise _build_challenge("This token is not valid, or has expired.", "invalid_token")
            found = find_scope(unit, token.user, token.group)
            if not found.granted:
                raise _build_challenge(
                    "This token is for a group that its user is not in any more.", "invalid_token"
                )
            token = replace(token, user=found.user)
            return Caller(token=token, scope=found.scope, group=found.chosen)
        session = find_session(unit, source, request, cookie)
        if session is None:
            return Caller(scope=scope_of_nobody(unit))
        session, found = scope_session(unit, session)
    return Caller(session=session, scope=found.scope, group=found.chosen)


def refuse_role(caller: Caller, role: Role | None, scopes: Collection[Scope]) -> None:
    """Raise where a caller lacks a role or scopes.

    Raises:
        ApiProblem: 401 for an unknown caller, 403 where role or scope do not suffice.
    """
    if role is None:
        return
    known = caller.token or caller.session
    if known is None:
        raise ApiProblem(
            401,
            "Send `Authorization: Bearer TOKEN`; `supplierwatch user token NAME` makes a token.",
            headers={"WWW-Authenticate": REALM},
        )
    if caller.token is not None and not caller.token.scopes.issuperset(scopes):
        names = sorted(scopes)
        challenge = f'{REALM}, error="insufficient_scope", scope="{" ".join(names)}"'
        raise ApiProblem(
            403,
            f"This needs a token with the scope {' and '.join(names)}.",
            headers={"WWW-Authenticate": challenge},
        )
    if not known.user.role.includes(role):
        raise ApiProblem(403, f"This is for the role {role}; yours is {known.user.role}.")


def refuse_cross_site(caller: Caller, request: Request) -> None:
    """Raise where a session may be used by a page of another site (CSRF).

    Raises:
        ApiProblem: 403.
    """
    if caller.token is not None or caller.session is None:
        return
    given = request.headers.get("x-csrf-token", "")
    same = hmac.compare_digest(given.encode(), caller.session.csrf.encode())
    if not (same and is_same_origin(request)):
        raise ApiProblem(
            403,
            "With the session of a browser this works only from the desk's own pages, with the "
            "header X-CSRF-Token; programs send a token.",
        )


def _build_challenge(detail: str, error: str) -> ApiProblem:
    return ApiProblem(401, detail, headers={"WWW-Authenticate": f'{REALM}, error="{error}"'})

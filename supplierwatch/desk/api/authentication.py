"""Who asks: a personal token (RFC 6750), or the session of the desk; and what they may do."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import dataclass

from starlette.requests import Request

from storage.model import ApiToken, DeskSession, Role, Scope
from supplierwatch.desk.accounts.cookies import session_cookie
from supplierwatch.desk.accounts.proxy_users import find_session
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.page import DeskSource
from supplierwatch.web.locality import is_local
from supplierwatch.web.origins import is_same_origin

MAX_TOKEN = 200  # characters
REALM = 'Bearer realm="supplierwatch"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """What proves who asks; neither for somebody unknown."""

    session: DeskSession | None = None
    token: ApiToken | None = None


def authenticate(source: DeskSource, request: Request) -> Asker:
    """Return who asks.

    Raises:
        ApiProblem: 404 from elsewhere before there is a user; 401 for a token that is not valid,
            also where a session would be.
    """
    given = request.headers.get("authorization")
    cookie = session_cookie(source, request)
    with source.store.reading() as unit:
        if not is_local(request) and not unit.users.has_any():
            raise ApiProblem(404, "The desk is not open yet: it has no user.")
        if given is not None:
            scheme, _, secret = given.partition(" ")
            if scheme.lower() != "bearer":
                raise _not_known("Authorization: only Bearer TOKEN is taken.", "invalid_request")
            token = unit.tokens.find(secret.strip()[:MAX_TOKEN], source.clock())
            if token is None:
                raise _not_known("This token is not valid, or is over.", "invalid_token")
            return Asker(token=token)
        session = find_session(unit, source, request, cookie)
    return Asker(session=session)


def refuse_role(asker: Asker, role: Role | None, scopes: Collection[Scope]) -> None:
    """Raise where whoever asks may not have what a role and scopes are needed for.

    Raises:
        ApiProblem: 401 where nobody is known, 403 where role or scope do not suffice.
    """
    if role is None:
        return
    known = asker.token or asker.session
    if known is None:
        raise ApiProblem(
            401,
            "Send `Authorization: Bearer TOKEN`; `supplierwatch user token NAME` makes a token.",
            headers={"WWW-Authenticate": REALM},
        )
    if asker.token is not None and not asker.token.scopes.issuperset(scopes):
        names = sorted(scopes)
        challenge = f'{REALM}, error="insufficient_scope", scope="{" ".join(names)}"'
        raise ApiProblem(
            403,
            f"This needs a token with the scope {' and '.join(names)}.",
            headers={"WWW-Authenticate": challenge},
        )
    if not known.user.role.includes(role):
        raise ApiProblem(403, f"This is for the role {role}; yours is {known.user.role}.")


def refuse_foreign(asker: Asker, request: Request) -> None:
    """Raise where a session is used by what may be a page of another site.

    Raises:
        ApiProblem: 403.
    """
    if asker.token is not None or asker.session is None:
        return
    given = request.headers.get("x-csrf-token", "")
    same = hmac.compare_digest(given.encode(), asker.session.csrf.encode())
    if not (same and is_same_origin(request)):
        raise ApiProblem(
            403,
            "By the session of a browser this is done from the desk's own pages alone, with the "
            "header X-CSRF-Token; programs send a token.",
        )


def _not_known(detail: str, error: str) -> ApiProblem:
    return ApiProblem(401, detail, headers={"WWW-Authenticate": f'{REALM}, error="{error}"'})

"""The cookies of sessions and of sign-ins by a provider; behind TLS bound to the host."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from supplierwatch.desk.page import DeskSource

COOKIE = "supplierwatch"
SECURE_COOKIE = "__Host-supplierwatch"
MAX_COOKIE = 200  # characters
MAX_ATTEMPT = 2_500  # characters
ATTEMPT_SECONDS = 600  # within which one signs in at a provider


def is_secure(source: DeskSource) -> bool:
    """Return whether browsers reach the desk by TLS."""
    url = source.wired.catalog.settings.service.public_url
    return url is not None and url.startswith("https:")


def read_session_cookie(source: DeskSource, request: Request) -> str:
    """Return the token of the session that a request carries; empty for none."""
    name = SECURE_COOKIE if is_secure(source) else COOKIE
    return request.cookies.get(name, "")[:MAX_COOKIE]


def set_session_cookie(source: DeskSource, response: Response, token: str) -> None:
    """Set the cookie of a session; an empty token deletes it."""
    secure = is_secure(source)
    name = SECURE_COOKIE if secure else COOKIE
    if not token:
        response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")
        return
    response.set_cookie(
        name, token, max_age=30 * 86_400, path="/", secure=secure, httponly=True, samesite="lax"
    )


def read_attempt_cookie(source: DeskSource, request: Request) -> str:
    """Return the cookie of a sign-in by a provider; empty for none."""
    return request.cookies.get(_name_attempt(source), "")[:MAX_ATTEMPT]


def set_attempt_cookie(source: DeskSource, response: Response, value: str) -> None:
    """Set the cookie of a sign-in by a provider; an empty value deletes it."""
    name, secure = _name_attempt(source), is_secure(source)
    # lax: the provider leads back from another site
    if not value:
        response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")
        return
    response.set_cookie(
        name,
        value,
        max_age=ATTEMPT_SECONDS,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def _name_attempt(source: DeskSource) -> str:
    return f"{SECURE_COOKIE if is_secure(source) else COOKIE}-attempt"

"""The cookie of a session; behind TLS it is bound to the host."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from supplierwatch.desk.page import DeskSource

COOKIE = "supplierwatch"
SECURE_COOKIE = "__Host-supplierwatch"
MAX_COOKIE = 200  # characters


def is_secure(source: DeskSource) -> bool:
    """Return whether browsers reach the desk by TLS."""
    url = source.wired.catalog.settings.service.public_url
    return url is not None and url.startswith("https:")


def session_cookie(source: DeskSource, request: Request) -> str:
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

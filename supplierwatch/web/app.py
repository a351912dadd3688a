"""The pages of the small HTTP service. GET changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from supplierwatch.web import controls
from supplierwatch.web import feeds as feed_pages
from supplierwatch.web.controls import Readers
from supplierwatch.web.feeds import Feeds

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_LOOPBACK = ("127.0.0.1", "::1")
_PROXIED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def build_app(
    report: Callable[[], dict[str, Any]],
    readers: Readers | None = None,
    feeds: Feeds | None = None,
) -> Starlette:
    """The application; `report` gives the state that /health answers with.

    With `readers` it has the pages behind the links in messages, with `feeds` those of watches.

    /health answers 200 while the service works ("ok" or "degraded") and 503 when it does not.
    /health/live answers as long as the process can. Both say no more to a stranger than that:
    causes and names are for `/health` from the machine itself.
    """

    def health(request: Request) -> Response:
        said = report()
        code = 503 if said["status"] == "failing" else 200
        if not _from_this_machine(request):
            said = {"status": said["status"]}
        return JSONResponse(said, status_code=code, headers=HEADERS)

    async def live(_request: Request) -> Response:  # needs no thread, of which there are few
        return JSONResponse({"status": "ok"}, headers=HEADERS)

    pages = [Route("/health", health), Route("/health/live", live)]
    if readers is not None:
        pages += controls.routes(readers)
    if feeds is not None:
        pages += feed_pages.routes(feeds)
    return Starlette(routes=pages)


def _from_this_machine(request: Request) -> bool:
    host = "" if request.client is None else request.client.host
    if host not in _LOOPBACK or any(name in request.headers for name in _PROXIED):
        return False  # a reverse proxy on this machine speaks for strangers
    # a stranger's page in a browser on this machine may have its own name point here
    return (request.url.hostname or "").lower() in (*_LOOPBACK, "localhost")

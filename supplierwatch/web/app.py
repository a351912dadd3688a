"""Builds the Starlette application: health, reader links, feeds, desk. GET changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from supplierwatch.web import controls, hubs
from supplierwatch.web import feeds as feed_pages
from supplierwatch.web.controls import Readers
from supplierwatch.web.feeds import Feeds
from supplierwatch.web.hubs import HubHandler
from supplierwatch.web.locality import is_local

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def build_app(
    report: Callable[[], dict[str, Any]],
    readers: Readers | None = None,
    feeds: Feeds | None = None,
    hub_handler: HubHandler | None = None,
    desk: Sequence[Route] = (),
) -> Starlette:
    """Build the application.

    /health answers 200 while the service works ("ok" or "degraded") and 503 when it does not.
    /health/live answers 200 as long as the process responds. /health/ready answers 200 while the
    process does its work, and names its role: alone, leader, standby, worker. Causes and names
    are shown only to requests from the machine itself.

    Args:
        report: returns the state for /health.
        readers: adds the pages behind the links in messages.
        feeds: adds the feeds of watches.
        hub_handler: adds the callbacks of hubs that announce entries of feeds.
        desk: the routes of the desk.
    """

    def health(request: Request) -> Response:
        state = report()
        code = 503 if state["status"] == "failing" else 200
        if not is_local(request):
            state = {"status": state["status"]}
        return JSONResponse(state, status_code=code, headers=HEADERS)

    async def live(_request: Request) -> Response:  # async: needs none of the few threads
        return JSONResponse({"status": "ok"}, headers=HEADERS)

    def ready(request: Request) -> Response:
        state = report()
        found = {"status": "not ready" if state["status"] == "failing" else "ready"}
        found["role"] = state.get("role", "alone")
        if is_local(request):
            found["reasons"] = state.get("reasons", [])
        code = 503 if state["status"] == "failing" else 200
        return JSONResponse(found, status_code=code, headers=HEADERS)

    pages = [
        Route("/health", health),
        Route("/health/live", live),
        Route("/health/ready", ready),
    ]
    if readers is not None:
        pages += controls.routes(readers)
    if feeds is not None:
        pages += feed_pages.routes(feeds)
    if hub_handler is not None:
        pages += hubs.routes(hub_handler)
    return Starlette(routes=[*pages, *desk])

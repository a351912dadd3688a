"""Pages behind the links in messages: GET shows what a link does, only POST does it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from alerts.digest.reader_links import PATH
from alerts.dispatch.reader_actions import LinkState
from supplierwatch.web.headers import PRIVATE
from supplierwatch.web.request_bodies import read_body

MAX_BODY = 4_096  # bytes; mail programs and our own page send about thirty
HEADERS = PRIVATE | {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
}
_UNDO = b"undo="


class Readers(Protocol):
    """Handles the requests of readers."""

    def describe(self, token: str) -> LinkState | None:
        """Return what a link concerns; None for an invalid token. Changes nothing."""
        ...

    def apply(self, token: str, *, undo: bool) -> LinkState | None:
        """Do or undo what a link asks for; returns the new state, None for an invalid token."""
        ...


def routes(readers: Readers) -> list[Route]:
    """Return the routes of the pages."""

    def show(request: Request) -> Response:
        return _render_page(readers.describe(request.path_params["token"]))

    async def post(request: Request) -> Response:
        try:
            body = await read_body(request, MAX_BODY)
        except ClientDisconnect:
            return Response(status_code=400, headers=HEADERS)
        if body is None:
            return Response("too long", 413, headers=HEADERS)
        token, undo = request.path_params["token"], body.startswith(_UNDO)
        return _render_page(await run_in_threadpool(readers.apply, token, undo=undo))

    path = f"{PATH}{{token}}"
    return [Route(path, show, methods=["GET"]), Route(path, post, methods=["POST"])]


def _render_page(state: LinkState | None) -> Response:
    template = _build_environment().get_template("control.html")
    return HTMLResponse(
        template.render(s=state),
        status_code=404 if state is None else 200,
        headers=HEADERS,
    )


@cache
def _build_environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

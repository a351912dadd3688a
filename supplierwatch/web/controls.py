"""The pages behind the links in messages. GET shows what a link does; POST alone does it."""

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
from alerts.dispatch.reader_actions import Standing

MAX_BODY = 4_096  # bytes; what mail programs and our own page send has some thirty
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
_UNDO = b"undo="


class Readers(Protocol):
    """What the service does for readers."""

    def look(self, token: str) -> Standing | None:
        """What a link concerns; None for one that is not ours."""
        ...

    def heed(self, token: str, *, undo: bool) -> Standing | None:
        """Do what a link asks for, or undo it; how it stands then."""
        ...


def routes(readers: Readers) -> list[Route]:
    """The routes of the pages."""

    def show(request: Request) -> Response:
        return _page(readers.look(request.path_params["token"]))

    async def post(request: Request) -> Response:
        body = b""
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY:
                    return Response("too long", 413, headers=HEADERS)
        except ClientDisconnect:
            # only a request that came whole is one
            return Response(status_code=400, headers=HEADERS)
        token, undo = request.path_params["token"], body.startswith(_UNDO)
        return _page(await run_in_threadpool(readers.heed, token, undo=undo))

    path = f"{PATH}{{token}}"
    return [Route(path, show, methods=["GET"]), Route(path, post, methods=["POST"])]


def _page(standing: Standing | None) -> Response:
    template = _environment().get_template("control.html")
    return HTMLResponse(
        template.render(s=standing),
        status_code=404 if standing is None else 200,
        headers=HEADERS,
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

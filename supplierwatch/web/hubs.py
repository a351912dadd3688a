"""Routes of the hubs that announce new entries of feeds (WebSub): verification, announcements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from supplierwatch.web.headers import PRIVATE
from supplierwatch.web.limits import MAX_UPLOAD_BYTES
from supplierwatch.web.request_bodies import read_body

PATH = "/websub/"
MAX_VALUE = 2_000  # characters of a parameter
HEADERS = PRIVATE | {
    "Cache-Control": "no-store",
    # a challenge is a text of a stranger
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
}


class HubHandler(Protocol):
    """Handles the requests of hubs."""

    def verify(self, token: str, values: Mapping[str, str]) -> str | None:
        """Return the challenge that confirms a subscription; None where it was not asked for."""
        ...

    def announce(self, token: str, body: bytes, signature: str) -> bool:
        """Take an announcement; return whether there is such a subscription."""
        ...


def routes(hubs: HubHandler) -> list[Route]:
    """Return the routes of the callbacks."""

    def verify(request: Request) -> Response:
        values = {name: value[:MAX_VALUE] for name, value in request.query_params.items()}
        challenge = hubs.verify(request.path_params["token"], values)
        if challenge is None:
            return Response(status_code=404, headers=HEADERS)
        return PlainTextResponse(challenge, headers=HEADERS)

    async def announce(request: Request) -> Response:
        try:
            body = await read_body(request, MAX_UPLOAD_BYTES)
        except ClientDisconnect:
            return Response(status_code=400, headers=HEADERS)
        if body is None:
            return Response(status_code=413, headers=HEADERS)
        signature = request.headers.get("x-hub-signature", "")
        token = request.path_params["token"]
        known = await run_in_threadpool(hubs.announce, token, body, signature)
        # also where the signature is wrong, so that nobody learns it by trying
        return Response(status_code=202 if known else 410, headers=HEADERS)

    path = f"{PATH}{{token}}"
    return [Route(path, verify, methods=["GET"]), Route(path, announce, methods=["POST"])]

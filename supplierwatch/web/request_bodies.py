"""Reads the bodies of requests, up to a bound."""

from __future__ import annotations

from starlette.requests import Request


async def read_body(request: Request, most: int) -> bytes | None:
    """Return the body of a request; None where it is longer than `most` bytes.

    Raises:
        ClientDisconnect: the request is incomplete; do nothing it asks for.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            return None
    return body

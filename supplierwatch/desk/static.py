"""Serves the style sheets, scripts and icon of the desk; addresses have a hash of the content."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@cache
def get_address(name: str) -> str:
    """Return the address of a file, with a hash of its bytes."""
    return f"/static/{hashlib.sha256(_read(name)).hexdigest()[:16]}/{name}"


def routes() -> list[Route]:
    """Return the route of each file."""

    async def answer(request: Request) -> Response:
        name = request.url.path.rpartition("/")[2]
        return Response(
            _read(name),
            headers={
                "Content-Type": TYPES[Path(name).suffix],
                "Cache-Control": "public, max-age=31536000, immutable",
                "X-Content-Type-Options": "nosniff",
                "Cross-Origin-Resource-Policy": "same-origin",
            },
        )

    names = sorted(path.name for path in FOLDER.iterdir() if path.suffix in TYPES)
    return [Route(get_address(name), answer, methods=["GET"]) for name in names]


@cache
def _read(name: str) -> bytes:
    return (FOLDER / name).read_bytes()

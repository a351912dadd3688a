"""Serves the feeds of watches over HTTP, with conditional requests (RFC 9110, 13)."""

from __future__ import annotations

from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from alerts.digest.reader_links import FEEDS
from supplierwatch.exports.atom import CONTENT_TYPE
from supplierwatch.web.entity_tags import is_known
from supplierwatch.web.headers import PRIVATE

HEADERS = PRIVATE | {"Cache-Control": "private, max-age=300"}


class RenderedFeed(Protocol):
    """A rendered feed."""

    @property
    def body(self) -> bytes:
        """The Atom document."""
        ...

    @property
    def tag(self) -> str:
        """The ETag, quotes included."""
        ...


class Feeds(Protocol):
    """Provides feeds."""

    def feed(self, path: str, watch_key: str) -> RenderedFeed | None:
        """Return the feed at a path; None if there is none."""
        ...


def routes(feeds: Feeds) -> list[Route]:
    """Return the routes of the feeds."""

    def show(request: Request) -> Response:
        found = feeds.feed(request.url.path, request.path_params["watch"])
        if found is None:
            return Response("there is no such feed", 404, headers=HEADERS)
        headers = HEADERS | {"ETag": found.tag}
        if is_known(found.tag, request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=headers)
        return Response(found.body, headers=headers | {"Content-Type": CONTENT_TYPE})

    return [Route(f"{FEEDS}{{watch}}/{{signed}}.atom", show, methods=["GET"])]

"""Distinguishes requests from our own pages from cross-site requests."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request


def is_same_origin(request: Request) -> bool:
    """Return whether a request comes from our own page, by its Origin or Sec-Fetch-Site.

    True also where a client sends neither: a client that is not a browser has no cookies to abuse.
    """
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
    try:
        return urlsplit(origin).netloc == request.headers.get("host")
    except ValueError:  # brackets around an invalid IPv6 address
        return False

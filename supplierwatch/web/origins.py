"""Tells requests that a page of the service itself sent from those of pages of others."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request


def is_same_origin(request: Request) -> bool:
    """Return whether a request comes from our own page, by its Origin or Sec-Fetch-Site.

    True also where a client sends neither: what is no browser has no cookies of a browser.
    """
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
    try:
        return urlsplit(origin).netloc == request.headers.get("host")
    except ValueError:  # an address in brackets that is none
        return False

"""Distinguishes requests from this machine from requests from elsewhere."""

from __future__ import annotations

import ipaddress

from starlette.requests import Request

_PROXIED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def is_local(request: Request) -> bool:
    """Return whether a request comes from this machine, not by a proxy or a foreign host name."""
    host = "" if request.client is None else request.client.host
    try:
        if not ipaddress.ip_address(host).is_loopback:
            return False
        name = request.url.hostname
    except ValueError:  # no address, or an invalid Host header
        return False
    # a reverse proxy on this machine forwards requests from elsewhere
    if any(header in request.headers for header in _PROXIED):
        return False
    # against DNS rebinding: a page in a local browser may let its own name resolve here
    return (name or "").lower() in ("127.0.0.1", "::1", "localhost")

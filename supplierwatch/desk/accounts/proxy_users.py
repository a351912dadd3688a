"""Finds the session of a request: by its cookie, or by the header of a proxy that signs users in.

The header is read only of requests from a declared proxy, and ignored for all others. Off unless
the configuration names both header and proxies.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import logging
import secrets
from datetime import timedelta

from starlette.requests import Request

from storage.model import DeskSession
from storage.store import Unit
from supplierwatch.desk.accounts.user_names import is_name
from supplierwatch.desk.page import DeskSource

log = logging.getLogger(__name__)

# of this process: forms that were shown before a restart are shown again
_SECRET = secrets.token_bytes(32)


def find_session(
    unit: Unit, source: DeskSource, request: Request, token: str
) -> DeskSession | None:
    """Return the session of a request; None where nobody is signed in.

    The user whom the proxy names takes precedence over a cookie. Where no user of that name may
    sign in, the cookie is ignored too: somebody else may be using the browser now.
    """
    names = _read_header(source, request)
    if names is None:
        return unit.users.find_session(token, source.clock()) if token else None
    user = unit.users.find_by_name(names[0]) if len(names) == 1 and is_name(names[0]) else None
    if user is None or user.disabled_at is not None:
        log.warning("desk.proxy-user-refused names=%d from=%s", len(names), request.client)
        return None
    csrf = hmac.new(_SECRET, str(user.user_id).encode(), hashlib.sha256).hexdigest()
    return DeskSession(user=user, csrf=csrf, expires_at=source.clock() + timedelta(days=1))


def _read_header(source: DeskSource, request: Request) -> list[str] | None:
    """Return the values of the header; None where it is ignored or missing."""
    settings = source.wired.catalog.settings.desk
    if settings.proxy_user_header is None or request.client is None:
        return None
    if not _is_within(request.client.host, settings.trusted_proxies):
        return None
    values = request.headers.getlist(settings.proxy_user_header)
    # bytes of a header are read as Latin-1; names are UTF-8
    return [_decode(value).strip() for value in values] or None


def _decode(value: str) -> str:
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return ""


def _is_within(host: str, networks: tuple[str, ...]) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in ipaddress.ip_network(network) for network in networks)

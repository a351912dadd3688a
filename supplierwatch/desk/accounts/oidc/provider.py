"""Talks to the OpenID Connect provider: discovery, keys, and the code for a token.

Requests are bounded in size and time, follow no redirect, and go to private addresses at the
issuer's own host alone. Two run at a time, so that a slow provider holds no more of the web
service's threads.
"""

from __future__ import annotations

import json
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from alerts.channels.http import Client, HttpTimeouts, NoAnswer, NotSent, Request
from config.model import OidcSettings
from config.values.addresses import Guard
from supplierwatch.desk.accounts.oidc.id_token import KeyUnknown, TokenInvalid, check_id_token

TIMEOUTS = HttpTimeouts(connect=5, part=5, all=10)
KEPT = 3600.0  # seconds that discovery and keys are kept
KEYS_AGAIN = 60.0  # seconds, at least, between two requests for keys
MAX_AT_A_TIME = 2
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderFailed(Exception):
    """Raised where the provider does not answer, or its answer cannot be used; says why."""


class Provider:
    """The provider of one client.

    Args:
        settings: the issuer and the client.
        monotonic: clock in seconds; replaced in tests.
    """

    def __init__(
        self, settings: OidcSettings, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.settings = settings
        self._monotonic = monotonic
        self._client = Client(Guard([urlsplit(settings.issuer).hostname or ""]), timeouts=TIMEOUTS)
        self._slots = threading.BoundedSemaphore(MAX_AT_A_TIME)
        self._found: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, Mapping[str, Any]] | None = None

    def discover(self) -> Mapping[str, Any]:
        """Return the metadata of the provider (OpenID Connect Discovery 1.0, 4).

        Raises:
            ProviderFailed: it does not answer, or its document is that of another issuer.
        """
        now = self._monotonic()
        if self._found is None or now - self._found[0] > KEPT:
            issuer = self.settings.issuer
            url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
            document = self._ask(Request(method="GET", url=url, headers={}))
            if document.get("issuer") != issuer:
                raise ProviderFailed("its document is that of another issuer")
            for name in ENDPOINTS:
                self._check_endpoint(name, document.get(name))
            self._found = (now, document)
        return self._found[1]

    def redeem(
        self, code: str, verifier: str, nonce: str, redirect_uri: str, now: datetime
    ) -> Mapping[str, Any]:
        """Exchange a code for an ID token (OpenID Connect Core 1.0, 3.1.3); return its claims.

        Raises:
            ProviderFailed: the provider does not answer, or refuses the code.
            TokenInvalid: the token is not valid.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        answer = self._ask(self._build_token_request(form))
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise TokenInvalid("there is none in the answer")
        for keys in (self._list_keys(), None):
            try:
                return check_id_token(
                    token,
                    self._list_keys(again=True) if keys is None else keys,
                    issuer=self.settings.issuer,
                    client_id=self.settings.client_id,
                    nonce=nonce,
                    now=now,
                )
            except KeyUnknown:  # the provider may have changed its keys since
                if keys is None:
                    raise
        raise AssertionError

    def _list_keys(self, *, again: bool = False) -> Mapping[str, Any]:
        now = self._monotonic()
        kept = KEYS_AGAIN if again else KEPT
        if self._keys is None or now - self._keys[0] > kept:
            url = self.discover()["jwks_uri"]
            self._keys = (now, self._ask(Request(method="GET", url=url, headers={})))
        return self._keys[1]

    def _build_token_request(self, form: dict[str, str]) -> Request:
        document, client, secret = self.discover(), self.settings.client_id, self.settings.secret
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if secret is None:
            form = form | {"client_id": client}
        elif isinstance(methods, list) and "client_secret_basic" not in methods:
            form = form | {"client_id": client, "client_secret": secret}
        else:
            # both are encoded as in a form first (RFC 6749, 2.3.1)
            pair = f"{quote(client, safe='')}:{quote(secret, safe='')}".encode()
            headers["Authorization"] = f"Basic {b64encode(pair).decode()}"
        body = urlencode(form).encode()
        return Request(method="POST", url=document["token_endpoint"], headers=headers, body=body)

    def _ask(self, request: Request) -> Mapping[str, Any]:
        if not self._slots.acquire(timeout=1):
            raise ProviderFailed("too many requests to it are waiting")
        try:
            answer = self._client.send(request)
        except (NotSent, NoAnswer) as error:
            raise ProviderFailed(str(error)) from error
        finally:
            self._slots.release()
        if answer.status != 200:
            raise ProviderFailed(f"it answers {answer.status} {_read_error(answer.body)}".strip())
        return _read_json(answer.body)

    def _check_endpoint(self, name: str, url: object) -> None:
        """Refuse an address without TLS, unless it is at the host and scheme of the issuer."""
        if not isinstance(url, str):
            raise ProviderFailed(f"its document has no {name}")
        ours = urlsplit(self.settings.issuer)
        try:
            parts = urlsplit(url)
            same = (parts.scheme, parts.hostname) == (ours.scheme, ours.hostname)
        except ValueError as error:
            raise ProviderFailed(f"its {name} is no address") from error
        if not same and parts.scheme != "https":
            raise ProviderFailed(f"its {name} is not https")


def _read_json(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProviderFailed("its answer is not JSON, or too long") from error
    if not isinstance(document, dict):
        raise ProviderFailed("its answer is not a JSON object")
    return document


def _read_error(body: bytes) -> str:
    """Return the code of an error (RFC 6749, 5.2), in printable characters; empty for none."""
    try:
        code = _read_json(body).get("error")
    except ProviderFailed:
        return ""
    return "".join(c for c in str(code)[:60] if c.isprintable()) if code else ""


_lock = threading.Lock()
_latest: list[Provider] = []


def get_provider(settings: OidcSettings) -> Provider:
    """Return the provider of these settings, with its cached metadata and keys."""
    with _lock:
        if not _latest or _latest[0].settings != settings:
            _latest[:] = [Provider(settings)]
        return _latest[0]

"""An OpenID Connect provider on loopback, with real keys and tokens, that can be made to lie."""

from __future__ import annotations

import hashlib
import json
import threading
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "the desk", "a secret of 3 words & more"
KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})


@dataclass(slots=True)
class Answer:
    """What the provider would send for a code; a lie changes it."""

    claims: dict[str, Any]
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "first"})
    key: Any = field(default_factory=lambda: KEY)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    token: str | None = None  # in place of a signed one
    body: bytes | None = None

    def write(self) -> bytes:
        """The body of the answer."""
        if self.body is not None:
            return self.body
        token = self.token
        if token is None:
            token = jwt.encode(self.header, self.claims, self.key)
        return json.dumps({"access_token": "x", "token_type": "Bearer", "id_token": token}).encode()


@dataclass(slots=True)
class Provider:
    """The provider: whom it signs in, and how it lies."""

    issuer: str
    now: Callable[[], float]
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "s-1"})
    lie: Callable[[Answer], None] = lambda _answer: None
    discovery: dict[str, Any] = field(default_factory=dict)
    keys: list[dict[str, Any]] = field(default_factory=lambda: [dict(KEY.as_dict(private=False))])
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def authorize(self, url: str) -> dict[str, str]:
        """Sign the user in, as its page does; return the query that leads back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(f"{self.issuer}/authorize?")
        assert (query["response_type"], query["client_id"]) == ("code", CLIENT)
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return {"code": code, "state": query["state"]}

    def answer(
        self, path: str, form: dict[str, str], login: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body."""
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            known = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
            return 200, {}, json.dumps(known | self.discovery).encode()
        if path == "/keys":
            return 200, {}, json.dumps({"keys": self.keys}).encode()
        begun = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(digest).decode().rstrip("=")
        client, _, secret = b64decode(login.removeprefix("Basic ")).decode().partition(":")
        good = (
            begun is not None
            and begun["code_challenge"] == challenge
            and begun["redirect_uri"] == form["redirect_uri"]
            and (unquote(client), unquote(secret)) == (CLIENT, SECRET)
        )
        if not good or begun is None:
            return 400, {}, b'{"error": "invalid_grant"}'
        now = int(self.now())
        made = Answer(
            claims={
                "iss": self.issuer,
                "aud": CLIENT,
                "exp": now + 300,
                "iat": now,
                "nonce": begun["nonce"],
            }
            | self.claims
        )
        self.lie(made)
        return made.status, made.headers, made.write()


@contextmanager
def running_provider(now: Callable[[], float]) -> Iterator[Provider]:
    """A provider that listens on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            self._send({name: values[0] for name, values in parse_qs(body).items()})

        def _send(self, form: dict[str, str]) -> None:
            login = self.headers.get("Authorization", "")
            status, headers, body = provider.answer(self.path, form, login)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider = Provider(issuer=f"http://127.0.0.1:{server.server_port}", now=now)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

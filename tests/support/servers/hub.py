"""A hub on loopback that verifies subscriptions and announces, as the WebSub specification says."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit


@dataclass(slots=True, kw_only=True)
class LoopbackHub:
    """What was asked of the hub, and how it answers; `lease` is in seconds."""

    status: int = 202
    verifies: bool = True
    lease: int = 86_400
    asked: list[Mapping[str, str]] = field(default_factory=list)
    verified: list[tuple[int, str]] = field(default_factory=list)  # status and text of the answer
    url: str = ""

    def take(self, form: Mapping[str, str]) -> None:
        """Take a request, and verify it in the background."""
        self.asked.append(form)
        if self.verifies and 200 <= self.status < 300:
            threading.Thread(target=self.verify, args=(form,), daemon=True).start()

    def verify(self, form: Mapping[str, str], **changes: str) -> tuple[int, str]:
        """Ask the subscriber whether it meant it; return status and text of its answer."""
        query = {
            "hub.mode": "subscribe",
            "hub.topic": form["hub.topic"],
            "hub.challenge": "three grey herons",
            "hub.lease_seconds": str(self.lease),
        } | {name.replace("_", ".", 1): value for name, value in changes.items()}
        found = ask(f"{form['hub.callback']}?{urlencode(query)}")
        self.verified.append(found)
        return found

    def announce(
        self, body: bytes, *, method: str = "sha256", secret: str | None = None
    ) -> tuple[int, str]:
        """Announce to the last subscriber; return status and text of its answer."""
        form = self.asked[-1]
        key = (form["hub.secret"] if secret is None else secret).encode()
        signature = hmac.new(key, body, getattr(hashlib, method)).hexdigest()
        headers = {"X-Hub-Signature": f"{method}={signature}"}
        return ask(form["hub.callback"], body, headers)


def ask(
    url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Send a request; return status and text of the answer."""
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)) as sent:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        sent.request("GET" if body is None else "POST", path, body, dict(headers or {}))
        answer = sent.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")


@contextmanager
def loopback_hub() -> Iterator[LoopbackHub]:
    """A running hub."""
    hub = LoopbackHub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.send_response(hub.status)
            self.end_headers()
            hub.take({name: values[-1] for name, values in parse_qs(sent).items()})

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_address[1]}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()

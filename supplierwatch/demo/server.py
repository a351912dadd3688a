"""Serves the bundled outlets on loopback, each at an address of its own, in three waves."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from supplierwatch.demo.articles import DemoArticle, Outlet, load_outlets
from supplierwatch.demo.damage import encoded
from supplierwatch.demo.designs import front_page, page_of
from supplierwatch.demo.listings import CONTENT_TYPES, feed_of

FIRST_ADDRESS = 21  # 127.0.0.21, 127.0.0.22, ...


@dataclass(frozen=True, slots=True)
class DemoResponse:
    """A response of the server. `delay`: seconds before it is sent."""

    status: int
    content_type: str
    body: bytes
    delay: float = 0.0


class Site:
    """The HTTP server of one outlet.

    `requests`: the paths requested so far; `documents`: further responses, by path.
    """

    def __init__(self, outlet: Outlet, newsroom: Newsroom, number: int, port: int) -> None:
        self.outlet = outlet
        self._newsroom = newsroom
        self._polls = 0
        self.requests: list[str] = []
        self.documents: dict[str, DemoResponse] = {}
        self._server = _bind(_build_handler(self), number, port)
        host, bound = self._server.server_address[:2]
        self.host = str(host)
        self.base = f"http://{self.host}:{bound}"
        self.feed_url = f"{self.base}/feed"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str) -> DemoResponse:
        """Return the response to a request for `path`."""
        self.requests.append(path)
        if path in self.documents:
            return self.documents[path]
        wave = self._newsroom.wave
        dark = self.outlet.dark_from_wave
        if dark is not None and wave >= dark:
            return DemoResponse(500, "text/plain", b"the server is down")
        listed = self.outlet.listed(wave)
        if path == "/robots.txt":
            return DemoResponse(200, "text/plain", b"User-agent: *\nDisallow: /private/\n")
        if path == "/feed":
            self._polls += 1
            body = feed_of(self.outlet, listed, self.base, poll=self._polls)
            kind = CONTENT_TYPES.get(self.outlet.feed, "application/rss+xml")
            return DemoResponse(200, kind, body)
        if path == "/":
            return DemoResponse(
                200, "text/html; charset=utf-8", front_page(self.outlet, listed).encode()
            )
        for article in listed:
            if path in (f"/{article.id}.html", f"/{article.also_at}.html"):
                return self._answer_article(article)
        return DemoResponse(404, "text/html; charset=utf-8", b"<h1>Not found</h1>")

    def _answer_article(self, article: DemoArticle) -> DemoResponse:
        body, kind = encoded(page_of(article, self.outlet), article.encoding)
        return DemoResponse(article.status, kind, body, article.delay)


class Newsroom:
    """The servers of all outlets. `wave` 1 lists the first articles, 2 the rest, 3 the edits."""

    def __init__(self, *, port: int = 0, outlets: Sequence[Outlet] | None = None) -> None:
        self.wave = 1
        self.sites: tuple[Site, ...] = ()
        for number, outlet in enumerate(load_outlets() if outlets is None else outlets):
            site = Site(outlet, self, number, port)
            port = port or int(site.base.rpartition(":")[2])
            self.sites = (*self.sites, site)

    def second_wave(self) -> None:
        """List the remaining articles."""
        self.wave = 2

    def corrections(self) -> None:
        """Replace articles by their edited versions."""
        self.wave = 3

    def stop(self) -> None:
        """Stop serving."""
        for site in self.sites:
            site.stop()


@contextmanager
def newsroom(*, port: int = 0, outlets: Sequence[Outlet] | None = None) -> Iterator[Newsroom]:
    """Serve a newsroom while the block runs.

    Args:
        port: of every outlet; 0 chooses a free one.
        outlets: to serve instead of the bundled ones.
    """
    room = Newsroom(port=port, outlets=outlets)
    try:
        yield room
    finally:
        room.stop()


def _bind(handler: type[BaseHTTPRequestHandler], number: int, port: int) -> ThreadingHTTPServer:
    try:
        server = ThreadingHTTPServer((f"127.0.0.{FIRST_ADDRESS + number}", port), handler)
    except OSError:
        # some systems have only one loopback address: each outlet gets a port of its own
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    return server


def _build_handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            answer = site.answer(urlsplit(self.path).path)
            time.sleep(answer.delay)
            tag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
            fresh = answer.status == 200 and self.headers.get("If-None-Match") == tag
            body = b"" if fresh else answer.body
            self.send_response(304 if fresh else answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(body)))
            if answer.status == 200:
                self.send_header("ETag", tag)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing: requests are kept in `requests`."""

    return Handler

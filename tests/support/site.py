"""A scriptable web server on loopback: several hosts (127.0.0.x), each path answered as told.

    with FakeSite() as site:
        site.page("/feed.xml", feed([...]), content_type="application/rss+xml", etag='"1"')
        site.behave("/slow", hang())
        site.requests("/feed.xml")    # what was asked

Raw sockets, so that every misbehaviour is possible: hang, drip, drop, lie about lengths.
"""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from html import escape
from types import TracebackType

FEED_TYPE = "application/rss+xml; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that the site got. Header names are in lower case."""

    host: str  # the address that was connected to
    method: str
    path: str
    headers: Mapping[str, str]
    at: float  # monotonic
    ended_at: list[float] = field(default_factory=list)


class Reply:
    """How to answer: writes bytes to the connection; returning closes it."""

    def __init__(self, write: Callable[[socket.socket, Asked, threading.Event], None]) -> None:
        self.write = write


def answer(
    body: bytes | str = b"",
    *,
    status: int = 200,
    content_type: str = "text/html; charset=utf-8",
    headers: Mapping[str, str] | None = None,
    etag: str | None = None,
    last_modified: str | None = None,
    gzipped: bool = False,
) -> Reply:
    """An ordinary answer; with an etag or a date, 304 to whoever sends it back."""
    raw = body.encode() if isinstance(body, str) else body

    def write(connection: socket.socket, asked: Asked, _: threading.Event) -> None:
        said = {"Content-Type": content_type, **(headers or {})}
        if etag is not None:
            said["ETag"] = etag
        if last_modified is not None:
            said["Last-Modified"] = last_modified
        sent_status, sent = status, raw
        matches = etag is not None and asked.headers.get("if-none-match") == etag
        matches |= (
            last_modified is not None and asked.headers.get("if-modified-since") == last_modified
        )
        if matches:
            sent_status, sent = 304, b""
        elif gzipped:
            sent = gzip.compress(raw)
            said["Content-Encoding"] = "gzip"
        connection.sendall(head(sent_status, {**said, "Content-Length": str(len(sent))}) + sent)

    return Reply(write)


def slow(reply: Reply, *, seconds: float) -> Reply:
    """The same answer, later."""

    def write(connection: socket.socket, asked: Asked, closing: threading.Event) -> None:
        closing.wait(seconds)
        reply.write(connection, asked, closing)

    return Reply(write)


def redirect(to: str, *, status: int = 302) -> Reply:
    """A redirect."""
    return answer(status=status, headers={"Location": to})


def hang() -> Reply:
    """No answer at all until the site closes."""
    return Reply(lambda connection, asked, closing: (closing.wait(), None)[1])


def drop() -> Reply:
    """The connection is closed before any answer."""
    return Reply(lambda connection, asked, closing: None)


def cut_short(body: bytes, *, promised: int) -> Reply:
    """Less body than Content-Length promises."""

    def write(connection: socket.socket, asked: Asked, _: threading.Event) -> None:
        connection.sendall(head(200, {"Content-Length": str(promised)}) + body)

    return Reply(write)


def drip(body: bytes, *, every: float) -> Reply:
    """One byte at a time."""

    def write(connection: socket.socket, asked: Asked, closing: threading.Event) -> None:
        connection.sendall(head(200, {"Content-Length": str(len(body))}))
        for byte in body:
            if closing.wait(every):
                return
            connection.sendall(bytes([byte]))

    return Reply(write)


def raw(data: bytes) -> Reply:
    """Exactly these bytes."""
    return Reply(lambda connection, asked, closing: connection.sendall(data))


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """Status line and headers."""
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of a feed."""

    title: str
    link: str | None
    guid: str | None = None
    summary: str = "A teaser."
    published: datetime | None = None


def feed(entries: Iterable[Entry], *, title: str = "The Outlet", extra: str = "") -> bytes:
    """An RSS 2.0 document."""
    items = []
    for entry in entries:
        parts = [f"<title>{escape(entry.title)}</title>"]
        if entry.link is not None:
            parts.append(f"<link>{escape(entry.link)}</link>")
        if entry.guid is not None:
            parts.append(f'<guid isPermaLink="false">{escape(entry.guid)}</guid>')
        if entry.published is not None:
            parts.append(f"<pubDate>{format_datetime(entry.published)}</pubDate>")
        parts.append(f"<description>{escape(entry.summary)}</description>")
        items.append(f"<item>{''.join(parts)}</item>")
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>{escape(title)}</title><link>http://outlet.example/</link>{extra}"
        f"<description>News</description>{''.join(items)}</channel></rss>"
    ).encode()


def article_page(title: str, body: str) -> str:
    """A page with one article of our making, a menu, a sidebar and a footer."""
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in body.split("\n\n"))
    return (
        f'<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">'
        f"<title>{escape(title)} | The Outlet</title>"
        f'<meta property="og:title" content="{escape(title)}">'
        '<meta property="article:published_time" content="2026-03-02T09:00:00Z"></head><body>'
        '<nav><a href="/">Home</a> <a href="/jobs">Jobs</a></nav>'
        f"<main><article><h1>{escape(title)}</h1>{paragraphs}</article></main>"
        "<aside><h3>Most read</h3><ul><li>Something else entirely</li></ul></aside>"
        "<footer>All rights reserved</footer></body></html>"
    )


def long_text(about: str, *, paragraphs: int = 4) -> str:
    """Several paragraphs of prose about something, different for each subject."""
    return "\n\n".join(
        f"The board of the trust met on day {number} to hear about {about}. Members asked how "
        f"{about} would change the work of clinicians on the wards, what it would cost over "
        f"{number + 2} years, and who would answer for it. The chief information officer said that "
        f"lessons from part {number} of the pilot had been learned and that patients would notice "
        f"{about} first of all in outpatient clinics, where letters still go astray."
        for number in range(1, paragraphs + 1)
    )


class FakeSite:
    """The server. `hosts` are loopback addresses that it answers on, all on one port."""

    def __init__(
        self, hosts: Iterable[str] = ("127.0.0.2",), *, tls: ssl.SSLContext | None = None
    ) -> None:
        self.hosts = tuple(hosts)
        self._tls = tls
        self.port = 0
        self._replies: dict[tuple[str | None, str], Reply] = {}
        self._asked: list[Asked] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._listeners: list[socket.socket] = []
        self._connections: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self.open_now: dict[str, int] = {}
        self.most_open: dict[str, int] = {}

    def __enter__(self) -> FakeSite:
        for host in self.hosts:
            listener = socket.create_server((host, self.port), backlog=128)
            self.port = listener.getsockname()[1]
            self._listeners.append(listener)
            self._run(self._accept, listener, host)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        for listener in self._listeners:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        with self._lock:
            open_connections = list(self._connections)
        for connection in open_connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the other side was quicker
        for thread in self._threads:
            thread.join(5)

    def url(self, path: str, *, host: str | None = None) -> str:
        """The address of a path on one of the hosts, the first by default."""
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://{host or self.hosts[0]}:{self.port}{path}"

    def behave(self, path: str, reply: Reply, *, host: str | None = None) -> None:
        """Answer a path like this from now on, on one host or on all."""
        with self._lock:
            self._replies[host, path] = reply

    def page(self, path: str, body: bytes | str, *, host: str | None = None, **more: object) -> str:
        """Serve a document; returns its address. `more` as for `answer`."""
        self.behave(path, answer(body, **more), host=host)  # type: ignore[arg-type]
        return self.url(path, host=host)

    def requests(self, path: str | None = None, *, host: str | None = None) -> list[Asked]:
        """What was asked, oldest first."""
        with self._lock:
            return [
                one
                for one in self._asked
                if (path is None or one.path == path) and (host is None or one.host == host)
            ]

    def forget(self) -> None:
        """Start the list of requests anew."""
        with self._lock:
            self._asked.clear()

    def _run(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _accept(self, listener: socket.socket, host: str) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                self._connections.add(connection)
            self._run(self._serve, connection, host)

    def _serve(self, connection: socket.socket, host: str) -> None:
        if self._tls is not None:
            try:
                connection = self._tls.wrap_socket(connection, server_side=True)
            except OSError:
                connection.close()
                return  # the crawler does not trust the certificate
        with connection:
            try:
                asked = self._read(connection, host)
                if asked is not None:
                    self._answer(connection, asked)
            except OSError:
                return  # the crawler hung up, or the site is closing
            finally:
                with self._lock:
                    self._connections.discard(connection)

    def _read(self, connection: socket.socket, host: str) -> Asked | None:
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return None
            data += more
        lines = data.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ", 2)
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:])
        }
        return Asked(host=host, method=method, path=path, headers=headers, at=time.monotonic())

    def _answer(self, connection: socket.socket, asked: Asked) -> None:
        with self._lock:
            self._asked.append(asked)
        # a client may have its whole answer, and ask again, before the thread that gave it goes on
        end = time.monotonic() + 0.05
        while self.open_now.get(asked.host) and time.monotonic() < end:
            time.sleep(0.002)
        with self._lock:
            self.open_now[asked.host] = self.open_now.get(asked.host, 0) + 1
            most = max(self.open_now[asked.host], self.most_open.get(asked.host, 0))
            self.most_open[asked.host] = most
            path = asked.path.partition("?")[0]  # answers whatever the query, if none is named
            known = ((asked.host, asked.path), (None, asked.path), (asked.host, path), (None, path))
            reply = next((self._replies[one] for one in known if one in self._replies), None)
        try:
            (reply or answer("nothing here", status=404)).write(connection, asked, self._closing)
        finally:
            with self._lock:
                self.open_now[asked.host] -= 1
            asked.ended_at.append(time.monotonic())

"""Limits the HTTP service: connections, time, bytes, descriptors. Its clients are untrusted.

uvicorn limits neither the time until a request is complete nor the number of connections. A
waiting connection costs a descriptor, and crawling and delivery need descriptors too.
"""

from __future__ import annotations

import asyncio
import logging
import resource
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

log = logging.getLogger(__name__)

MAX_CONNECTIONS = 100
SHARE_OF_DESCRIPTORS = 4  # at most a quarter of what the process may open
REQUEST_WITHIN = 10.0  # seconds, from the connection or the last answer to the request's last byte
IDLE = 5  # seconds that a connection is kept between requests
LIFETIME = 60.0  # seconds, after which a connection is closed once its answer is written
MAX_LIFETIME = 90.0  # seconds, after which a connection is closed in any case
MAX_BYTES = 64 * 1024  # of one request, headers and body together; ours are below 5 kB
MAX_UPLOAD_BYTES = 600 * 1024  # of a request with a file, to an address that takes one
MAX_HEADER_BYTES = 16 * 1024
BACKLOG = 16  # connections queued by the kernel and accepted in one turn of the event loop
THREADS = 4  # request handlers at a time; each may use a database connection
EVICTABLE_AFTER = 1.0  # seconds; a normal client has sent its request by then


@dataclass(slots=True)
class ConnectionCounts:
    """Counts of connections since the start."""

    limit: int
    open: int = 0
    refused: int = 0  # no other connection could be evicted
    evicted: int = 0  # with an incomplete request, to make room for another
    timed_out: int = 0
    too_large: int = 0


def compute_connection_limit() -> int:
    """Return the number of connections allowed at a time, by the limit on descriptors."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return max(4, min(MAX_CONNECTIONS, soft // SHARE_OF_DESCRIPTORS))


class LimitedProtocol(H11Protocol):
    """A connection with limits on time and on bytes per request."""

    numbers: ConnectionCounts  # set by `build_protocol`
    uploads: frozenset[str] = frozenset()
    upload_prefixes: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._began = self.loop.time()
        self._bytes = 0
        self._request_timer: asyncio.TimerHandle | None = None
        self._last_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept a connection, or evict one with an incomplete request for it, or refuse it."""
        super().connection_made(transport)
        self.numbers.open = len(self.connections)
        if len(self.connections) > self.numbers.limit and not self._evict_slowest():
            self.numbers.refused += 1
            log.warning("web.refused open=%d", self.numbers.limit)
            transport.abort()
            return
        self._last_timer = self.loop.call_later(MAX_LIFETIME, self._time_out, "lifetime")
        self._start_request_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._cancel_timers()
        super().connection_lost(exc)
        self.numbers.open = len(self.connections)

    def data_received(self, data: bytes) -> None:
        """Receive bytes of a request, at most `MAX_BYTES`, or `MAX_UPLOAD_BYTES` for a file."""
        self._bytes += len(data)
        if self._bytes > MAX_UPLOAD_BYTES:
            self._refuse_size()
            return
        try:
            super().data_received(data)
        except h11.LocalProtocolError:
            # a request that turns invalid after its response began
            self._abort()
            return
        # the first bytes may hold all of the head, which says where the request goes
        if self._bytes > MAX_BYTES and not self._is_upload():
            self._refuse_size()
            return
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._start_request_timer()
        else:
            self._stop_request_timer()

    def _refuse_size(self) -> None:
        self.numbers.too_large += 1
        log.warning("web.too-large bytes=%d", self._bytes)
        self._abort()

    def _is_upload(self) -> bool:
        begun = self.conn.their_state in (h11.SEND_BODY, h11.DONE)
        if not begun or self.scope is None:
            return False
        path = str(self.scope.get("path"))
        return path in self.uploads or path.startswith(self.upload_prefixes)

    def on_response_complete(self) -> None:
        """Wait for the next request, or close a connection older than `LIFETIME`."""
        super().on_response_complete()
        self._bytes = 0
        if self.transport.is_closing():
            return
        if self.loop.time() - self._began > LIFETIME:
            self.transport.close()
        elif self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._stop_request_timer()
            self._start_request_timer()

    def _start_request_timer(self) -> None:
        if self._request_timer is None and not self.transport.is_closing():
            self._request_timer = self.loop.call_later(REQUEST_WITHIN, self._time_out, "request")

    def _stop_request_timer(self) -> None:
        if self._request_timer is not None:
            self._request_timer.cancel()
            self._request_timer = None

    def _time_out(self, what: str) -> None:
        self.numbers.timed_out += 1
        log.warning("web.timed-out waited-for=%s", what)
        self._abort()

    def _evict_slowest(self) -> bool:
        """Close the oldest connection with an incomplete request; False if there is none."""
        now = self.loop.time()
        slow = [
            one
            for one in self.connections
            if isinstance(one, LimitedProtocol)
            and one is not self
            and one._request_timer is not None
            and now - one._began >= EVICTABLE_AFTER
        ]
        if not slow:
            return False
        slowest = min(slow, key=lambda one: one._began)
        self.numbers.evicted += 1
        slowest._abort()
        return True

    def _abort(self) -> None:
        self._cancel_timers()
        # connection_lost is called only in the next turn of the event loop
        self.connections.discard(self)
        self.transport.abort()

    def _cancel_timers(self) -> None:
        self._stop_request_timer()
        self._unset_keepalive_if_required()
        if self._last_timer is not None:
            self._last_timer.cancel()
            self._last_timer = None


def build_protocol(
    numbers: ConnectionCounts,
    uploads: frozenset[str] = frozenset(),
    upload_prefixes: tuple[str, ...] = (),
) -> type[LimitedProtocol]:
    """Return a protocol class that counts in `numbers`.

    Args:
        numbers: the counts.
        uploads: paths that take files.
        upload_prefixes: beginnings of further paths that do.
    """
    values = {"numbers": numbers, "uploads": uploads, "upload_prefixes": upload_prefixes}
    return type("CountedProtocol", (LimitedProtocol,), values)


def limit_threads(app: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap an ASGI application so that at most `THREADS` handlers run at a time."""
    from anyio.to_thread import current_default_thread_limiter

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        current_default_thread_limiter().total_tokens = THREADS
        await app(scope, receive, send)

    return answer

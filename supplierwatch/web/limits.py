"""Limits of the HTTP service: connections, time, bytes, descriptors. Strangers can reach it.

uvicorn bounds none of the time until a request is whole, and neither the number of connections. A
connection that waits costs a descriptor, of which crawling and telling need some too.
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

MOST_CONNECTIONS = 100
SHARE_OF_DESCRIPTORS = 4  # at most a quarter of what the process may open
REQUEST_WITHIN = 10.0  # seconds, from the connection or the last answer to the request's last byte
IDLE = 5  # seconds that a connection is kept between requests
LIFETIME = 60.0  # seconds, after which a connection is closed once its answer is written
LAST = 90.0  # seconds, after which it is cut, whatever goes on: readers may be slow, not endless
MOST_BYTES = 64 * 1024  # of one request, headers and body together; ours are below 5 kB
MOST_HEADER_BYTES = 16 * 1024
BACKLOG = 16  # connections that the kernel holds for us, and that one turn of the loop accepts
THREADS = 4  # that answer at a time; each may hold a connection to the database
EVICTABLE_AFTER = 1.0  # seconds; a client that is well has sent its request by then


@dataclass(slots=True)
class Numbers:
    """What happened at the door since the start."""

    limit: int
    open: int = 0
    refused: int = 0  # nobody could be sent away for them
    evicted: int = 0  # sent away for somebody else, with half a request
    timed_out: int = 0
    too_large: int = 0


def most_connections() -> int:
    """How many connections may be open at a time, by the limit on descriptors."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(4, min(MOST_CONNECTIONS, soft // SHARE_OF_DESCRIPTORS))


class LimitedProtocol(H11Protocol):
    """A connection that has to send its request, take its answer, and go, within bounds."""

    numbers: Numbers  # set by `limited`

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._began = self.loop.time()
        self._bytes = 0
        self._request_timer: asyncio.TimerHandle | None = None
        self._last_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, if need be in the place of one that has sent half a request."""
        super().connection_made(transport)
        self.numbers.open = len(self.connections)
        if len(self.connections) > self.numbers.limit and not self._evict_slowest():
            self.numbers.refused += 1
            log.warning("web.refused open=%d", self.numbers.limit)
            transport.abort()
            return
        self._last_timer = self.loop.call_later(LAST, self._cut, "lifetime")
        self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._cancel_timers()
        super().connection_lost(exc)
        self.numbers.open = len(self.connections)

    def data_received(self, data: bytes) -> None:
        """Take bytes of a request, as many as one may have."""
        self._bytes += len(data)
        if self._bytes > MOST_BYTES:
            self.numbers.too_large += 1
            log.warning("web.too-large bytes=%d", self._bytes)
            self._end()
            return
        try:
            super().data_received(data)
        except h11.LocalProtocolError:
            # a request that breaks off in nonsense after its answer began
            self._end()
            return
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._await_request()
        else:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """Go on to the next request, or close a connection that has been long here."""
        super().on_response_complete()
        self._bytes = 0
        if self.transport.is_closing():
            return
        if self.loop.time() - self._began > LIFETIME:
            self.transport.close()
        elif self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._stop_waiting()
            self._await_request()

    def _await_request(self) -> None:
        if self._request_timer is None and not self.transport.is_closing():
            self._request_timer = self.loop.call_later(REQUEST_WITHIN, self._cut, "request")

    def _stop_waiting(self) -> None:
        if self._request_timer is not None:
            self._request_timer.cancel()
            self._request_timer = None

    def _cut(self, what: str) -> None:
        self.numbers.timed_out += 1
        log.warning("web.timed-out waited-for=%s", what)
        self._end()

    def _evict_slowest(self) -> bool:
        """Send away whoever has waited longest with half a request; False where there is none."""
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
        slowest._end()
        return True

    def _end(self) -> None:
        self._cancel_timers()
        # an aborted transport tells us so in the next turn of the loop only
        self.connections.discard(self)
        self.transport.abort()

    def _cancel_timers(self) -> None:
        self._stop_waiting()
        self._unset_keepalive_if_required()
        if self._last_timer is not None:
            self._last_timer.cancel()
            self._last_timer = None


def limited(numbers: Numbers) -> type[LimitedProtocol]:
    """A protocol that counts in `numbers`."""
    return type("CountedProtocol", (LimitedProtocol,), {"numbers": numbers})


def few_threads(app: Callable[..., Any]) -> Callable[..., Any]:
    """The application, with at most `THREADS` of its handlers at work at a time."""
    from anyio.to_thread import current_default_thread_limiter

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        current_default_thread_limiter().total_tokens = THREADS
        await app(scope, receive, send)

    return answer

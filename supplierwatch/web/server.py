"""Runs the HTTP service in a thread beside the workers."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import uvicorn
from starlette.routing import Route

from supplierwatch.errors import ListenRefused
from supplierwatch.web import hubs
from supplierwatch.web.app import build_app
from supplierwatch.web.controls import Readers
from supplierwatch.web.feeds import Feeds
from supplierwatch.web.hubs import HubHandler
from supplierwatch.web.limits import (
    BACKLOG,
    IDLE,
    MAX_HEADER_BYTES,
    ConnectionCounts,
    build_protocol,
    compute_connection_limit,
    limit_threads,
)

log = logging.getLogger(__name__)

UPLOADS = frozenset({"/opml", "/api/v1/opml"})  # paths that take files


class WebServer:
    """Serves `report`, pages for `readers`, `feeds` and the desk on `listen` ("host:port")."""

    def __init__(
        self,
        report: Callable[[], dict[str, Any]],
        *,
        listen: str | None,
        readers: Readers | None = None,
        feeds: Feeds | None = None,
        hub_handler: HubHandler | None = None,
        desk: Sequence[Route] = (),
    ) -> None:
        self._listen = listen
        self._app = build_app(report, readers, feeds, hub_handler, desk)
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._numbers = ConnectionCounts(limit=compute_connection_limit())
        self.address: tuple[str, int] | None = None

    def numbers(self) -> dict[str, int]:
        """Return the counts of open, refused, evicted and timed-out connections."""
        return asdict(self._numbers)

    def start(self) -> None:
        """Bind and serve.

        Raises:
            ListenRefused: the address cannot be bound.
        """
        if self._listen is None:
            return
        bound = _bind(self._listen)
        self.address = bound.getsockname()[:2]
        config = uvicorn.Config(
            limit_threads(self._app),
            http=build_protocol(self._numbers, UPLOADS, (hubs.PATH,)),
            ws="none",
            backlog=BACKLOG,
            timeout_keep_alive=IDLE,
            h11_max_incomplete_event_size=MAX_HEADER_BYTES,
            timeout_graceful_shutdown=2,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            proxy_headers=False,  # otherwise X-Forwarded-For could make any client look local
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [bound]}, name="web", daemon=True
        )
        self._thread.start()
        log.info("web.started address=%s:%d", *self.address)

    def stop(self) -> None:
        """Close the sockets and let the thread end."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(3)


def _bind(listen: str) -> socket.socket:
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, int(port)))
        bound.listen(BACKLOG)
    except OSError as error:
        bound.close()
        raise ListenRefused(listen, error) from error
    return bound

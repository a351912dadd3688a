"""A wire that breaks: it passes bytes on between a client and a server, and cuts after so many."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Self


class BreakingWire:
    """Stands before a server on loopback. `sent` and `heard` say after how many bytes it cuts.

    It cuts once: connections after that are passed on whole.
    """

    def __init__(self, port: int, *, sent: int | None = None, heard: int | None = None) -> None:
        self.broke = False
        self._left = {"sent": sent, "heard": heard}
        self._lock = threading.Lock()
        self._target = port
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._cut()
        for thread in self._threads:
            thread.join(5)
        for one in self._sockets:
            one.close()

    def _start(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            self._sockets += [client, server]
            self._start(self._pass, client, server, "sent")
            self._start(self._pass, server, client, "heard")

    def _pass(self, one: socket.socket, other: socket.socket, way: str) -> None:
        with suppress(OSError):
            while data := one.recv(4096):
                with self._lock:
                    left = self._left[way]
                    if left is None:
                        other.sendall(data)
                        continue
                    other.sendall(data[:left])
                    self._left[way] = left - len(data)
                    if len(data) < left:
                        continue
                    self._left = {"sent": None, "heard": None}
                    self.broke = True
                for each in (one, other):
                    with suppress(OSError):
                        each.shutdown(socket.SHUT_RDWR)
                return
            other.shutdown(socket.SHUT_WR)

    def _cut(self) -> None:
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

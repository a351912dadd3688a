"""A service beside mail, on loopback: it hears requests and answers them, or does worse."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

Behaviour = Callable[["Hook", socket.socket], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One request that came whole."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Hook:
    """Listens on a free port; `behaviour` is what it does with each connection."""

    def __init__(
        self, behaviour: Behaviour | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self.heard: list[Heard] = []
        self.behaviour = behaviour or answers(200)
        self.closing = threading.Event()
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        """Its address."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)  # closing alone leaves accept() waiting
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while not self.closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve_one, args=(connection,), daemon=True).start()

    def _serve_one(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                self.behaviour(self, connection)
        except OSError:
            connection.close()  # the other side has gone, as some tests want it to

    def hear(self, connection: socket.socket) -> Heard:
        """Read a request to its end."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65_536)
            if not more:
                raise OSError("gone")
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {n.lower(): v for n, _, v in (line.partition(": ") for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += connection.recv(65_536)
        method, path, _ = first.split(" ")
        request = Heard(method=method, path=path, headers=headers, body=body)
        self.heard.append(request)
        return request


def answers(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """Hear the request and answer it."""

    def behave(hook: Hook, connection: socket.socket) -> None:
        hook.hear(connection)
        said = "".join(f"{n.replace('_', '-')}: {v}\r\n" for n, v in headers.items())
        head = f"HTTP/1.1 {status} X\r\n{said}Content-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)

    return behave


def says(raw: bytes) -> Behaviour:
    """Hear the request and say these bytes."""

    def behave(hook: Hook, connection: socket.socket) -> None:
        hook.hear(connection)
        connection.sendall(raw)

    return behave


def reset(connection: socket.socket) -> None:
    """Break a connection off."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def drops_before(_: Hook, connection: socket.socket) -> None:
    """Break off as soon as somebody is there."""
    reset(connection)


def drops_after(hook: Hook, connection: socket.socket) -> None:
    """Hear the request, and break off."""
    hook.hear(connection)
    reset(connection)


def hangs(hook: Hook, connection: socket.socket) -> None:
    """Hear the request, and say nothing."""
    hook.hear(connection)
    hook.closing.wait(10)


def drips(hook: Hook, connection: socket.socket) -> None:
    """Answer one letter at a time, without end."""
    hook.hear(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not hook.closing.wait(0.05):
        connection.sendall(b"a")


def floods(hook: Hook, connection: socket.socket) -> None:
    """Answer with a body without end."""
    hook.hear(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not hook.closing.is_set():
        connection.sendall(b"x" * 65_536)

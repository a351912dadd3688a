"""The one way out to services beside mail: an HTTP request past the rule of addresses.

The address is judged at the connect, after the name was resolved; redirects are not followed and
no proxy is used, since either would connect elsewhere. What went wrong is told apart by whether
the request can have been acted on.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from config.addresses import AddressRefused, Guard, literal_address

MAX_ANSWER = 65_536  # bytes that are read of an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Seconds to wait: for a connection, for each part of an answer, and for all of it."""

    connect: float = 15
    part: float = 30
    all: float = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is sent; `url` may hold a secret, and so may headers."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """What came back, cut to `MAX_ANSWER`. Names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NotSent(Exception):
    """The other side cannot have acted on the request; `wrong`: the settings are to blame."""

    def __init__(self, message: str, *, wrong: bool = False) -> None:
        super().__init__(message)
        self.wrong = wrong


class NoAnswer(Exception):
    """The request went out whole, and whether it was acted on is not known."""


class Client:
    """Sends requests, each over a connection of its own.

    Args:
        guard: which addresses may be connected to.
        context: verifies certificates; the system's authorities unless given.
        waits: how long to wait.
    """

    def __init__(
        self,
        guard: Guard,
        *,
        context: ssl.SSLContext | None = None,
        waits: Waits | None = None,
    ) -> None:
        self._guard = guard
        self._context = context or ssl.create_default_context()
        self._waits = waits or Waits()

    def send(self, request: Request) -> HttpAnswer:
        """Send a request and read the answer.

        Raises:
            NotSent: nothing went out, or not all of it.
            NoAnswer: it went out, and no answer that can be understood came.
        """
        parts = urlsplit(request.url)
        try:
            self._guard.check_url(request.url)
            sock = self._connect(parts.scheme, parts.hostname or "", parts.port)
        except AddressRefused as error:
            raise NotSent(_without_secret(str(error), request.url), wrong=True) from None
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        connection.sock = sock
        # an answer that drips would keep the worker for ever: each part comes in time
        late = threading.Event()
        watchdog = threading.Timer(self._waits.all, _cut_off, [sock, late])
        watchdog.daemon = True
        watchdog.start()
        try:
            answer = _exchange(connection, request, f"{parts.path or '/'}{_query(parts.query)}")
            if late.is_set():
                raise NoAnswer(f"the answer was not over after {self._waits.all:g} seconds")
            return answer
        finally:
            watchdog.cancel()
            connection.close()

    def _connect(self, scheme: str, host: str, port: int | None) -> socket.socket:
        secure = scheme == "https"
        name = host.encode("idna").decode("ascii") if not host.isascii() else host
        try:
            literal = literal_address(name)
            found = socket.getaddrinfo(
                str(literal or name), port or (443 if secure else 80), type=socket.SOCK_STREAM
            )
        except socket.gaierror as error:
            wrong = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None))
            raise NotSent(f"{host} has no address: {error.strerror}", wrong=wrong) from error
        addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
        self._guard.check_resolved(host, addresses)
        if not secure and not self._may_be_plain(host, addresses):
            raise NotSent(f"{host} is asked in clear over the internet: write https", wrong=True)
        last: OSError | None = None
        for family, kind, protocol, _, address in found:
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(self._waits.connect)
                sock.connect(address)
                if secure:
                    sock = self._context.wrap_socket(sock, server_hostname=name)
                sock.settimeout(self._waits.part)
            except ssl.SSLCertVerificationError as error:
                sock.close()
                raise NotSent(
                    f"the certificate of {host} is not valid: {error.verify_message}", wrong=True
                ) from error
            except OSError as error:
                sock.close()
                last = error
                continue
            return sock
        raise NotSent(f"{host} cannot be reached: {last}")

    def _may_be_plain(
        self, host: str, addresses: list[ipaddress.IPv4Address | ipaddress.IPv6Address]
    ) -> bool:
        # what the operator allowed by name or network is inside their own
        inside = not any(address.is_global for address in addresses)
        return inside or self._guard.names(host)


def _exchange(connection: http.client.HTTPConnection, request: Request, path: str) -> HttpAnswer:
    try:
        connection.request(
            request.method,
            path,
            body=request.body,
            headers={"Connection": "close", **request.headers},
        )
    except (OSError, http.client.HTTPException) as error:
        raise NotSent(f"the connection broke in the request: {error}") from error
    try:
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        body = response.read(MAX_ANSWER)
    except (OSError, http.client.HTTPException, ValueError) as error:
        said = str(error) or type(error).__name__
        raise NoAnswer(f"no answer that can be understood: {said[:200]}") from error
    return HttpAnswer(status=response.status, headers=headers, body=body)


def _cut_off(sock: socket.socket, late: threading.Event) -> None:
    late.set()
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # closed already


def _query(query: str) -> str:
    return f"?{query}" if query else ""


def _without_secret(text: str, url: str) -> str:
    """Addresses of hooks are secrets: an error names the host alone."""
    return text.replace(repr(url), f"an address at {urlsplit(url).hostname}")

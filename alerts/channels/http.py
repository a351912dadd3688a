"""Sends HTTP requests to services other than mail, to allowed addresses only.

The address is checked after name resolution and used for the connection; redirects are not
followed and no proxy is used, since either would connect elsewhere. Errors are distinguished by
whether the server can have acted on the request.
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

from config.values.addresses import AddressRefused, Guard, literal_address

MAX_ANSWER = 65_536  # bytes; the rest of a response is not read


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpTimeouts:
    """Timeouts in seconds: of the connection, of each read, and of the whole response."""

    connect: float = 15
    part: float = 30
    all: float = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An HTTP request; `url` and `headers` may hold secrets."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """An HTTP response; the body is cut to `MAX_ANSWER`, header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NotSent(Exception):
    """The server cannot have acted on the request; `wrong` if the settings are the cause."""

    def __init__(self, message: str, *, wrong: bool = False) -> None:
        super().__init__(message)
        self.wrong = wrong


class NoAnswer(Exception):
    """The request was sent, but no valid response came: the outcome is unknown."""


class Client:
    """Sends requests, each over a connection of its own.

    Args:
        guard: decides which addresses are allowed.
        context: verifies certificates; the system's authorities by default.
        timeouts: the timeouts.
    """

    def __init__(
        self,
        guard: Guard,
        *,
        context: ssl.SSLContext | None = None,
        timeouts: HttpTimeouts | None = None,
    ) -> None:
        self._guard = guard
        self._context = context
        self._timeouts = timeouts or HttpTimeouts()

    def send(self, request: Request) -> HttpAnswer:
        """Send a request and read the response.

        Raises:
            NotSent: the request was not sent, or not completely.
            NoAnswer: it was sent, but no valid response came in time.
        """
        parts = urlsplit(request.url)
        try:
            self._guard.check_url(request.url)
            sock = self._connect(parts.scheme, parts.hostname or "", parts.port)
        except AddressRefused as error:
            raise NotSent(_redact_url(str(error), request.url), wrong=True) from None
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        connection.sock = sock
        # the socket timeout restarts with each read, so a slow server needs a limit for all
        late = threading.Event()
        watchdog = threading.Timer(self._timeouts.all, _shut_down, [sock, late])
        watchdog.daemon = True
        watchdog.start()
        try:
            answer = _exchange(
                connection, request, f"{parts.path or '/'}{_format_query(parts.query)}"
            )
            if late.is_set():
                raise NoAnswer(f"the answer was not over after {self._timeouts.all:g} seconds")
            return answer
        finally:
            watchdog.cancel()
            connection.close()

    def _connect(self, scheme: str, host: str, port: int | None) -> socket.socket:
        secure = scheme == "https"
        try:
            name = host.encode("idna").decode("ascii") if not host.isascii() else host
            literal = literal_address(name)
            found = socket.getaddrinfo(
                str(literal or name), port or (443 if secure else 80), type=socket.SOCK_STREAM
            )
        except socket.gaierror as error:
            wrong = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None))
            raise NotSent(f"{host} has no address: {error.strerror}", wrong=wrong) from error
        except UnicodeError as error:
            # a label that is empty or longer than 63 bytes
            raise NotSent(f"{host[:200]!r} is not a host name: {error}", wrong=True) from error
        addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
        self._guard.check_resolved(host, addresses)
        if not secure and not self._allows_plain_http(host, addresses):
            raise NotSent(
                f"{host} would be asked unencrypted over the internet: write https", wrong=True
            )
        last: OSError | None = None
        for family, kind, protocol, _, address in found:
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(self._timeouts.connect)
                sock.connect(address)
                if secure:
                    sock = self._tls().wrap_socket(sock, server_hostname=name)
                sock.settimeout(self._timeouts.part)
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

    def _tls(self) -> ssl.SSLContext:
        # read when first needed: the system's authorities are 150 certificates to parse
        if self._context is None:
            self._context = ssl.create_default_context()
        return self._context

    def _allows_plain_http(
        self, host: str, addresses: list[ipaddress.IPv4Address | ipaddress.IPv6Address]
    ) -> bool:
        # private addresses, and hosts that the operator allowed, are in their own network
        inside = not any(address.is_global for address in addresses)
        return inside or self._guard.is_allowed_name(host)


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
        cause = str(error) or type(error).__name__
        raise NoAnswer(f"no answer that can be understood: {cause[:200]}") from error
    return HttpAnswer(status=response.status, headers=headers, body=body)


def _shut_down(sock: socket.socket, late: threading.Event) -> None:
    late.set()
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # already closed


def _format_query(query: str) -> str:
    return f"?{query}" if query else ""


def _redact_url(text: str, url: str) -> str:
    """Replace a URL, which is a secret, by its host."""
    return text.replace(repr(url), f"an address at {urlsplit(url).hostname}")

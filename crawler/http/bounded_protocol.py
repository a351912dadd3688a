"""Limits the headers and chunked-encoding overhead of an HTTP response while it is received.

Twisted limits only the length of a line: a server can send header lines, 1xx responses or chunk
extensions without end. Here each of these raises, and the connection is closed at once.
"""

from __future__ import annotations

from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)

MAX_HEADER_LINES = 500  # of a response with its 1xx responses; sites send 20 to 80
MAX_HEADER_BYTES = 256 * 1024  # in these lines
MAX_LINE_BYTES = 64 * 1024
_OVERHEAD_CHECKED_FROM = 1024 * 1024  # bytes received of a response
_MAX_WIRE_RATIO = 2  # bytes received for each byte of the body


class TooMuchOverhead(Exception):
    """The headers or the chunked encoding of a response exceed their limit."""


class BoundedParser(_LenientHTTPClientParser):
    """Parses a response; raises `TooMuchOverhead` beyond the limits of this module."""

    MAX_LENGTH = MAX_LINE_BYTES
    # class attributes: `BoundedProtocol` assigns `__class__`, so __init__ is never called
    _header_lines = 0
    _header_bytes = 0
    _wire_bytes = 0
    _body_bytes = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's interface
        """Count a header line, then parse it."""
        self._header_lines += 1
        self._header_bytes += len(line)
        if self._header_lines > MAX_HEADER_LINES:
            raise TooMuchOverhead(f"the response has more than {MAX_HEADER_LINES} header lines")
        if self._header_bytes > MAX_HEADER_BYTES:
            raise TooMuchOverhead(f"the headers of the response exceed {MAX_HEADER_BYTES} bytes")
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802 - Twisted's interface
        """Refuse a header line that is too long."""
        raise TooMuchOverhead(f"the response has a header line of more than {MAX_LINE_BYTES} bytes")

    def switchToBodyMode(self, decoder: Any) -> None:  # noqa: N802 - Twisted's interface
        """Count the decoded bytes of the body."""
        deliver = getattr(decoder, "dataCallback", None)

        def count_and_deliver(data: bytes) -> None:
            self._body_bytes += len(data)
            deliver(data)  # type: ignore[misc]

        if deliver is not None:
            decoder.dataCallback = count_and_deliver
        super().switchToBodyMode(decoder)  # type: ignore[no-untyped-call]

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's interface
        """Decode a part of the body and compare its size with what was received."""
        self._wire_bytes += len(data)
        super().rawDataReceived(data)  # type: ignore[no-untyped-call]
        allowed = _MAX_WIRE_RATIO * self._body_bytes + len(data)
        if self._wire_bytes > max(_OVERHEAD_CHECKED_FROM, allowed):
            raise TooMuchOverhead("the response has more bytes of chunked encoding than of body")


class BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Parses responses with `BoundedParser`."""

    def request(self, request: Any) -> Any:
        """Send a request and parse its response within the limits."""
        response = super().request(request)
        if self._parser is not None:
            self._parser.__class__ = BoundedParser
        return response


class BoundedFactory(_LenientHTTP11ClientFactory):
    """Makes connections that use `BoundedProtocol`."""

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 - Twisted's interface
        """Return the protocol of a new connection."""
        return BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]

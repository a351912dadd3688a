"""Bounds what a server may say before and around a body, while it is still saying it.

Twisted bounds the length of a line alone: the lines of a head may go on for ever, and so may heads
of status 1xx, and chunks that are nearly all extension. Each raises here, and the connection is
closed at once.
"""

from __future__ import annotations

from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)

MOST_LINES = 500  # of all heads of an answer together, those of 1xx included; sites send 20 to 80
MOST_BYTES = 256 * 1024  # in these lines
MOST_IN_A_LINE = 64 * 1024
_CHUNKING_COUNTS_FROM = 1024 * 1024  # bytes of an answer
_MOST_CHUNKING = 2  # times as many bytes on the wire as in the body


class TooMuchHead(Exception):
    """A server said more around a body than any answer needs."""


class BoundedParser(_LenientHTTPClientParser):
    """Parses an answer, of which not more than this is taken."""

    MAX_LENGTH = MOST_IN_A_LINE
    # Scrapy makes objects of another class into ones of this: __init__ is never called
    _lines = 0
    _head = 0
    _wire = 0
    _body = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's interface
        """Count a line of a head, then take it."""
        self._lines += 1
        self._head += len(line)
        if self._lines > MOST_LINES:
            raise TooMuchHead(f"the answer has more than {MOST_LINES} header lines")
        if self._head > MOST_BYTES:
            raise TooMuchHead(f"the answer's headers have more than {MOST_BYTES} bytes")
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802 - Twisted's interface
        """Refuse a line of a head that goes on."""
        raise TooMuchHead(f"the answer has a header line of more than {MOST_IN_A_LINE} bytes")

    def switchToBodyMode(self, decoder: Any) -> None:  # noqa: N802 - Twisted's interface
        """Count what the decoder gives out as body."""
        deliver = getattr(decoder, "dataCallback", None)

        def counted(data: bytes) -> None:
            self._body += len(data)
            deliver(data)  # type: ignore[misc]

        if deliver is not None:
            decoder.dataCallback = counted
        super().switchToBodyMode(decoder)  # type: ignore[no-untyped-call]

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's interface
        """Take a piece of the body with its chunking."""
        self._wire += len(data)
        super().rawDataReceived(data)  # type: ignore[no-untyped-call]
        if self._wire > max(_CHUNKING_COUNTS_FROM, _MOST_CHUNKING * self._body + len(data)):
            raise TooMuchHead("the answer is chunking more than body")


class BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Parses answers by `BoundedParser`."""

    def request(self, request: Any) -> Any:
        """Send a request; the answer is parsed within bounds."""
        answer = super().request(request)
        if self._parser is not None:
            self._parser.__class__ = BoundedParser
        return answer


class BoundedFactory(_LenientHTTP11ClientFactory):
    """Makes connections whose answers are bounded."""

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 - Twisted's interface
        """A connection."""
        return BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]

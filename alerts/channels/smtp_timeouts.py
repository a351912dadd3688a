"""An SMTP connection with a time and size limit for each whole reply.

smtplib's timeout restarts with each read: a server that sends byte by byte, or endless lines of a
reply, would block the worker for ever and fill its memory.
"""

from __future__ import annotations

import smtplib
import ssl
import time

MAX_REPLY = 64 * 1024  # bytes; replies to EHLO, the longest, have about 500


class ReplyCutShort(smtplib.SMTPServerDisconnected):
    """A reply was not complete; `code` is its reply code if that had been received."""

    def __init__(self, cause: OSError, code: int | None) -> None:
        super().__init__(f"no whole reply: {cause}" if code else f"no reply: {cause}")
        self.code = code


class SmtpWithTimeouts(smtplib.SMTP):
    """SMTP that closes the connection if a whole reply takes longer than the socket timeout."""

    until: float | None = None  # time.monotonic() at which all replies must be complete
    _buffer = b""  # bytes received after the last reply

    def getreply(self) -> tuple[int, bytes]:
        """Return code and text of the next reply; the code is -1 if it is not an SMTP reply.

        Raises:
            ReplyCutShort: the reply is missing, late or too long.
        """
        timeout = None if self.sock is None else self.sock.gettimeout()
        ends = None if timeout is None else time.monotonic() + timeout
        if self.until is not None:
            ends = self.until if ends is None else min(ends, self.until)
        lines: list[bytes] = []
        size, code = 0, None
        try:
            while True:
                line = self._read_line(ends)
                size += len(line)
                if size > MAX_REPLY:
                    raise OSError(f"a reply of more than {MAX_REPLY:,} bytes")
                lines.append(line[4:].strip(b" \t\r\n"))
                code = _parse_code(line)
                if code is None or line[3:4] != b"-":
                    return -1 if code is None else code, b"\n".join(lines)
        except OSError as error:
            # all lines of a reply have the same code, so three digits are enough
            code = _parse_code(self._buffer) if code is None else code
            self.close()
            raise ReplyCutShort(error, code) from error
        finally:
            if self.sock is not None:
                self.sock.settimeout(timeout)

    def starttls(self, *, context: ssl.SSLContext | None = None) -> tuple[int, bytes]:  # type: ignore[override]
        """Start TLS, and discard bytes received before it in clear (CVE-2011-0411)."""
        answer = super().starttls(context=context)
        self._buffer = b""
        return answer

    def close(self) -> None:
        """Close the connection and discard received bytes."""
        self._buffer = b""
        super().close()

    def _read_line(self, ends: float | None) -> bytes:
        while b"\n" not in self._buffer:
            if self.sock is None:
                raise OSError("the connection is closed")
            if ends is not None:
                left = ends - time.monotonic()
                if left <= 0:
                    raise TimeoutError("timed out")
                self.sock.settimeout(left)
            received = self.sock.recv(4096)
            if not received:
                raise OSError("the connection was closed")
            self._buffer += received
            if len(self._buffer) > MAX_REPLY:
                raise OSError(f"a line of more than {MAX_REPLY:,} bytes")
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line


class SmtpWithTimeoutsOverTls(SmtpWithTimeouts, smtplib.SMTP_SSL):
    """The same over implicit TLS."""


def _parse_code(line: bytes) -> int | None:
    return int(line[:3]) if len(line) >= 3 and line[:3].isdigit() else None

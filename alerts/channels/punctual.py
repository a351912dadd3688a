"""An SMTP connection that waits for whole replies, not for bytes.

smtplib's timeout begins anew with each byte and each line: a server that drips, or never comes to
the last line of a reply, would hold the worker for ever and fill its memory.
"""

from __future__ import annotations

import smtplib
import ssl
import time

LONGEST_REPLY = 64 * 1024  # bytes; replies of EHLO, the longest, have about 500


class ReplyCutShort(smtplib.SMTPServerDisconnected):
    """A reply did not come to its end; `code` is what it had said by then, if anything."""

    def __init__(self, cause: OSError, code: int | None) -> None:
        super().__init__(f"no whole reply: {cause}" if code else f"no reply: {cause}")
        self.code = code


class PunctualSmtp(smtplib.SMTP):
    """Each reply comes within the timeout of the socket, however it comes, or the wire is cut."""

    until: float | None = None  # time.monotonic() by which all that is said must be over
    _ahead = b""  # what came behind the last reply

    def getreply(self) -> tuple[int, bytes]:
        """The code and the words of the next reply; the code is -1 for what is no reply.

        Raises:
            ReplyCutShort: it did not come, not in time, or without end.
        """
        patience = None if self.sock is None else self.sock.gettimeout()
        ends = None if patience is None else time.monotonic() + patience
        if self.until is not None:
            ends = self.until if ends is None else min(ends, self.until)
        said: list[bytes] = []
        size, code = 0, None
        try:
            while True:
                line = self._line(ends)
                size += len(line)
                if size > LONGEST_REPLY:
                    raise OSError(f"a reply of more than {LONGEST_REPLY:,} bytes")
                said.append(line[4:].strip(b" \t\r\n"))
                code = _code(line)
                if code is None or line[3:4] != b"-":
                    return -1 if code is None else code, b"\n".join(said)
        except OSError as error:
            # all lines of a reply have one code, and three digits are a whole one
            code = _code(self._ahead) if code is None else code
            self.close()
            raise ReplyCutShort(error, code) from error
        finally:
            if self.sock is not None:
                self.sock.settimeout(patience)

    def starttls(self, *, context: ssl.SSLContext | None = None) -> tuple[int, bytes]:  # type: ignore[override]
        """Begin TLS; what a stranger said before it in clear is forgotten (CVE-2011-0411)."""
        answer = super().starttls(context=context)
        self._ahead = b""
        return answer

    def close(self) -> None:
        """Cut the wire."""
        self._ahead = b""
        super().close()

    def _line(self, ends: float | None) -> bytes:
        while b"\n" not in self._ahead:
            if self.sock is None:
                raise OSError("the connection is closed")
            if ends is not None:
                left = ends - time.monotonic()
                if left <= 0:
                    raise TimeoutError("timed out")
                self.sock.settimeout(left)
            came = self.sock.recv(4096)
            if not came:
                raise OSError("the connection was closed")
            self._ahead += came
            if len(self._ahead) > LONGEST_REPLY:
                raise OSError(f"a line of more than {LONGEST_REPLY:,} bytes")
        line, _, self._ahead = self._ahead.partition(b"\n")
        return line


class PunctualSmtpOverTls(PunctualSmtp, smtplib.SMTP_SSL):
    """The same where TLS begins with the connection."""


def _code(line: bytes) -> int | None:
    return int(line[:3]) if len(line) >= 3 and line[:3].isdigit() else None

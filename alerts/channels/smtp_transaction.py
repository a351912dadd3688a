"""Runs one SMTP mail transaction over an open connection and classifies failures by step.

If the connection breaks before the final dot, the message was not delivered; if it breaks between
the dot and the reply, the outcome is unknown (RFC 1047).
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable
from typing import Literal

from alerts.channels.smtp_timeouts import ReplyCutShort, SmtpWithTimeouts
from storage.model import Receipt

Outcome = Literal["deferred", "refused", "paused", "unknown"]

_LEADING_DOT = re.compile(rb"(?m)^\.")
# login required, login wrong, mechanism too weak, encryption required
_LOGIN_CODES = frozenset((530, 534, 535, 538))


class AttemptEnded(Exception):
    """Ends an attempt before the text is sent; `receipt` is its outcome."""

    def __init__(self, outcome: Outcome, code: int | None, detail: str) -> None:
        super().__init__(detail)
        self.receipt = Receipt(outcome=outcome, code=code, detail=detail)


def run_transaction(
    connection: SmtpWithTimeouts, *, sender: str, recipient: str, raw: bytes, final_timeout: float
) -> Receipt:
    """Send MAIL, RCPT, DATA and the text; return the receipt.

    Args:
        connection: greeted, secured and logged in, with no transaction open.
        sender: address of MAIL FROM.
        recipient: address of RCPT TO.
        raw: the message with CRLF line ends.
        final_timeout: seconds to wait for the reply to the text.

    Raises:
        AttemptEnded: a step failed before the final dot.
    """
    options = []
    if connection.has_extn("size"):
        _check_size(connection.esmtp_features["size"], len(raw))
        options.append(f"size={len(raw)}")
    check(
        lambda: connection.mail(sender, options),
        step=f"sender {sender}",
        refused="paused",
        own_codes=(552,),
    )
    check(lambda: connection.rcpt(recipient), step=f"recipient {recipient}", refused="refused")
    check(lambda: connection.docmd("DATA"), step="DATA", refused="refused", wanted=(354,))
    return _send_text(connection, raw, final_timeout)


def check(
    call: Callable[[], tuple[int, bytes]],
    *,
    step: str,
    refused: Outcome,
    wanted: tuple[int, ...] = (250, 251, 252, 220),
    own_codes: tuple[int, ...] = (),
) -> None:
    """Run one command before the text is sent, and check its reply.

    Args:
        call: sends a command and returns the reply.
        step: the name of the step, for the receipt.
        refused: the outcome of a permanent refusal at this step.
        wanted: the reply codes of success.
        own_codes: codes of permanent refusals that concern this message only.

    Raises:
        AttemptEnded: the reply is another one, or the connection broke.
        ssl.SSLCertVerificationError: the certificate is invalid.
    """
    try:
        code, reply = call()
    except ssl.SSLCertVerificationError:
        raise  # a fault of configuration, not of the connection
    except smtplib.SMTPResponseException as error:
        # smtplib raises the reply to STARTTLS and returns the replies to other commands
        code, reply = error.smtp_code, _reply_bytes(error)
    except ValueError as error:
        # smtplib cannot encode the command; nothing was sent
        raise AttemptEnded(
            refused, None, f"{step} cannot be put into a command: {error}"
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        raise AttemptEnded("deferred", None, f"the connection broke at {step}: {error}") from error
    if code in wanted:
        return
    text = f"{step}: {printable(reply)}"
    if code in _LOGIN_CODES:
        raise AttemptEnded("paused", code, text)
    if code in own_codes:
        raise AttemptEnded("refused", code, text)
    if 500 <= code < 600:
        raise AttemptEnded(refused, code, text)
    if 400 <= code < 500:
        raise AttemptEnded("deferred", code, text)
    raise AttemptEnded("deferred", None, f"{step}: not a reply of SMTP: {code} {printable(reply)}")


def printable(reply: bytes) -> str:
    """Return the text of a reply as one printable line of at most 300 characters."""
    words = " ".join(reply.decode("utf-8", "replace").split())
    return "".join(each if each.isprintable() else "\ufffd" for each in words)[:300]


def code_and_text(error: smtplib.SMTPResponseException) -> tuple[int, str]:
    """Return the reply code and printable text of an smtplib exception."""
    return error.smtp_code, printable(_reply_bytes(error))


def _reply_bytes(error: smtplib.SMTPResponseException) -> bytes:
    words = error.smtp_error
    return words if isinstance(words, bytes) else words.encode()


def _check_size(limit: str, size: int) -> None:
    most = int(limit) if limit.isascii() and limit.isdigit() else 0
    if 0 < most < size:
        raise AttemptEnded(
            "refused", 552, f"the message has {size:,} bytes, the server takes {most:,}"
        )


def _send_text(connection: SmtpWithTimeouts, raw: bytes, timeout: float) -> Receipt:
    text = _LEADING_DOT.sub(b"..", raw)
    if not text.endswith(b"\r\n"):
        text += b"\r\n"
    try:
        connection.send(text)
    except (smtplib.SMTPException, OSError) as error:
        connection.close()
        raise AttemptEnded(
            "deferred", None, f"the connection broke in the text: {error}"
        ) from error
    command_timeout = connection.sock.gettimeout() if connection.sock is not None else None
    connection.until = None  # this reply has a timeout of its own
    try:
        if connection.sock is not None:
            connection.sock.settimeout(timeout)
        connection.send(b".\r\n")
        code, reply = connection.getreply()
        if connection.sock is not None:
            connection.sock.settimeout(command_timeout)
    except ReplyCutShort as cut:
        if cut.code is None:
            return Receipt(outcome="unknown", detail=f"the final dot: {cut}")
        # the connection broke after the code; the text of the reply does not matter
        code, reply = cut.code, str(cut).encode()
    except (smtplib.SMTPException, OSError) as error:
        return Receipt(outcome="unknown", detail=f"no reply to the final dot: {error}")
    if 200 <= code < 300:
        return Receipt(outcome="delivered", code=code, detail=printable(reply))
    if 500 <= code < 600:
        return Receipt(outcome="refused", code=code, detail=f"the text: {printable(reply)}")
    if 400 <= code < 500:
        return Receipt(outcome="deferred", code=code, detail=f"the text: {printable(reply)}")
    return Receipt(outcome="unknown", detail=f"not a reply of SMTP: {code} {printable(reply)}")

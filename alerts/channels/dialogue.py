"""One mail transaction of SMTP over an open connection, each step's failure told apart.

The border is the final dot: what breaks before it is certain not to have been delivered, what
breaks between it and the reply is unknown (RFC 1047).
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable
from typing import Literal

from alerts.channels.punctual import PunctualSmtp, ReplyCutShort
from storage.model import Receipt

Outcome = Literal["deferred", "refused", "paused", "unknown"]

_LEADING_DOT = re.compile(rb"(?m)^\.")
# login required, login wrong, mechanism too weak, encryption required
_LOGIN_CODES = frozenset((530, 534, 535, 538))


class Ended(Exception):
    """The attempt is over; `receipt` says how."""

    def __init__(self, outcome: Outcome, code: int | None, detail: str) -> None:
        super().__init__(detail)
        self.receipt = Receipt(outcome=outcome, code=code, detail=detail)


def converse(
    connection: PunctualSmtp, *, sender: str, recipient: str, raw: bytes, final_patience: float
) -> Receipt:
    """MAIL, RCPT, DATA and the text; returns a receipt or raises `Ended`.

    Args:
        connection: greeted, secured and logged in, with no transaction open.
        sender: address of MAIL FROM.
        recipient: address of RCPT TO.
        raw: the message with CRLF line ends.
        final_patience: seconds to wait for the reply to the text.
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
    return _send_text(connection, raw, final_patience)


def check(
    call: Callable[[], tuple[int, bytes]],
    *,
    step: str,
    refused: Outcome,
    wanted: tuple[int, ...] = (250, 251, 252, 220),
    own_codes: tuple[int, ...] = (),
) -> None:
    """Do one step before the text is sent.

    Args:
        call: sends a command and returns the reply.
        step: what is being done, for the receipt.
        refused: the outcome of a permanent refusal at this step.
        wanted: the replies that let the dialogue go on.
        own_codes: permanent refusals that are the message's own fault.
    """
    try:
        code, reply = call()
    except ssl.SSLCertVerificationError:
        raise  # no accident of the connection
    except smtplib.SMTPResponseException as error:
        # smtplib raises what is answered to STARTTLS and returns what is answered to the others
        code, reply = error.smtp_code, _words(error)
    except ValueError as error:
        # what smtplib cannot write into a command; nothing of it has been sent
        raise Ended(refused, None, f"{step} cannot be put into a command: {error}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Ended("deferred", None, f"the connection broke at {step}: {error}") from error
    if code in wanted:
        return
    text = f"{step}: {said(reply)}"
    if code in _LOGIN_CODES:
        raise Ended("paused", code, text)
    if code in own_codes:
        raise Ended("refused", code, text)
    if 500 <= code < 600:
        raise Ended(refused, code, text)
    if 400 <= code < 500:
        raise Ended("deferred", code, text)
    raise Ended("deferred", None, f"{step}: not a reply of SMTP: {code} {said(reply)}")


def said(reply: bytes) -> str:
    """A server's words, in one line that can be shown and stored."""
    words = " ".join(reply.decode("utf-8", "replace").split())
    return "".join(each if each.isprintable() else "\ufffd" for each in words)[:300]


def code_and_text(error: smtplib.SMTPResponseException) -> tuple[int, str]:
    """The reply in an exception of smtplib."""
    return error.smtp_code, said(_words(error))


def _words(error: smtplib.SMTPResponseException) -> bytes:
    words = error.smtp_error
    return words if isinstance(words, bytes) else words.encode()


def _check_size(limit: str, size: int) -> None:
    most = int(limit) if limit.isascii() and limit.isdigit() else 0
    if 0 < most < size:
        raise Ended("refused", 552, f"the message has {size:,} bytes, the server takes {most:,}")


def _send_text(connection: PunctualSmtp, raw: bytes, patience: float) -> Receipt:
    text = _LEADING_DOT.sub(b"..", raw)
    if not text.endswith(b"\r\n"):
        text += b"\r\n"
    try:
        connection.send(text)
    except (smtplib.SMTPException, OSError) as error:
        connection.close()
        raise Ended("deferred", None, f"the connection broke in the text: {error}") from error
    usual = connection.sock.gettimeout() if connection.sock is not None else None
    connection.until = None  # this reply has a patience of its own
    try:
        if connection.sock is not None:
            connection.sock.settimeout(patience)
        connection.send(b".\r\n")
        code, reply = connection.getreply()
        if connection.sock is not None:
            connection.sock.settimeout(usual)
    except ReplyCutShort as cut:
        if cut.code is None:
            return Receipt(outcome="unknown", detail=f"the final dot: {cut}")
        # the wire broke in the server's words, which do not matter
        code, reply = cut.code, str(cut).encode()
    except (smtplib.SMTPException, OSError) as error:
        return Receipt(outcome="unknown", detail=f"no reply to the final dot: {error}")
    if 200 <= code < 300:
        return Receipt(outcome="delivered", code=code, detail=said(reply))
    if 500 <= code < 600:
        return Receipt(outcome="refused", code=code, detail=f"the text: {said(reply)}")
    if 400 <= code < 500:
        return Receipt(outcome="deferred", code=code, detail=f"the text: {said(reply)}")
    return Receipt(outcome="unknown", detail=f"not a reply of SMTP: {code} {said(reply)}")

"""Sends mail by SMTP (RFC 5321), one message and one recipient at a time.

Passwords are sent over verified TLS only. A refusal of the login or the sender is a fault of the
configuration and pauses the channel; one of the recipient or the content concerns the message only.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, replace

from alerts.channels.smtp_timeouts import SmtpWithTimeouts, SmtpWithTimeoutsOverTls
from alerts.channels.smtp_transaction import (
    AttemptEnded,
    Outcome,
    check,
    code_and_text,
    run_transaction,
)
from alerts.messages.mail_address import mailbox
from config.model import SmtpServer
from storage.model import OutboxMessage, Receipt

MAX_PER_CONNECTION = 100
_MECHANISMS = frozenset(("CRAM-MD5", "PLAIN", "LOGIN"))  # those that smtplib knows


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpTimeouts:
    """Timeouts in seconds. After the final dot servers may take minutes (RFC 5321, 4.5.3.2).

    `transaction` limits all replies before the final dot together: a server that answers each
    command late must not hold a message for longer than its lease.
    """

    connect: float = 30
    command: float = 60
    transaction: float = 600
    final: float = 300
    goodbye: float = 5


class SmtpChannel:
    """Sends through one server, and keeps the connection for up to `MAX_PER_CONNECTION` messages.

    Args:
        server: host, port, security and login.
        sender: the address in MAIL FROM, with or without a name.
        context: verifies certificates; the system's authorities by default.
        timeouts: the limits in seconds.
    """

    name = "email"

    def __init__(
        self,
        server: SmtpServer,
        sender: str,
        *,
        context: ssl.SSLContext | None = None,
        timeouts: SmtpTimeouts | None = None,
    ) -> None:
        self._server = server
        self._sender = mailbox(sender).addr_spec
        self._context = context or ssl.create_default_context()
        self._timeouts = timeouts or SmtpTimeouts()
        self._connection: SmtpWithTimeouts | None = None
        self._used = 0

    def send(self, message: OutboxMessage) -> Receipt:
        """Try once to deliver `message`; a connection that died while idle is replaced first."""
        until = time.monotonic() + self._timeouts.transaction
        try:
            connection = self._reuse_connection(until) or self._connect(until)
        except AttemptEnded as ended:
            # a failure before MAIL FROM concerns all messages
            return replace(ended.receipt, for_all=True)
        try:
            receipt = run_transaction(
                connection,
                sender=self._sender,
                recipient=message.notification.recipient,
                raw=message.notification.raw,
                final_timeout=self._timeouts.final,
            )
        except AttemptEnded as ended:
            receipt = ended.receipt
        self._used += 1
        if receipt.outcome in ("unknown", "paused") or receipt.code in (None, 421):
            self._drop_connection()
        return receipt

    def close(self) -> None:
        """Send QUIT and close the connection; errors are ignored."""
        if self._connection is not None:
            self._connection.until = None
            with suppress(smtplib.SMTPException, OSError):
                if self._connection.sock is not None:
                    self._connection.sock.settimeout(self._timeouts.goodbye)
                self._connection.quit()
        self._drop_connection()

    def _reuse_connection(self, until: float) -> SmtpWithTimeouts | None:
        if self._connection is None:
            return None
        self._connection.until = until
        if self._used >= MAX_PER_CONNECTION:
            self.close()
            return None
        try:
            code, _ = self._connection.rset()
        except (smtplib.SMTPException, OSError):
            code = -1
        if code != 250:
            self._drop_connection()
        return self._connection

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._used = 0

    def _connect(self, until: float) -> SmtpWithTimeouts:
        connection = self._open_connection()
        connection.until = until
        try:
            self._start_session(connection)
            self._log_in(connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        self._used = 0
        return connection

    def _open_connection(self) -> SmtpWithTimeouts:
        where, timeouts = self._server, self._timeouts
        name = f"{where.host}:{where.port}"
        try:
            connection: SmtpWithTimeouts
            if where.security == "tls":
                connection = SmtpWithTimeoutsOverTls(
                    where.host,
                    where.port,
                    local_hostname="localhost",
                    timeout=timeouts.connect,
                    context=self._context,
                )
            else:
                connection = SmtpWithTimeouts(
                    where.host, where.port, local_hostname="localhost", timeout=timeouts.connect
                )
        except smtplib.SMTPConnectError as error:
            code, text = code_and_text(error)
            raise AttemptEnded(
                "paused" if 500 <= code < 600 else "deferred",
                code if 400 <= code < 600 else None,
                f"{name} refuses the connection: {text}",
            ) from error
        except ssl.SSLCertVerificationError as error:
            raise AttemptEnded(
                "paused", None, f"the certificate of {name} is not valid: {error.verify_message}"
            ) from error
        except socket.gaierror as error:
            # an unknown name is a fault of the settings; a failed lookup is temporary
            wrong = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None))
            raise AttemptEnded(
                "paused" if wrong else "deferred",
                None,
                f"{where.host} has no address: {error.strerror}",
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            if isinstance(error, ssl.SSLError) and error.reason == "WRONG_VERSION_NUMBER":
                fix = 'set security = "starttls" in [mail] or another port'
                raise AttemptEnded("paused", None, f"{name} does not speak TLS; {fix}") from error
            raise AttemptEnded("deferred", None, f"{name} cannot be reached: {error}") from error
        if connection.sock is not None:
            connection.sock.settimeout(timeouts.command)
            # text and final dot are two writes: with Nagle's algorithm the dot waits 40 ms for the
            # acknowledgement of the text (measured: 16 messages a second instead of 100)
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.local_hostname = _ehlo_name(connection.sock)
        return connection

    def _start_session(self, connection: smtplib.SMTP) -> None:
        check(lambda: connection.ehlo(), step="EHLO", refused="paused")
        if self._server.security != "starttls":
            return
        if not connection.has_extn("starttls"):
            raise AttemptEnded(
                "paused",
                None,
                f"{self._server.host} offers no STARTTLS; nothing is sent in clear. "
                f'Set security = "tls" or "none" in [mail] if that is right',
            )
        try:
            check(
                lambda: connection.starttls(context=self._context),
                step="STARTTLS",
                refused="paused",
            )
        except ssl.SSLCertVerificationError as error:
            raise AttemptEnded(
                "paused",
                None,
                f"the certificate of {self._server.host} is not valid: {error.verify_message}",
            ) from error
        check(lambda: connection.ehlo(), step="EHLO", refused="paused")

    def _log_in(self, connection: smtplib.SMTP) -> None:
        username, password = self._server.username, self._server.password
        if username is None or password is None:
            return
        if self._server.security == "none":
            raise AttemptEnded(
                "paused",
                None,
                'a password is set but security = "none": it is not sent in clear. '
                'Set security = "starttls" or "tls", or remove the password',
            )
        if not connection.has_extn("auth"):
            raise AttemptEnded(
                "paused", None, f"{self._server.host} offers no login; remove the password"
            )
        offered = connection.esmtp_features["auth"].upper().split()
        connection.esmtp_features["auth"] = " ".join(offered)  # smtplib compares capitals only
        if not _MECHANISMS.intersection(offered):
            raise AttemptEnded(
                "paused",
                None,
                f"{self._server.host} takes no password (it offers {' '.join(offered)}); "
                f"use a server or a setting of it that has one of {', '.join(sorted(_MECHANISMS))}",
            )
        try:
            connection.login(username, password)
        except smtplib.SMTPAuthenticationError as error:
            code, text = code_and_text(error)
            outcome: Outcome = "deferred" if 400 <= code < 500 else "paused"
            raise AttemptEnded(outcome, code, f"the login was refused: {text}") from error
        except UnicodeEncodeError as error:
            raise AttemptEnded(
                "paused",
                None,
                "the user name or the password has letters outside ASCII, which cannot be sent: "
                "choose another one",
            ) from error
        except (smtplib.SMTPException, OSError, ValueError) as error:
            # a challenge that is not base64 is a ValueError
            raise AttemptEnded("deferred", None, f"the login broke off: {error}") from error


def _ehlo_name(sock: socket.socket) -> str:
    # without a full host name: an address literal (RFC 5321, 4.1.3), as lookups of names may hang
    name = socket.gethostname()
    if "." in name:
        return name
    address = str(sock.getsockname()[0])
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"

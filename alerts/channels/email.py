"""Mail by SMTP (RFC 5321), one message and one recipient at a time.

Passwords go over verified TLS only. The reply to each step is told apart: a refusal of the login
or the sender is a fault of configuration, one of the recipient or the content is the message's own.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, replace

from alerts.channels.dialogue import Ended, Outcome, check, code_and_text, converse
from alerts.channels.punctual import PunctualSmtp, PunctualSmtpOverTls
from alerts.messages.mime import mailbox
from config.model import SmtpServer
from storage.model import OutboxMessage, Receipt

MAX_PER_CONNECTION = 100
_LOGINS = frozenset(("CRAM-MD5", "PLAIN", "LOGIN"))  # ways to log in that smtplib knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds to wait. After the final dot servers may take minutes (RFC 5321, 4.5.3.2).

    `dialogue` is for all replies before it together: a server that answers each command in the
    last moment must not hold a message for longer than its lease.
    """

    connect: float = 30
    command: float = 60
    dialogue: float = 600
    final: float = 300
    goodbye: float = 5


class SmtpChannel:
    """Sends through one server, over one connection as long as it lasts.

    Args:
        server: where and how.
        sender: the address that messages come from, with or without a name.
        context: verifies certificates; the system's authorities unless given.
        patience: how long to wait.
    """

    name = "email"

    def __init__(
        self,
        server: SmtpServer,
        sender: str,
        *,
        context: ssl.SSLContext | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._server = server
        self._sender = mailbox(sender).addr_spec
        self._context = context or ssl.create_default_context()
        self._patience = patience or Patience()
        self._connection: PunctualSmtp | None = None
        self._used = 0

    def send(self, message: OutboxMessage) -> Receipt:
        """Try once; a connection that died while it was idle is replaced first."""
        until = time.monotonic() + self._patience.dialogue
        try:
            connection = self._alive(until) or self._connect(until)
        except Ended as ended:
            # whatever is said before a message is named holds for each of them
            return replace(ended.receipt, for_all=True)
        try:
            receipt = converse(
                connection,
                sender=self._sender,
                recipient=message.notification.recipient,
                raw=message.notification.raw,
                final_patience=self._patience.final,
            )
        except Ended as ended:
            receipt = ended.receipt
        self._used += 1
        if receipt.outcome in ("unknown", "paused") or receipt.code in (None, 421):
            self._drop()
        return receipt

    def rest(self) -> None:
        """Say goodbye; what the server answers does not matter any more."""
        if self._connection is not None:
            self._connection.until = None
            with suppress(smtplib.SMTPException, OSError):
                if self._connection.sock is not None:
                    self._connection.sock.settimeout(self._patience.goodbye)
                self._connection.quit()
        self._drop()

    def _alive(self, until: float) -> PunctualSmtp | None:
        if self._connection is None:
            return None
        self._connection.until = until
        if self._used >= MAX_PER_CONNECTION:
            self.rest()
            return None
        try:
            code, _ = self._connection.rset()
        except (smtplib.SMTPException, OSError):
            code = -1
        if code != 250:
            self._drop()
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._used = 0

    def _connect(self, until: float) -> PunctualSmtp:
        connection = self._open()
        connection.until = until
        try:
            self._greet(connection)
            self._login(connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        self._used = 0
        return connection

    def _open(self) -> PunctualSmtp:
        where, patience = self._server, self._patience
        name = f"{where.host}:{where.port}"
        try:
            connection: PunctualSmtp
            if where.security == "tls":
                connection = PunctualSmtpOverTls(
                    where.host,
                    where.port,
                    local_hostname="localhost",
                    timeout=patience.connect,
                    context=self._context,
                )
            else:
                connection = PunctualSmtp(
                    where.host, where.port, local_hostname="localhost", timeout=patience.connect
                )
        except smtplib.SMTPConnectError as error:
            code, text = code_and_text(error)
            raise Ended(
                "paused" if 500 <= code < 600 else "deferred",
                code if 400 <= code < 600 else None,
                f"{name} turns us away: {text}",
            ) from error
        except ssl.SSLCertVerificationError as error:
            raise Ended(
                "paused", None, f"the certificate of {name} is not valid: {error.verify_message}"
            ) from error
        except socket.gaierror as error:
            # a name that does not exist is a slip in the settings; one that cannot be asked is not
            wrong = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None))
            raise Ended(
                "paused" if wrong else "deferred",
                None,
                f"{where.host} has no address: {error.strerror}",
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            if isinstance(error, ssl.SSLError) and error.reason == "WRONG_VERSION_NUMBER":
                mend = 'set security = "starttls" in [mail] or another port'
                raise Ended("paused", None, f"{name} does not speak TLS; {mend}") from error
            raise Ended("deferred", None, f"{name} cannot be reached: {error}") from error
        if connection.sock is not None:
            connection.sock.settimeout(patience.command)
            # text and final dot are two writes: with Nagle's algorithm the dot waits 40 ms for the
            # acknowledgement of the text (measured: 16 messages a second instead of 100)
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.local_hostname = _own_name(connection.sock)
        return connection

    def _greet(self, connection: smtplib.SMTP) -> None:
        check(lambda: connection.ehlo(), step="EHLO", refused="paused")
        if self._server.security != "starttls":
            return
        if not connection.has_extn("starttls"):
            raise Ended(
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
            raise Ended(
                "paused",
                None,
                f"the certificate of {self._server.host} is not valid: {error.verify_message}",
            ) from error
        check(lambda: connection.ehlo(), step="EHLO", refused="paused")

    def _login(self, connection: smtplib.SMTP) -> None:
        username, password = self._server.username, self._server.password
        if username is None or password is None:
            return
        if self._server.security == "none":
            raise Ended(
                "paused",
                None,
                'a password is set but security = "none": it is not sent in clear. '
                'Set security = "starttls" or "tls", or remove the password',
            )
        if not connection.has_extn("auth"):
            raise Ended("paused", None, f"{self._server.host} offers no login; remove the password")
        offered = connection.esmtp_features["auth"].upper().split()
        connection.esmtp_features["auth"] = " ".join(offered)  # smtplib looks for capitals alone
        if not _LOGINS.intersection(offered):
            raise Ended(
                "paused",
                None,
                f"{self._server.host} takes no password (it offers {' '.join(offered)}); "
                f"use a server or a setting of it that has one of {', '.join(sorted(_LOGINS))}",
            )
        try:
            connection.login(username, password)
        except smtplib.SMTPAuthenticationError as error:
            code, text = code_and_text(error)
            outcome: Outcome = "deferred" if 400 <= code < 500 else "paused"
            raise Ended(outcome, code, f"the login was refused: {text}") from error
        except UnicodeEncodeError as error:
            raise Ended(
                "paused",
                None,
                "the user name or the password has letters outside ASCII, which cannot be sent: "
                "choose another one",
            ) from error
        except (smtplib.SMTPException, OSError, ValueError) as error:
            # a challenge that is not base64 is a ValueError
            raise Ended("deferred", None, f"the login broke off: {error}") from error


def _own_name(sock: socket.socket) -> str:
    # an address literal (RFC 5321, 4.1.3) needs no name lookup, which may hang without a resolver
    name = socket.gethostname()
    if "." in name:
        return name
    address = str(sock.getsockname()[0])
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"

"""Mail servers on loopback: one that does what a script says at each step, and a well-behaved one.

`ScriptedServer` speaks SMTP over raw sockets, so that it can drop, hang or reset at any point.
`mail_server` is aiosmtpd.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True)
class Drop:
    """Close the connection instead of answering."""


@dataclass(frozen=True)
class Hang:
    """Never answer, keep the connection open."""


@dataclass(frozen=True)
class AnswerThenReset:
    """Answer, then reset the connection (RST)."""

    reply: str


@dataclass(frozen=True)
class Reset:
    """Reset the connection (RST) instead of answering."""


@dataclass(frozen=True)
class Half:
    """Say a part of a reply, without its line end, and then close or hang."""

    words: str
    then: Drop | Hang = Drop()


@dataclass(frozen=True)
class Drip:
    """Say this again and again, now and then, without end."""

    words: str
    every: float = 0.02  # seconds


Action = str | Drop | Hang | AnswerThenReset | Reset | Half | Drip

USUAL: dict[str, str] = {
    "connect": "220 scripted.example ready",
    "ehlo": "250-scripted.example\r\n250 8BITMIME",
    "helo": "250 scripted.example",
    "starttls": "220 go ahead",
    "auth": "235 welcome",
    "mail": "250 sender ok",
    "rcpt": "250 recipient ok",
    "data": "354 go ahead",
    "text": "250 queued",
    "rset": "250 forgotten",
    "noop": "250 ok",
    "quit": "221 bye",
}


class ScriptedServer:
    """Answers each step as `script` says; a list is gone through, its last action repeated.

    Steps: connect, ehlo, starttls, auth, mail, rcpt, data, text (after the final dot), rset, quit.
    What `reached` names for a step is called before the step is answered; `tls` is what begins
    when STARTTLS is answered with 220.
    """

    def __init__(
        self,
        script: Mapping[str, Action | Sequence[Action]] | None = None,
        *,
        reached: Mapping[str, Callable[[], None]] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._tls = tls
        self.script = dict(script or {})
        self._reached = dict(reached or {})
        self.commands: list[str] = []
        self.received: list[bytes] = []  # every text that came with its final dot
        self.connections = 0
        self._turns: dict[str, int] = {}
        self._closing = threading.Event()
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)

    def close(self) -> None:
        """End every connection and thread."""
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for one in self._sockets:
            one.close()

    def __enter__(self) -> ScriptedServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self, target: Any, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._sockets.append(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), _shut_down(connection):
            if self._act(connection, "connect"):
                self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            while line := stream.readline():
                verb = line.split()[0].decode("ascii", "replace").lower() if line.split() else ""
                self.commands.append(line.decode("ascii", "replace").strip())
                if not self._act(connection, verb) or verb == "quit":
                    return
                if verb == "starttls" and self._last.startswith("220") and self._tls:
                    secured = self._tls.wrap_socket(connection, server_side=True)
                    self._sockets.append(secured)
                    with _shut_down(secured):
                        self._converse(secured)
                    return
                if verb == "data" and self._last.startswith("354"):
                    text = self._text(stream)
                    if text is None:
                        return
                    self.received.append(text)
                    if not self._act(connection, "text"):
                        return

    def _text(self, stream: Any) -> bytes | None:
        lines: list[bytes] = []
        while line := stream.readline():
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)
        return None

    def _act(self, connection: socket.socket, step: str) -> bool:
        if step in self._reached:
            self._reached[step]()
        action = self._next(step)
        if isinstance(action, Half):
            connection.sendall(action.words.encode())
            action = action.then
        if isinstance(action, Drop):
            return False
        if isinstance(action, Hang):
            with contextlib.suppress(OSError):
                while connection.recv(4096):
                    pass
            return False
        if isinstance(action, Drip):
            while not self._closing.wait(action.every):
                connection.sendall(action.words.encode())
            return False
        if isinstance(action, AnswerThenReset | Reset):
            if isinstance(action, AnswerThenReset):
                connection.sendall(action.reply.encode() + b"\r\n")
            # what was sent is read by the client before the reset that follows it
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            connection.close()
            return False
        self._last = action
        connection.sendall(action.encode() + b"\r\n")
        return not action.startswith("421")

    def _next(self, step: str) -> Action:
        scripted = self.script.get(step, USUAL.get(step, "500 what?"))
        if isinstance(scripted, Action):
            return scripted
        turn = self._turns.get(step, 0)
        self._turns[step] = turn + 1
        return scripted[min(turn, len(scripted) - 1)]


@contextlib.contextmanager
def _shut_down(connection: socket.socket) -> Iterator[None]:
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


@dataclass
class Inbox:
    """What a well-behaved server took, and with which answers it was told to refuse."""

    received: list[tuple[str, EmailMessage]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)  # recipient -> reply

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.original_content, bytes)
        message = message_from_bytes(envelope.original_content, policy=default)
        assert isinstance(message, EmailMessage)
        self.raw.append(envelope.original_content)
        self.received += [(recipient, message) for recipient in envelope.rcpt_tos]
        return "250 OK"


@dataclass(frozen=True)
class MailServer:
    """Where a well-behaved server listens and what it has received."""

    host: str
    port: int
    inbox: Inbox


class _OwnPort(Controller):
    def _trigger_server(self) -> None:
        # the port was 0 until now; the parent class would connect to that
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextlib.contextmanager
def mail_server(
    *,
    tls: ssl.SSLContext | None = None,
    starttls: bool = False,
    login: tuple[str, str] | None = None,
    size_limit: int = 33_554_432,
) -> Iterator[MailServer]:
    """A well-behaved server.

    Args:
        tls: the server's certificate; None for one that speaks in clear only.
        starttls: whether TLS begins by STARTTLS and not at once.
        login: the only name and password that are accepted.
        size_limit: the SIZE that EHLO announces.
    """
    inbox = Inbox()

    def authenticate(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        given = (data.login.decode(), data.password.decode())
        inbox.logins.append(given[0])
        return AuthResult(success=given == login, handled=False)

    options: dict[str, Any] = {"data_size_limit": size_limit, "enable_SMTPUTF8": False}
    if starttls:
        options["tls_context"] = tls
    if login:
        options["authenticator"] = authenticate
        options["auth_require_tls"] = starttls
    controller = _OwnPort(
        inbox,
        hostname="127.0.0.1",
        port=0,
        ssl_context=tls if tls and not starttls else None,
        **options,
    )
    controller.start()
    try:
        yield MailServer("127.0.0.1", controller.port, inbox)
    finally:
        controller.stop()

"""SMTP: every reply and every break, at every step, over real sockets."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest

from alerts.channels.base import ends_the_pass
from alerts.channels.email import SmtpChannel, SmtpTimeouts
from alerts.messages.render import Rendered
from config.model import SmtpServer
from storage.model import Receipt
from tests.support.outgoing import a_message, a_notification, assert_mail_is_clean
from tests.support.servers.certificates import server_context
from tests.support.servers.mailserver import (
    Action,
    AnswerThenReset,
    Drop,
    Hang,
    ScriptedServer,
    mail_server,
)

pytestmark = pytest.mark.slow  # each starts a server

IMPATIENT = SmtpTimeouts(connect=0.4, command=0.4, final=0.4, goodbye=0.4)
SENDER = "Media watch <watch@trust.example>"


def channel(
    port: int,
    *,
    security: str = "none",
    login: tuple[str, str] | None = None,
    context: ssl.SSLContext | None = None,
) -> SmtpChannel:
    server = SmtpServer(
        host="127.0.0.1",
        port=port,
        security=security,  # type: ignore[arg-type]
        username=login[0] if login else None,
        password=login[1] if login else None,
    )
    return SmtpChannel(server, SENDER, context=context, timeouts=IMPATIENT)


def sent_to(script: dict[str, Action | list[Action]], **how: object) -> tuple[Receipt, int]:
    """The receipt of one attempt, and how many texts the server took with their final dot."""
    with ScriptedServer(script) as server:
        smtp = channel(server.port, **how)  # type: ignore[arg-type]
        receipt = smtp.send(a_message())
        smtp.close()
        return receipt, len(server.received)


@pytest.fixture(scope="module")
def contexts(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return server_context(Path(tmp_path_factory.mktemp("tls")))


def test_a_message_arrives_as_it_was_built_with_its_dots() -> None:
    notification = a_notification()
    with mail_server() as server:
        smtp = channel(server.port)
        receipt = smtp.send(a_message(notification))
        smtp.close()

    assert receipt.outcome == "delivered"
    assert receipt.code == 250
    assert server.inbox.raw == [notification.raw]
    assert b"\r\n.\r\n" in notification.raw  # a line that has to be stuffed did come along
    assert [to for to, _ in server.inbox.received] == ["comms@trust.example"]
    assert_mail_is_clean(server.inbox.raw[0])


REPLIES = [
    ("connect", "421 too busy", "deferred", 421),
    ("connect", "554 no service", "paused", 554),
    ("ehlo", "421 closing", "deferred", 421),
    ("mail", "421 closing", "deferred", 421),
    ("mail", "450 greylisted", "deferred", 450),
    ("mail", "452 disk full", "deferred", 452),
    ("mail", "530 login required", "paused", 530),
    ("mail", "535 who are you", "paused", 535),
    ("mail", "550 sender unknown", "paused", 550),
    ("mail", "553 sender not allowed", "paused", 553),
    ("mail", "552 too big", "refused", 552),
    ("rcpt", "421 closing", "deferred", 421),
    ("rcpt", "450 mailbox busy", "deferred", 450),
    ("rcpt", "451 greylisted", "deferred", 451),
    ("rcpt", "550 no such user", "refused", 550),
    ("rcpt", "554 relay denied", "refused", 554),
    ("rcpt", "530 login required", "paused", 530),
    ("data", "451 later", "deferred", 451),
    ("data", "554 no", "refused", 554),
    ("text", "421 closing", "deferred", 421),
    ("text", "452 disk full", "deferred", 452),
    ("text", "451 scanner down", "deferred", 451),
    ("text", "550 spam", "refused", 550),
    ("text", "552 too big", "refused", 552),
    ("text", "554 rejected", "refused", 554),
]


@pytest.mark.parametrize(
    ("step", "reply", "outcome", "code"),
    REPLIES,
    ids=[f"{step}-{reply[:3]}" for step, reply, _, _ in REPLIES],
)
def test_each_reply_is_told_apart(step: str, reply: str, outcome: str, code: int) -> None:
    receipt, _ = sent_to({step: reply})

    assert (receipt.outcome, receipt.code) == (outcome, code)
    assert reply[4:] in receipt.detail


@pytest.mark.parametrize("action", [Drop(), Hang()], ids=["drop", "hang"])
@pytest.mark.parametrize("step", ["connect", "ehlo", "mail", "rcpt", "data"])
def test_a_break_before_the_text_is_certain_not_to_have_delivered(
    step: str, action: Action
) -> None:
    receipt, taken = sent_to({step: action})

    assert (receipt.outcome, receipt.code, taken) == ("deferred", None, 0)
    assert ends_the_pass(receipt)


@pytest.mark.parametrize("action", [Drop(), Hang()], ids=["drop", "hang"])
def test_a_break_after_the_final_dot_is_unknown(action: Action) -> None:
    receipt, taken = sent_to({"text": action})

    assert (receipt.outcome, receipt.code) == ("unknown", None)
    assert taken == 1
    assert not ends_the_pass(receipt)


@pytest.mark.slow
def test_a_break_in_the_middle_of_the_text_is_certain_not_to_have_delivered() -> None:
    long = Rendered(subject="Long", text="x" * 70 + "\n", html=("y" * 70 + "\n") * 150_000)
    with ScriptedServer({"data": AnswerThenReset("354 go ahead")}) as server:
        smtp = channel(server.port)
        receipt = smtp.send(a_message(a_notification(long)))

        assert (receipt.outcome, receipt.code) == ("deferred", None)
        assert server.received == []


def test_a_reset_after_the_250_is_delivered() -> None:
    receipt, taken = sent_to({"text": AnswerThenReset("250 queued as 1")})

    assert (receipt.outcome, taken) == ("delivered", 1)


@pytest.mark.parametrize(
    "action", [Drop(), Hang(), "500 never", AnswerThenReset("221 bye")], ids=str
)
def test_what_is_answered_to_quit_does_not_matter(action: Action) -> None:
    receipt, _ = sent_to({"quit": action})

    assert receipt.outcome == "delivered"


@pytest.mark.parametrize("action", ["HTTP/1.1 400 Bad Request", "hello"], ids=["http", "prose"])
def test_what_does_not_speak_smtp_is_no_refusal(action: str) -> None:
    receipt, _ = sent_to({"connect": action})

    assert receipt.outcome == "deferred"


def test_prose_after_the_final_dot_is_unknown() -> None:
    receipt, _ = sent_to({"text": "thanks"})

    assert receipt.outcome == "unknown"


def test_a_closed_port_is_deferred_and_ends_the_pass() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    receipt = channel(port).send(a_message())

    assert (receipt.outcome, receipt.code) == ("deferred", None)
    assert ends_the_pass(receipt)


def test_a_server_name_that_does_not_exist_pauses() -> None:
    server = SmtpServer(host="mail.invalid", port=25, security="none", username=None, password=None)
    receipt = SmtpChannel(server, SENDER, timeouts=IMPATIENT).send(a_message())

    # without any resolver even "does not exist" cannot be learned
    assert receipt.outcome in {"paused", "deferred"}
    assert "mail.invalid" in receipt.detail


def test_several_messages_go_over_one_connection() -> None:
    with ScriptedServer() as server:
        smtp = channel(server.port)
        receipts = [smtp.send(a_message()) for _ in range(3)]
        smtp.close()

        assert [r.outcome for r in receipts] == ["delivered"] * 3
        assert server.connections == 1
        assert server.commands.count("QUIT") + server.commands.count("quit") == 1


def test_a_refused_recipient_does_not_spoil_the_connection_for_the_next() -> None:
    with ScriptedServer({"rcpt": ["550 unknown", "250 ok"]}) as server:
        smtp = channel(server.port)
        outcomes = [smtp.send(a_message()).outcome for _ in range(2)]
        smtp.close()

        assert outcomes == ["refused", "delivered"]
        assert server.connections == 1


def test_a_connection_that_died_while_idle_is_replaced() -> None:
    with ScriptedServer({"rset": Drop()}) as server:
        smtp = channel(server.port)
        outcomes = [smtp.send(a_message()).outcome for _ in range(2)]
        smtp.close()

        assert outcomes == ["delivered", "delivered"]
        assert server.connections == 2


def test_a_message_over_the_announced_size_is_refused_before_it_is_sent() -> None:
    receipt, taken = sent_to({"ehlo": "250-x\r\n250 SIZE 200"})

    assert (receipt.outcome, receipt.code, taken) == ("refused", 552, 0)
    assert "200" in receipt.detail


def test_the_size_is_declared_where_the_server_asks() -> None:
    with ScriptedServer({"ehlo": "250-x\r\n250 SIZE 1000000"}) as server:
        smtp = channel(server.port)
        assert smtp.send(a_message()).outcome == "delivered"
        smtp.close()
        size = len(a_notification().raw)
        assert any(f"size={size}" in each.lower() for each in server.commands)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_login_over_verified_tls(
    security: str, contexts: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    ours, theirs = contexts
    starttls = security == "starttls"
    with mail_server(tls=ours, starttls=starttls, login=("watch", "s3cret")) as server:
        smtp = channel(server.port, security=security, login=("watch", "s3cret"), context=theirs)
        receipt = smtp.send(a_message())
        smtp.close()

    assert receipt.outcome == "delivered"
    assert server.inbox.logins == ["watch"]


def test_a_wrong_password_pauses(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    ours, theirs = contexts
    with mail_server(tls=ours, starttls=True, login=("watch", "s3cret")) as server:
        smtp = channel(server.port, security="starttls", login=("watch", "wrong"), context=theirs)
        receipt = smtp.send(a_message())
        smtp.close()

    assert (receipt.outcome, receipt.code) == ("paused", 535)
    assert "wrong" not in receipt.detail
    assert server.inbox.received == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_pauses(
    security: str, contexts: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    ours, _ = contexts
    with mail_server(tls=ours, starttls=security == "starttls", login=("u", "p")) as server:
        smtp = channel(server.port, security=security, login=("u", "p"))
        receipt = smtp.send(a_message())
        smtp.close()

    assert (receipt.outcome, receipt.code) == ("paused", None)
    assert "certificate" in receipt.detail
    assert server.inbox.logins == []


def test_stripped_starttls_sends_nothing_in_clear() -> None:
    with ScriptedServer() as server:
        smtp = channel(server.port, security="starttls", login=("watch", "s3cret"))
        receipt = smtp.send(a_message())
        smtp.close()

        assert receipt.outcome == "paused"
        assert "STARTTLS" in receipt.detail
        assert not [c for c in server.commands if c.lower().startswith(("auth", "mail"))]


def test_a_password_never_goes_over_a_connection_in_clear() -> None:
    with ScriptedServer({"ehlo": "250-x\r\n250 AUTH PLAIN LOGIN"}) as server:
        smtp = channel(server.port, security="none", login=("watch", "s3cret"))
        receipt = smtp.send(a_message())
        smtp.close()

        assert receipt.outcome == "paused"
        assert not [c for c in server.commands if c.lower().startswith("auth")]


def test_a_port_without_tls_says_so() -> None:
    receipt, _ = sent_to({}, security="tls")

    assert receipt.outcome == "paused"
    assert "TLS" in receipt.detail

"""Logins, half replies, resets, slow servers at each point of the SMTP transaction; lasting faults.

The messages lie in a real outbox and go over real sockets, on a clock of our own.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.channels.base import Channel
from alerts.channels.email import SmtpChannel, SmtpTimeouts
from alerts.dispatch.delivery import GIVE_UP_AFTER, LEASE, MAX_RESENDS, deliver_due
from alerts.time_limit import TimeLimit, run_within
from config.model import SmtpServer
from storage.model import OutboxMessage
from storage.store import Store
from tests.support.clock import Clock
from tests.support.outgoing import a_message, a_notification, parsed
from tests.support.servers.certificates import server_context
from tests.support.servers.mailserver import (
    USUAL,
    Action,
    Drip,
    Drop,
    Half,
    Hang,
    Reset,
    ScriptedServer,
)

QUICK = SmtpTimeouts(connect=0.3, command=0.15, final=0.15, goodbye=0.15)
HOURS = timedelta(hours=5)
OFFERS = "250-scripted.example\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN"
CODES = (421, 450, 451, 452, 454, 530, 535, 550, 552, 554)
WIRES: dict[str, Action] = {
    "drop": Drop(),
    "reset": Reset(),
    "hang": Hang(),
    "garbage": "HTTP/1.1 400 Bad Request",
    "half and drop": Half("2"),
    "half and hang": Half("25", Hang()),
    "half a line of a long reply": Half("250-scr"),
    "dripping without end": Drip("x"),
    "lines without end": Drip("250-more\r\n"),
}
STEPS = ("connect", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "text", "rset", "quit")


@pytest.fixture(scope="module")
def contexts(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return server_context(Path(tmp_path_factory.mktemp("tls")))


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 24, 7, 0, tzinfo=UTC))


class Office:
    """Two messages for a server that asks for TLS and a login."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        contexts: tuple[ssl.SSLContext, ssl.SSLContext],
        script: dict[str, Action | list[Action]],
        *,
        password: str = "s3cret",
    ) -> None:
        self.store, self.clock = store, clock
        # STARTTLS is not offered again within TLS; that it is does no harm here
        self.server = ScriptedServer({"ehlo": OFFERS, **script}, tls=contexts[0])
        server = SmtpServer(
            host="127.0.0.1",
            port=self.server.port,
            security="starttls",
            username="watch",
            password=password,
        )
        sender = "Media watch <watch@trust.example>"
        self.channel = SmtpChannel(server, sender, context=contexts[1], timeouts=QUICK)
        with store.transaction() as unit:
            for key in ("a", "b"):
                unit.outbox.enqueue(a_notification(key=key), clock())

    def __enter__(self) -> Office:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.close()

    def deliver(self) -> int:
        channels: dict[str, Channel] = {"email": self.channel}
        return deliver_due(self.store, channels, now=self.clock, owner="office")

    def settle(self) -> None:
        """Let time pass until nothing waits any more, or all has stood still for a day."""
        still = 0
        for _ in range(40):
            self.deliver()
            with self.store.reading() as unit:
                still = still + 1 if unit.outbox.paused() else 0
            if still > 5 or not {m.state for m in self.messages} - {"sent", "dead"}:
                return
            self.clock.advance(HOURS)

    @property
    def messages(self) -> list[OutboxMessage]:
        with self.store.reading() as unit:
            return list(unit.outbox.list())

    @property
    def states(self) -> Counter[str]:
        return Counter(each.state for each in self.messages)

    @property
    def copies(self) -> Counter[str]:
        """Message-ID -> how often its text came; what came again has the same bytes."""
        received = self.server.received
        ids = Counter(str(parsed(raw)["Message-ID"]) for raw in received)
        assert len(set(received)) == len(ids)
        return ids


@pytest.mark.parametrize("fault", WIRES)
@pytest.mark.parametrize("step", STEPS)
def test_a_wire_that_fails_at_a_point_loses_nothing_and_doubles_only_what_is_unknown(
    sqlite_store: Store,
    clock: Clock,
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
    step: str,
    fault: str,
) -> None:
    usual: Action = OFFERS if step == "ehlo" else USUAL[step]
    with Office(sqlite_store, clock, contexts, {step: [WIRES[fault], usual]}) as office:
        # the patience holds for a whole reply: what drips without end would keep it for ever
        run_within(TimeLimit(processor=60.0, elapsed=120.0), office.deliver)
        office.settle()
        copies = office.copies

    assert office.states == {"sent": 2}
    # a code that came is the reply, whatever became of its words
    heard = step == "text" and fault in ("half a line of a long reply", "lines without end")
    assert sorted(copies.values()) == ([1, 2] if step == "text" and not heard else [1, 1])


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("step", ["starttls", "auth"])
def test_each_reply_to_starttls_and_login_is_told_apart(
    sqlite_store: Store,
    clock: Clock,
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
    step: str,
    code: int,
) -> None:
    usual = USUAL[step]
    # two ways to log in are offered, and smtplib tries both
    script: list[Action] = [f"{code} no", f"{code} no", usual] if step == "auth" else [f"{code} no"]
    with Office(sqlite_store, clock, contexts, {step: [*script, usual]}) as office:
        assert office.deliver() == 1, "what is said of the login holds for each message"
        states = office.states
        with sqlite_store.reading() as unit:
            notices = [notice.text for notice in unit.notices.open()]
            paused = unit.outbox.paused()
        attempts = {m.attempts for m in office.messages}
        office.settle()

    assert states == {"retry": 1, "queued": 1}
    temporary = 400 <= code < 500
    assert bool(paused) is not temporary
    assert bool(notices) is not temporary
    assert all("nothing is lost" in text and " no." in text for text in notices)
    assert attempts == ({0, 1} if temporary else {0}), "no message is to blame for the settings"
    assert office.states == {"sent": 2}
    assert set(office.copies.values()) == {1}


@pytest.mark.parametrize(
    ("offers", "challenge", "password", "says"),
    [
        ("XOAUTH2 OAUTHBEARER", "235 welcome", "s3cret", "takes no password"),
        ("PLAIN LOGIN", "235 welcome", "pässword", "letters outside ASCII"),
        ("CRAM-MD5", "334 this is not base64!", "s3cret", None),
    ],
    ids=["no way in common", "a password that cannot be sent", "no challenge"],
)
def test_a_login_that_cannot_be_done_costs_no_message_and_sends_nothing(
    sqlite_store: Store,
    clock: Clock,
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
    offers: str,
    challenge: str,
    password: str,
    says: str | None,
) -> None:
    ehlo = f"250-scripted.example\r\n250-STARTTLS\r\n250 AUTH {offers}"
    script: dict[str, Action | list[Action]] = {"ehlo": ehlo, "auth": challenge}
    with Office(sqlite_store, clock, contexts, script, password=password) as office:
        for _ in range(10):
            assert office.deliver() <= 1
            clock.advance(HOURS)
        assert office.server.received == []
        assert office.states["dead"] == 0
        assert {m.unknown_outcomes for m in office.messages} == {0}
        with sqlite_store.reading() as unit:
            paused = unit.outbox.paused()
    assert bool(paused) is (says is not None)
    if says is not None:
        assert says in paused["email"][0]
        assert password not in paused["email"][0]


FOR_EVER: dict[str, Action] = {
    "temporary": "451 later",
    "permanent": "550 never",
    "login": "535 who are you",
    "drop": Drop(),
}
BLAMED_ON_THE_MESSAGE = {
    *((step, "permanent") for step in ("rcpt", "data", "text")),
    ("text", "login"),
}


@pytest.mark.parametrize("fault", FOR_EVER)
@pytest.mark.parametrize(
    "step", ["connect", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "text"]
)
def test_a_fault_that_never_ends_is_seen_and_what_can_be_saved_waits(
    sqlite_store: Store,
    clock: Clock,
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
    step: str,
    fault: str,
) -> None:
    begin = clock()
    with Office(sqlite_store, clock, contexts, {step: FOR_EVER[fault]}) as office:
        office.settle()
        copies = office.copies
        dead = [m for m in office.messages if m.state == "dead"]
        with sqlite_store.reading() as unit:
            paused = unit.outbox.paused()
            notices = unit.notices.open()
        office.server.script[step] = OFFERS if step == "ehlo" else USUAL[step]
        if (step, fault) in BLAMED_ON_THE_MESSAGE:
            assert [m.attempts for m in dead] == [1, 1]
        elif fault in ("permanent", "login"):
            assert dead == []
            assert paused
            assert len(notices) == 1
            clock.advance(HOURS)
            office.settle()
            assert office.states == {"sent": 2}
            return
        elif (step, fault) == ("text", "drop"):
            assert set(copies.values()) == {1 + MAX_RESENDS}
            assert {m.unknown_outcomes for m in dead} == {1 + MAX_RESENDS}
        else:
            assert clock() - begin >= GIVE_UP_AFTER
        assert len(dead) == 2
        assert all(m.last_error for m in dead)
        # what the operator asks for goes out, and its bytes are the same
        with sqlite_store.transaction() as unit:
            for each in dead:
                assert unit.outbox.resend(each.row_id, clock(), by="ruth")
        office.settle()
        assert office.states == {"sent": 2}
        assert len(office.copies) == 2


def test_a_server_that_answers_each_command_in_the_last_moment_is_left_in_time() -> None:
    waits = threading.Event()
    slow = dict.fromkeys(("connect", "ehlo", "mail", "rcpt", "data"), lambda: waits.wait(0.1))
    patience = replace(QUICK, transaction=0.25)
    with ScriptedServer(reached=slow) as server:  # type: ignore[arg-type]
        where = SmtpServer(
            host="127.0.0.1", port=server.port, security="none", username=None, password=None
        )
        begun = time.monotonic()
        receipt = SmtpChannel(where, "watch@trust.example", timeouts=patience).send(a_message())
        lasted = time.monotonic() - begun
        waits.set()
        assert server.received == []
    assert receipt.outcome == "deferred"
    assert lasted < 1
    usual = SmtpTimeouts()
    # several addresses of one name are tried in turn; the text itself is one more wait
    longest = 3 * usual.connect + usual.transaction + usual.command + usual.final
    assert timedelta(seconds=longest) < LEASE

"""Every fault at every point of the SMTP transaction, from the story to the mailbox.

What must hold: each mention is told once, or its message is visible as dead with the cause; and
only where the connection died after the final dot and before the reply does a message go again,
with the same bytes and the same Message-ID.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from alerts.channels.email import SmtpChannel, SmtpTimeouts
from alerts.dispatch.delivery import deliver_due
from config.model import SmtpServer
from storage.model import OutboxMessage
from storage.store import Store
from tests.support.clock import Clock
from tests.support.desk import Desk, a_subscription
from tests.support.outgoing import assert_mail_is_clean
from tests.support.servers.breaking import BreakingWire
from tests.support.servers.mailserver import USUAL, Action, Drop, Hang, ScriptedServer
from tests.support.sizes import size

QUICK = SmtpTimeouts(connect=2, command=0.15, final=0.15, goodbye=0.15)
CODES = (421, 450, 451, 452, 530, 535, 550, 552, 554)
FAULTS: dict[str, Action] = {
    **{str(code): f"{code} as the script says" for code in CODES},
    "drop": Drop(),
    "hang": Hang(),
    "garbage": "HTTP/1.1 400 Bad Request",
}
STEPS = ("connect", "ehlo", "mail", "rcpt", "data", "text", "rset", "quit")
# the server has said for good that it does not take this message
REFUSED = {
    *((step, code) for step in ("rcpt", "data", "text") for code in ("550", "552", "554")),
    *(("text", code) for code in ("530", "535")),
    ("mail", "552"),
}
# whether the server has it cannot be known
UNKNOWN = {("text", fault) for fault in ("drop", "hang", "garbage")}


class Post:
    """A desk whose mail goes over a real connection."""

    def __init__(self, store: Store, clock: Clock, port: int) -> None:
        self.desk = Desk(store, clock, a_subscription("alerts"))
        server = SmtpServer(
            host="127.0.0.1", port=port, security="none", username=None, password=None
        )
        sender = "Media watch <watch@trust.example>"
        self.channel = SmtpChannel(server, sender, timeouts=QUICK)

    def settle(self) -> None:
        """Let time pass until nothing waits any more."""
        desk = self.desk
        for _ in range(14):
            desk.match()
            desk.tell()
            deliver_due(desk.store, {"email": self.channel}, now=desk.clock, owner="desk")
            if all(each.state in ("sent", "dead") for each in self.messages):
                return
            desk.clock.advance(timedelta(hours=5))
        raise AssertionError([each.state for each in self.messages])

    @property
    def messages(self) -> list[OutboxMessage]:
        with self.desk.store.reading() as unit:
            return list(unit.outbox.list())


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 24, 7, 0, tzinfo=UTC))


def arrived(server: ScriptedServer) -> Counter[str]:
    """Message-ID -> how often it came; copies have the same bytes."""
    for raw in server.received:
        assert_mail_is_clean(raw)
    ids = Counter(assert_mail_is_clean(raw)["Message-ID"] for raw in server.received)
    assert len(set(server.received)) == len(ids), "what goes again is the same, byte for byte"
    return ids


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("step", STEPS)
def test_a_fault_at_a_point_loses_nothing_and_doubles_only_what_is_unknown(
    sqlite_store: Store, clock: Clock, step: str, fault: str
) -> None:
    with ScriptedServer({step: [FAULTS[fault], USUAL[step]]}) as server:
        post = Post(sqlite_store, clock, server.port)
        # two stories, so that a connection is kept and used again
        for name in ("Halcyon wins", "Halcyon loses"):
            post.desk.publish(name)
            post.desk.match()
            post.desk.tell()
        post.settle()
        copies = arrived(server)
    states = Counter(each.state for each in post.messages)
    with sqlite_store.reading() as unit:
        assert unit.tellings.count_pending() == {}, "told, whatever became of the message"
    if (step, fault) in REFUSED:
        assert states == {"sent": 1, "dead": 1}
        # what was refused after its text has come to the server, which did not take it
        assert len(copies) == (2 if step == "text" else 1)
        [dead] = [each for each in post.messages if each.state == "dead"]
        assert dead.last_error
        assert str(dead.last_code) == fault
        return
    assert states == {"sent": 2}
    again = sum(copies.values()) - 2
    # a temporary refusal of the text has been heard: the server did not take it
    heard = step == "text" and (step, fault) not in UNKNOWN
    assert again == (1 if (step, fault) in UNKNOWN or heard else 0), copies
    assert len(copies) == 2


def lengths() -> Iterator[tuple[str, int]]:
    """After how many bytes the wire breaks: each third of the commands, each 97th of the text.

    And each sixth of the replies, but every one of the reply to the text.
    """
    thirds, parts = size((3, 97), (17, 970))
    yield from (("sent", number) for number in (*range(1, 130, thirds), *range(130, 9_000, parts)))
    before = sum(len(USUAL[step]) + 2 for step in ("connect", "ehlo", "mail", "rcpt", "data"))
    last = before + len(USUAL["text"]) + 2
    sixths = size(6, 40)
    yield from (
        ("heard", number) for number in (*range(1, before, sixths), *range(before, last + 1))
    )


@pytest.mark.sized
def test_a_wire_that_breaks_after_any_byte_loses_nothing_and_doubles_at_most_one(
    sqlite_store: Store, clock: Clock
) -> None:
    tried = doubled = 0
    with ScriptedServer() as server:
        post = Post(sqlite_store, clock, server.port)
        over = dict.fromkeys(("sent", "heard"), False)
        for way, number in lengths():
            if over[way]:
                continue
            with BreakingWire(server.port, **{way: number}) as wire:
                channel = Post.__new__(Post)
                channel.desk = post.desk
                channel.channel = SmtpChannel(
                    SmtpServer(
                        host="127.0.0.1",
                        port=wire.port,
                        security="none",
                        username=None,
                        password=None,
                    ),
                    "Media watch <watch@trust.example>",
                    timeouts=QUICK,
                )
                before = len(server.received)
                clock.advance(timedelta(hours=1))  # past the ceiling of alerts
                post.desk.publish(f"Halcyon {way} {number}")
                channel.settle()
                came = server.received[before:]
                over[way] = not wire.broke
            tried += 1
            assert 1 <= len(came) <= 2, (way, number)
            assert len(set(came)) == 1
            doubled += len(came) - 1
        assert over["sent"], "the sweep went to the end of the transaction"
    print(f"{tried} places at which the wire broke, {doubled} messages doubled")
    assert tried > size(100, 15)
    assert {each.state for each in post.messages} == {"sent"}
    assert 1 <= doubled <= 6, "only where the reply to the final dot is cut short"

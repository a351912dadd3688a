"""The delivery worker over a real outbox: nothing lost, nothing twice, one commit each."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest

from alerts.channels.email import SmtpChannel, SmtpTimeouts
from alerts.dispatch.delivery import GIVE_UP_AFTER, MAX_RESENDS, deliver_due, retry_at
from config.model import SmtpServer
from storage.model import OutboxMessage, Receipt
from storage.store import Store
from tests.support.clock import Clock
from tests.support.outgoing import a_message, a_notification
from tests.support.servers.mailserver import AnswerThenReset, Drop, ScriptedServer
from tests.support.tellings import NOW

DELIVERED = Receipt(outcome="delivered", code=250)
UNREACHABLE = Receipt(outcome="deferred", detail="no route")
GREYLISTED = Receipt(outcome="deferred", code=451, detail="greylisted")
REFUSED = Receipt(outcome="refused", code=550, detail="no such user")
UNKNOWN = Receipt(outcome="unknown", detail="no reply")
LOGIN = Receipt(outcome="paused", code=535, detail="login refused")


class Says:
    """A channel that answers what it is told to; the last answer is repeated."""

    name = "email"

    def __init__(self, *answers: Receipt | Exception) -> None:
        self.answers = list(answers)
        self.sent: list[OutboxMessage] = []
        self.rests = 0

    def send(self, message: OutboxMessage) -> Receipt:
        self.sent.append(message)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.rests += 1


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


def enqueue(store: Store, clock: Clock, *keys: str) -> None:
    with store.transaction() as unit:
        for key in keys:
            assert unit.outbox.enqueue(a_notification(key=key), clock())


def deliver(store: Store, clock: Clock, channel: object, *, limit: int = 50) -> int:
    return deliver_due(
        store,
        {"email": channel},  # type: ignore[dict-item]
        now=clock,
        owner="test",
        limit=limit,
        jitter=lambda: 0.5,
    )


def rows(store: Store) -> dict[str, OutboxMessage]:
    with store.reading() as unit:
        return {m.notification.delivery_key: m for m in unit.outbox.list()}


def test_what_is_due_is_sent_once_in_order(store: Store, clock: Clock) -> None:
    enqueue(store, clock, "a", "b", "c")
    channel = Says(DELIVERED)

    assert deliver(store, clock, channel) == 3
    assert deliver(store, clock, channel) == 0
    assert [m.notification.delivery_key for m in channel.sent] == ["a", "b", "c"]
    assert {m.state for m in rows(store).values()} == {"sent"}
    assert channel.rests == 2


def test_no_transaction_is_open_while_a_message_is_sent(store: Store, clock: Clock) -> None:
    enqueue(store, clock, "a", "b")

    class Writes(Says):
        def send(self, message: OutboxMessage) -> Receipt:
            # with a transaction open this would wait for itself until it failed
            with store.transaction() as unit:
                unit.notices.raise_(f"sending-{message.row_id}", "x", clock())
            return super().send(message)

    assert deliver(store, clock, Writes(DELIVERED)) == 2


def test_a_greylisted_message_is_tried_again_and_does_not_hold_up_others(
    store: Store, clock: Clock
) -> None:
    enqueue(store, clock, "grey", "fine")
    channel = Says(GREYLISTED, DELIVERED)

    assert deliver(store, clock, channel) == 2
    assert rows(store)["grey"].state == "retry"
    assert rows(store)["fine"].state == "sent"
    clock.advance(timedelta(minutes=4))
    assert deliver(store, clock, channel) == 0
    clock.advance(timedelta(minutes=2))
    assert deliver(store, clock, channel) == 1
    assert rows(store)["grey"].state == "sent"


def test_a_refused_message_is_dead_at_once_and_visible(store: Store, clock: Clock) -> None:
    enqueue(store, clock, "a", "b")

    deliver(store, clock, Says(REFUSED, DELIVERED))

    dead = rows(store)["a"]
    assert (dead.state, dead.last_code, dead.last_error) == ("dead", 550, "no such user")
    assert rows(store)["b"].state == "sent"


@pytest.mark.slow
def test_a_day_without_a_mail_server_loses_nothing_and_sends_all_once(
    store: Store, clock: Clock
) -> None:
    keys = [f"m{n}" for n in range(12)]
    enqueue(store, clock, *keys)
    down = Says(UNREACHABLE)
    for _ in range(24 * 12):
        deliver(store, clock, down)
        clock.advance(timedelta(minutes=5))
    assert {m.state for m in rows(store).values()} <= {"retry", "queued"}
    attempts = [m.attempts for m in rows(store).values()]
    assert max(attempts) < 20

    up = Says(DELIVERED)
    for _ in range(5 * 12):
        deliver(store, clock, up)
        clock.advance(timedelta(minutes=5))

    assert sorted(m.notification.delivery_key for m in up.sent) == sorted(keys)
    assert {m.state for m in rows(store).values()} == {"sent"}


def test_a_server_that_cannot_be_reached_is_not_asked_for_each_message(
    store: Store, clock: Clock
) -> None:
    enqueue(store, clock, "a", "b", "c")
    down = Says(UNREACHABLE)

    assert deliver(store, clock, down) == 1
    assert sorted(m.attempts for m in rows(store).values()) == [0, 0, 1]


@pytest.mark.slow
def test_after_five_days_a_message_is_dead(store: Store, clock: Clock) -> None:
    enqueue(store, clock, "a")
    down = Says(UNREACHABLE)
    tries = 0
    while rows(store)["a"].state != "dead":
        tries += deliver(store, clock, down)
        clock.advance(timedelta(minutes=30))
        assert clock() < NOW + timedelta(days=6)

    assert clock() - NOW >= GIVE_UP_AFTER
    assert 20 < tries < 60


def test_a_refused_login_pauses_the_channel_and_costs_no_message_anything(
    store: Store, clock: Clock
) -> None:
    enqueue(store, clock, "a", "b")

    assert deliver(store, clock, Says(LOGIN)) == 1
    with store.reading() as unit:
        assert unit.outbox.paused()["email"][0] == "login refused"
        [notice] = unit.notices.open()
    assert "login refused" in notice.text
    assert "nothing is lost" in notice.text
    assert [m.attempts for m in rows(store).values()] == [0, 0]

    channel = Says(DELIVERED)
    assert deliver(store, clock, channel) == 0  # not hammered
    clock.advance(timedelta(minutes=15))
    assert deliver(store, clock, channel) == 2
    with store.reading() as unit:
        assert unit.outbox.paused() == {}
        assert unit.notices.open() == ()


def test_a_pause_of_weeks_kills_no_message(store: Store, clock: Clock) -> None:
    enqueue(store, clock, "a")
    for _ in range(30):
        deliver(store, clock, Says(LOGIN))
        clock.advance(timedelta(days=1))

    assert rows(store)["a"].state in {"queued", "retry"}
    assert deliver(store, clock, Says(DELIVERED)) == 1


def test_an_unknown_outcome_is_sent_again_three_times_with_the_same_bytes(
    store: Store, clock: Clock
) -> None:
    enqueue(store, clock, "a")
    lost = Says(UNKNOWN)
    for _ in range(100):
        deliver(store, clock, lost)
        clock.advance(timedelta(hours=1))

    assert len(lost.sent) == 1 + MAX_RESENDS
    assert len({m.notification.raw for m in lost.sent}) == 1
    assert len({m.notification.message_id for m in lost.sent}) == 1
    row = rows(store)["a"]
    assert (row.state, row.unknown_outcomes) == ("dead", 4)


def test_a_worker_that_dies_again_and_again_in_one_message_stops_sending_it(
    store: Store, clock: Clock
) -> None:
    enqueue(store, clock, "a")
    sent = 0
    for _ in range(10):
        with store.transaction() as unit:  # a worker that is killed after this
            message = unit.outbox.claim(clock(), owner="dies", lease=timedelta(minutes=20))
        if message is None or message.notification.delivery_key != "a":
            break
        sent += 1
        clock.advance(timedelta(hours=1))
        if message.unknown_outcomes >= MAX_RESENDS:
            break
    enqueue(store, clock, "b")
    channel = Says(DELIVERED)
    deliver(store, clock, channel)

    assert [m.notification.delivery_key for m in channel.sent] == ["b"]
    assert rows(store)["a"].state == "dead"
    assert sent == 1 + MAX_RESENDS


def test_a_dead_message_is_sent_when_the_operator_asks(store: Store, clock: Clock) -> None:
    enqueue(store, clock, "a")
    for _ in range(100):
        deliver(store, clock, Says(UNKNOWN))
        clock.advance(timedelta(hours=1))
    with store.transaction() as unit:
        unit.outbox.resend(rows(store)["a"].row_id, clock(), by="ruth")
    channel = Says(DELIVERED)

    assert deliver(store, clock, channel) == 1
    assert rows(store)["a"].state == "sent"


def test_a_defect_in_a_channel_is_unknown_and_holds_up_nobody(store: Store, clock: Clock) -> None:
    enqueue(store, clock, "a", "b")

    assert deliver(store, clock, Says(ZeroDivisionError("oops"), DELIVERED)) == 2
    assert rows(store)["a"].state == "uncertain"
    assert "oops" in str(rows(store)["a"].last_error)
    assert rows(store)["b"].state == "sent"


def test_a_channel_that_is_not_set_up_keeps_its_messages(store: Store, clock: Clock) -> None:
    enqueue(store, clock, "a")
    deliver_due(store, {}, now=clock, owner="test")
    clock.advance(timedelta(hours=1))

    assert deliver(store, clock, Says(DELIVERED)) == 1


@pytest.mark.parametrize("jump", [timedelta(days=3650), timedelta(days=-3650)], ids=str)
def test_a_clock_that_jumps_and_comes_back_freezes_nothing(
    store: Store, clock: Clock, jump: timedelta
) -> None:
    enqueue(store, clock, "a")
    clock.advance(jump)
    deliver(store, clock, Says(LOGIN))
    clock.advance(-jump)
    channel = Says(DELIVERED)
    for _ in range(4):
        deliver(store, clock, channel)
        clock.advance(timedelta(minutes=15))

    assert [m.notification.delivery_key for m in channel.sent] == ["a"]


def over(server: ScriptedServer) -> SmtpChannel:
    return SmtpChannel(
        SmtpServer(
            host="127.0.0.1", port=server.port, security="none", username=None, password=None
        ),
        "Watch <watch@trust.example>",
        timeouts=SmtpTimeouts(connect=1, command=1, final=1, goodbye=1),
    )


def test_drop_after_the_dot_resends_the_same_mail_once(store: Store, clock: Clock) -> None:
    enqueue(store, clock, "a")
    with ScriptedServer({"text": [Drop(), "250 ok"]}) as server:
        channel = over(server)
        deliver(store, clock, channel)
        assert rows(store)["a"].state == "uncertain"
        clock.advance(timedelta(minutes=6))
        deliver(store, clock, channel)
        deliver(store, clock, channel)

        assert len(server.received) == 2
        assert len(set(server.received)) == 1
    assert rows(store)["a"].state == "sent"


def test_reset_after_the_250_is_sent_once(store: Store, clock: Clock) -> None:
    enqueue(store, clock, "a")
    with ScriptedServer({"text": AnswerThenReset("250 ok")}) as server:
        channel = over(server)
        for _ in range(3):
            deliver(store, clock, channel)
            clock.advance(timedelta(hours=5))
        assert len(server.received) == 1
    assert rows(store)["a"].state == "sent"


def test_delays_double_to_four_hours() -> None:
    minutes = []
    for attempt in range(1, 10):
        at = retry_at(a_message(attempts=attempt), GREYLISTED, NOW, 0.5)
        assert at is not None
        minutes.append((at - NOW) / timedelta(minutes=1))

    assert minutes == [5, 10, 20, 40, 80, 160, 240, 240, 240]


@pytest.mark.parametrize("jitter", [0.0, 1.0])
def test_jitter_spreads_by_a_fifth(jitter: float) -> None:
    at = retry_at(a_message(attempts=1), GREYLISTED, NOW, jitter)

    assert at is not None
    assert (at - NOW) / timedelta(minutes=1) == pytest.approx(4 + 2 * jitter)


def test_the_nth_call_of_the_store_failing_loses_and_doubles_nothing(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fails the n-th transaction for every n, until a pass meets no failure (RELIABILITY 6, 41)."""
    real: Callable[..., object] = type(store).transaction
    for nth in itertools.count(1):
        key = f"k{nth}"
        enqueue(store, clock, key)
        channel = Says(DELIVERED)
        calls = 0

        def failing(self: Store, nth: int = nth) -> object:
            nonlocal calls
            calls += 1
            if calls == nth:
                raise OSError(f"call {nth} fails")
            return real(self)

        monkeypatch.setattr(type(store), "transaction", failing)
        failed = False
        try:
            deliver(store, clock, channel)
        except OSError:
            failed = True
        monkeypatch.setattr(type(store), "transaction", real)
        clock.advance(timedelta(hours=1))
        deliver(store, clock, channel)

        assert rows(store)[key].state == "sent"
        # the send and its record are two steps: only a failure between them doubles, with one id
        assert len(channel.sent) == (2 if failed and calls >= 3 and nth == 3 else 1)
        clock.advance(timedelta(hours=1))
        if not failed:
            assert nth >= 4
            break

"""A channel is told as a reader is: once, through the outbox, paused and resumed by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from json import loads

import pytest

from alerts.channels import open_channels
from alerts.channels.http import Client, HttpTimeouts
from alerts.dispatch.delivery import deliver_due
from config.model import ChannelSettings, Where
from config.values.addresses import Guard
from storage.model import OutboxMessage
from storage.store import Store
from tests.support.clock import Clock
from tests.support.desk import READER, Desk, a_subscription
from tests.support.servers.hooks import Hook, answers, drops_after

pytestmark = pytest.mark.slow  # each starts a server

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 24, 7, 0, tzinfo=UTC))


class Room:
    """A desk that tells a channel and a reader of the same."""

    def __init__(self, store: Store, clock: Clock, hook: Hook) -> None:
        self.hook = hook
        to = ("channel:newsroom", READER)
        self.desk = Desk(store, clock, a_subscription(to=to))
        place = ChannelSettings(
            key="newsroom",
            kind="webhook",
            url=hook.url,
            to=None,
            secret="s",
            where=Where(file="settings.toml", line=1),
        )
        settings = replace(self.desk.context.settings, channels=(place,))
        self.desk.context = replace(self.desk.context, settings=settings)
        client = Client(Guard(["127.0.0.0/8"]), timeouts=HttpTimeouts(connect=2, part=0.3, all=1))
        self.channels = dict(open_channels(settings, client=client)) | {"email": self.desk.inbox}

    def tick(self, after: timedelta = timedelta(0)) -> None:
        self.desk.clock.advance(after)
        self.desk.match()
        self.desk.tell()
        deliver_due(self.desk.store, self.channels, now=self.desk.clock, owner="desk")

    @property
    def messages(self) -> list[OutboxMessage]:
        with self.desk.store.reading() as unit:
            return [m for m in unit.outbox.list() if m.notification.channel == "newsroom"]

    @property
    def heard(self) -> list[str]:
        return [loads(each.body)["subject"] for each in self.hook.heard]


def test_a_channel_is_told_once_and_so_is_the_reader_beside_it(store: Store, clock: Clock) -> None:
    with Hook() as hook:
        room = Room(store, clock, hook)
        room.desk.publish("Halcyon wins")
        room.tick()
        room.tick(HOUR)
    assert room.heard == ["Halcyon Health: Halcyon wins"]
    assert [m.notification.recipient for m in room.desk.inbox.messages] == [READER]
    assert [m.state for m in room.messages] == ["sent"]


def test_a_channel_that_is_busy_is_tried_again(store: Store, clock: Clock) -> None:
    with Hook(answers(503)) as hook:
        room = Room(store, clock, hook)
        room.desk.publish("Halcyon wins")
        room.tick()
        assert [m.state for m in room.messages] == ["retry"]
        hook.behaviour = answers(200)
        room.tick(10 * MINUTE)
    assert len(room.heard) == 2
    assert [m.state for m in room.messages] == ["sent"]


def test_a_channel_whose_secret_is_refused_is_paused_and_loses_nothing(
    store: Store, clock: Clock
) -> None:
    with Hook(answers(401)) as hook:
        room = Room(store, clock, hook)
        room.desk.publish("Halcyon wins")
        room.tick()
        room.desk.publish("Halcyon loses")
        room.tick(MINUTE)
        assert len(room.heard) == 1, "the second is not burned on a place that refuses"
        assert len(room.desk.inbox.messages) == 2, "mail goes on"
        with store.reading() as unit:
            assert "newsroom" in unit.outbox.paused()
            assert "delivery-paused:newsroom" in {n.key for n in unit.notices.open()}
        hook.behaviour = answers(200)
        room.tick(20 * MINUTE)
        room.tick(MINUTE)  # while nothing got through, no further message was written
    assert room.heard[1:] == ["Halcyon Health: Halcyon wins", "Halcyon Health: Halcyon loses"]
    with store.reading() as unit:
        assert unit.notices.open() == ()


def test_what_may_have_arrived_goes_again_three_times_at_most(store: Store, clock: Clock) -> None:
    with Hook(drops_after) as hook:
        room = Room(store, clock, hook)
        room.desk.publish("Halcyon wins")
        for _ in range(12):
            room.tick(5 * HOUR)
    assert len({each.body for each in hook.heard}) == 1
    assert len({each.headers["idempotency-key"] for each in hook.heard}) == 1
    assert len(room.heard) == 4
    assert [m.state for m in room.messages] == ["dead"]


def test_a_channel_that_cannot_be_reached_holds_up_no_other(store: Store, clock: Clock) -> None:
    with Hook() as hook:
        room = Room(store, clock, hook)
    # its port is closed now; its messages come first in the queue
    for number in range(4):
        room.desk.publish(f"Halcyon wins {number}")
        room.desk.match()
        room.desk.tell()
        room.desk.clock.advance(15 * MINUTE)
    deliver_due(store, room.channels, now=room.desk.clock, owner="desk")
    assert len(room.desk.inbox.messages) == 4


def test_messages_to_a_channel_have_no_links_by_which_one_could_end_it_for_all(
    store: Store, clock: Clock
) -> None:
    with Hook() as hook:
        room = Room(store, clock, hook)
        room.desk.reachable()
        room.desk.publish("Halcyon wins")
        room.tick()
    assert "/c/" not in hook.heard[0].body.decode()
    assert b"/c/" in room.desk.inbox.messages[0].notification.raw

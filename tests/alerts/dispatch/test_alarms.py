"""Far more than usual makes one message with its reason; silence that was not expected, another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from config.model import Cadence, Expected, QuietHours, Sensitivity, Subscription
from storage.model import OutboxMessage
from storage.store import Store
from tests.support.clock import Clock
from tests.support.desk import READER, Desk, a_subscription
from tests.support.outgoing import assert_mail_is_clean, bodies
from tests.support.sizes import size

pytestmark = pytest.mark.one_database

DAILY = Cadence(kind="daily", at=time(7, 30), text="daily at 07:30")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 10, 12, 9, 0, tzinfo=UTC)  # a Monday
CORVID = "Corvid Data opens an office."


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


def asking(
    unusual: Sensitivity | None = "medium",
    expect: Sequence[Expected] = (),
    *,
    to: tuple[str, ...] = (READER,),
    quiet: QuietHours | None = None,
) -> Subscription:
    made = a_subscription("daily", DAILY, to=to, quiet=quiet)
    return replace(made, unusual=unusual, expect=tuple(expect))


def publish(desk: Desk, count: int, body: str | None = None, source: str = "ward-ledger") -> None:
    for number in range(count):
        at = f"{desk.clock():%j-%H-%M}"
        words = {} if body is None else {"body": body}
        desk.publish(f"Halcyon {at} {number} {source}", source=source, **words)


def days_pass(desk: Desk, days: int, each_day: int = 1) -> None:
    """A quiet time, every message of which has arrived."""
    for _ in range(days):
        publish(desk, each_day)
        desk.match()
        desk.clock.advance(DAY)
    desk.tick()


def said(message: OutboxMessage) -> str:
    return " ".join(bodies(assert_mail_is_clean(message.notification.raw))[0].split())


@pytest.mark.slow
def test_a_burst_is_told_once_with_its_reason_and_its_stories(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, asking())
    days_pass(desk, 30)
    assert desk.alarm() == []
    publish(desk, 9)
    desk.match()
    [alarm] = desk.alarm()
    assert alarm.notification.subject == "Unusual: 9 stories on Halcyon today, usually 1"
    text = said(alarm)
    assert "9 stories on Halcyon so far today. On a Wednesday there are usually 1" in text
    assert 'asks for what is unusual ("medium": here 6 stories or more)' in text
    assert text.count("https://ward-ledger.example/") == 9
    assert desk.alarm() == []
    clock.advance(HOUR)
    publish(desk, 5)
    desk.match()
    assert desk.alarm() == [], "it is known already"


@pytest.mark.slow
def test_what_an_alarm_shows_is_still_told_by_the_digest(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, asking())
    days_pass(desk, 20)
    publish(desk, 9)
    desk.match()
    assert len(desk.alarm()) == 1
    [digest] = desk.tick(DAY)
    assert "9 new stories" in said(digest)
    assert "Told before" not in said(digest)


@pytest.mark.slow
def test_copies_of_one_story_are_one_story(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, asking())
    days_pass(desk, 20)
    for _ in range(3):
        desk.publish("Halcyon wins", body="Halcyon " + "won the tender at the trust " * 30)
        clock.advance(MINUTE)
    desk.match()
    assert desk.alarm() == []


@pytest.mark.slow
def test_nothing_is_unusual_in_the_first_two_weeks(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, asking("high"))
    days_pass(desk, 12)
    publish(desk, 40)
    desk.match()
    assert desk.alarm() == []


@pytest.mark.slow
@pytest.mark.sized
def test_a_supplier_is_watched_in_all_that_the_watches_find(store: Store, clock: Clock) -> None:
    watches = {"health-it": '"Corvid Data" OR halcyon OR office'}
    desk = Desk(store, clock, asking(), watches=watches)
    days_pass(desk, 20, each_day=size(12, 4))
    publish(desk, 7, CORVID)
    desk.match()
    [alarm] = desk.alarm()
    assert alarm.notification.subject == "Unusual: 7 stories on Corvid Data today, usually 0"


@pytest.mark.slow
def test_a_watch_and_its_supplier_are_one_alarm(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, asking(), watches={"halcyon": "@halcyon"})
    days_pass(desk, 20)
    publish(desk, 9)
    desk.match()
    assert len(desk.alarm()) == 1


@pytest.mark.slow
def test_quiet_hours_hold_an_alarm(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, asking(quiet=QuietHours(start=time(9), end=time(12))))
    days_pass(desk, 20)
    publish(desk, 9)
    desk.match()
    assert desk.alarm() == []
    clock.advance(3 * HOUR)
    assert len(desk.alarm()) == 1


@pytest.mark.slow
def test_each_recipient_is_told_and_who_muted_the_watch_is_not(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, asking(to=(READER, "ig@trust.example")), watches={"h": "halcyon"})
    days_pass(desk, 20)
    muted = next(s for s in desk.subscribers if s.recipient == READER)
    with store.transaction() as unit:
        unit.reader_requests.mute([muted.subscriber_id], "h", clock() + 7 * DAY)
    publish(desk, 9)
    desk.match()
    recipients = {each.notification.recipient for each in desk.alarm()}
    assert "ig@trust.example" in recipients


@pytest.mark.slow
def test_a_burst_after_the_cool_down_is_told_again(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, asking())
    days_pass(desk, 30)
    publish(desk, 9)
    desk.match()
    assert len(desk.alarm()) == 1
    clock.advance(2 * DAY)
    publish(desk, 9)
    desk.match()
    assert desk.alarm() == []
    clock.advance(DAY)
    publish(desk, 9)
    desk.match()
    assert [each.notification.kind for each in desk.alarm()] == ["alert"]


def test_a_silence_that_was_not_expected_is_told_once_and_proves_itself(
    store: Store, clock: Clock
) -> None:
    wanted = Expected(watch="halcyon", source=None, within=7 * DAY)
    desk = Desk(store, clock, asking(None, [wanted]))
    desk.poll()
    publish(desk, 1)
    desk.tick()
    clock.advance(6 * DAY)
    desk.publish("Something else", body="Nobody of interest.")
    assert desk.alarm() == []
    clock.advance(DAY + HOUR)
    [alarm] = desk.alarm()
    assert alarm.notification.subject == "Nothing for 7 days: Halcyon"
    text = said(alarm)
    assert "The watch Halcyon has found nothing new since Mon 12 Oct, 10:00" in text
    assert "2 of 2 sources answer and 2 new items came" in text
    clock.advance(3 * DAY)
    assert desk.alarm() == []


def test_the_next_silence_is_told_again(store: Store, clock: Clock) -> None:
    wanted = Expected(watch="halcyon", source=None, within=2 * DAY)
    desk = Desk(store, clock, asking(None, [wanted]))
    clock.advance(3 * DAY)
    assert len(desk.alarm()) == 1
    publish(desk, 1)
    desk.match()
    assert desk.alarm() == []
    clock.advance(3 * DAY)
    assert len(desk.alarm()) == 1


def test_a_silence_of_the_monitor_itself_is_called_that(store: Store, clock: Clock) -> None:
    wanted = Expected(watch="halcyon", source=None, within=2 * DAY)
    desk = Desk(store, clock, asking(None, [wanted]))
    clock.advance(3 * DAY)
    [alarm] = desk.alarm()
    assert "no item at all was read: look at the monitor itself first" in said(alarm)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        ("connection refused", "It cannot be read since Mon 12 Oct, 10:00: connection refused."),
        (None, "It answers, last Thu 15 Oct, 10:00: the silence is its own"),
    ],
)
def test_a_source_that_is_expected_and_silent_says_why(
    store: Store, clock: Clock, error: str | None, text: str
) -> None:
    wanted = Expected(watch=None, source="trolley", within=2 * DAY)
    desk = Desk(store, clock, asking(None, [wanted]))
    desk.poll()
    clock.advance(3 * DAY)
    desk.poll("trolley", error=error)
    [alarm] = desk.alarm()
    assert alarm.notification.subject == "Nothing for 2 days: Trolley Times"
    assert text in said(alarm)


@pytest.mark.slow
def test_nobody_is_alarmed_who_did_not_ask(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, asking(None))
    days_pass(desk, 20)
    publish(desk, 50)
    desk.match()
    clock.advance(HOUR)
    assert desk.alarm() == []

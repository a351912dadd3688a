"""A story that several outlets carry, from stored articles to delivered messages."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from config.model import Cadence
from storage.model import OutboxMessage
from storage.store import Store
from tests.support.clock import Clock
from tests.support.desk import Desk, a_subscription
from tests.support.outgoing import assert_mail_is_clean, bodies

DAILY = Cadence(kind="daily", at=time(7, 30), text="daily at 07:30")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
COPY = "Halcyon Health said that the roll-out goes on in all of its twelve trusts this winter."
OWN = "Nurses at Northmoor told us that nobody had asked them about the new screens."


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 24, 7, 0, tzinfo=UTC))


def both(message: OutboxMessage) -> tuple[str, str]:
    """Text and HTML of a message that has passed the oracle, each in one line."""
    text, html = bodies(assert_mail_is_clean(message.notification.raw))
    return " ".join(text.split()), " ".join(html.split())


def test_an_alert_says_who_was_first_and_what_is_copied(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription("now"))
    desk.publish("Halcyon goes on", COPY, name="agency")
    clock.at += 20 * MINUTE
    desk.publish("Roll-out goes on, says firm", f"{COPY} {OWN}", name="agency", source="trolley")

    [alert] = desk.tick()

    for said in both(alert):
        assert "First: The Ward Ledger, Tue 24 Nov, 07:00; the other is a copy." in said
        assert OWN in said
    assert f"adds: “{OWN}”" in both(alert)[0]


def test_a_watch_that_matches_only_in_another_outlet_s_text_shows_that_text(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription("now"))
    desk.publish("Halcyon goes on", COPY, name="agency")
    clock.at += 20 * MINUTE
    corvid = "Corvid Data has bid for the same work."
    desk.publish("Roll-out goes on, says firm", f"{COPY} {corvid}", name="agency", source="trolley")

    [alert] = desk.tick()

    text, html = both(alert)
    assert "Watch: Corvid." in text
    assert "Roll-out goes on, says firm" in text
    assert "*Corvid Data* has bid for the same work." in text
    assert "Roll-out goes on, says firm" in html
    assert "has bid for the same work." in html


def test_the_share_of_a_supplier_s_release_is_said_in_text_and_html(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription("now"), press={"trolley": "Halcyon Health"})
    desk.publish("Halcyon delighted", COPY, name="agency", source="trolley", baseline=True)
    desk.match()
    clock.at += HOUR
    desk.publish("Halcyon goes on", f"{COPY} {OWN}", name="agency")

    [alert] = desk.tick()

    for said in both(alert):
        assert "Also in" in said
        assert "Trolley Times" in said  # though only stored, never told
        assert "% of this text is from the press release of Halcyon Health." in said
        assert f"Only here: “{OWN}”" in said


def test_a_later_outlet_makes_an_alert_of_its_own_where_the_watch_asks_for_it(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription("now"), every_outlet=["halcyon"])
    desk.publish("Halcyon goes on", COPY, name="agency")
    desk.tick()
    desk.publish("Roll-out goes on, says firm", COPY, name="agency", source="trolley")

    [alert] = desk.tick(HOUR)

    assert alert.notification.subject == "Halcyon Health: Roll-out goes on, says firm"
    assert "Also in: - The Ward Ledger" in both(alert)[0]
    assert desk.tick(DAY) == []


def test_the_same_outlet_makes_no_alert_where_the_watch_does_not_ask(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription("now"), every_outlet=["corvid"])
    desk.publish("Halcyon goes on", COPY, name="agency")
    desk.tick()
    desk.publish("Roll-out goes on, says firm", COPY, name="agency", source="trolley")

    assert desk.tick(HOUR) == []


def test_outlets_that_come_together_are_one_alert_even_then(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription("now"), every_outlet=["halcyon"])
    desk.publish("Halcyon goes on", COPY, name="agency")
    desk.publish("Roll-out goes on, says firm", COPY, name="agency", source="trolley")

    assert len(desk.tick()) == 1
    assert desk.tick(HOUR) == []


def test_a_later_outlet_is_new_in_a_digest_where_the_watch_asks_for_it(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription("daily", DAILY), every_outlet=["halcyon"])
    desk.tick()
    desk.publish("Halcyon goes on", COPY, name="agency")
    assert len(desk.tick(30 * MINUTE)) == 1
    desk.publish("Roll-out goes on, says firm", COPY, name="agency", source="trolley")

    [second] = desk.tick(DAY)

    assert "Roll-out goes on, says firm" in second.notification.subject


def test_what_was_alerted_of_a_later_outlet_is_marked_in_the_digest(
    store: Store, clock: Clock
) -> None:
    desk = Desk(
        store,
        clock,
        a_subscription("now"),
        a_subscription("daily", DAILY),
        every_outlet=["halcyon"],
    )
    desk.tick()
    desk.tick(HOUR)
    desk.publish("Halcyon goes on", COPY, name="agency")
    assert len(desk.tick(MINUTE)) == 1
    desk.publish("Roll-out goes on, says firm", COPY, name="agency", source="trolley")
    assert len(desk.tick(HOUR)) == 1

    assert desk.tick(DAY) == []  # both were alerted, and nothing else is there to tell

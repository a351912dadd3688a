"""Updates of a story thread under its first alert; edits are told to those who want them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from config.model import Cadence
from storage.store import Store
from tests.support.clock import Clock
from tests.support.desk import READER, Desk, a_subscription
from tests.support.outgoing import assert_mail_is_clean, bodies, parsed

DAILY = Cadence(kind="daily", at=time(7, 30), text="daily at 07:30")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 24, 7, 0, tzinfo=UTC))


def withdraw(desk: Desk, item_id: int) -> None:
    """The page is gone at two looks."""
    with desk.store.transaction() as unit:
        for _ in range(2):
            unit.rechecks.record_gone(
                item_id, now=desk.clock(), recheck_at=None, confirm_at=desk.clock()
            )


def said(raw: bytes) -> str:
    return " ".join(bodies(assert_mail_is_clean(raw))[0].split())


def test_an_edit_answers_the_alert_that_it_is_about(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Halcyon wins", name="win")
    [first] = desk.tick()
    desk.publish("Halcyon loses", name="win")
    [edit] = desk.tick(HOUR)
    desk.publish("Halcyon appeals", name="win")
    [second] = desk.tick(HOUR)

    assert parsed(first.notification.raw)["In-Reply-To"] is None
    for later in (edit, second):
        assert parsed(later.notification.raw)["In-Reply-To"] == first.notification.message_id
    assert parsed(second.notification.raw)["References"].split() == [
        first.notification.message_id,
        edit.notification.message_id,
    ]


def test_an_alert_on_another_story_begins_a_thread_of_its_own(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Halcyon wins")
    desk.tick()
    desk.publish("Halcyon moves house")
    [other] = desk.tick(HOUR)
    assert parsed(other.notification.raw)["In-Reply-To"] is None


def test_each_reader_has_a_thread_of_their_own(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription(to=(READER, "press@trust.example")))
    desk.publish("Halcyon wins", name="win")
    firsts = {one.notification.recipient: one for one in desk.tick()}
    desk.publish("Halcyon loses", name="win")
    for edit in desk.tick(HOUR):
        own = firsts[edit.notification.recipient].notification.message_id
        assert parsed(edit.notification.raw)["In-Reply-To"] == own


def test_a_digest_is_no_answer_to_an_alert(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription(), a_subscription("daily", DAILY))
    desk.publish("Halcyon wins", name="win")
    desk.tick()
    desk.publish("Halcyon loses", name="win")
    digests = [one for one in desk.tick(HOUR) if one.notification.kind == "digest"]
    assert [parsed(one.notification.raw)["In-Reply-To"] for one in digests] == [None]


def test_an_article_that_was_withdrawn_is_told_to_those_who_were_told_of_it(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription())
    item_id = desk.publish("Halcyon wins", name="win")
    [first] = desk.tick()
    withdraw(desk, item_id)

    [withdrawn] = desk.tick(HOUR)

    assert withdrawn.notification.subject == "Withdrawn: Halcyon wins"
    assert "the article was withdrawn" in said(withdrawn.notification.raw)
    assert parsed(withdrawn.notification.raw)["In-Reply-To"] == first.notification.message_id
    assert desk.tick(HOUR) == []


def test_an_article_that_comes_back_is_told_as_that(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    item_id = desk.publish("Halcyon wins", name="win")
    desk.tick()
    withdraw(desk, item_id)
    desk.tick(HOUR)
    desk.publish("Halcyon wins", name="win")
    [back] = desk.tick(HOUR)
    assert "the article is back" in said(back.notification.raw)


def test_what_was_told_to_nobody_is_not_told_as_withdrawn(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    item_id = desk.publish("Halcyon wins", baseline=True)
    desk.tick()
    withdraw(desk, item_id)
    assert desk.tick(HOUR) == []


@pytest.mark.parametrize("cadence", [None, DAILY], ids=["alerts", "digests"])
def test_who_does_not_want_edits_gets_none(
    store: Store, clock: Clock, cadence: Cadence | None
) -> None:
    desk = Desk(store, clock, replace(a_subscription(cadence=cadence), edits=False))
    desk.tick()
    desk.publish("Halcyon wins", name="win")
    assert len(desk.tick(30 * MINUTE)) == 1
    desk.publish("Halcyon loses", name="win")
    assert desk.tick(DAY) == []
    desk.publish("Halcyon moves house")
    [later] = desk.tick(DAY)
    text = said(later.notification.raw)
    assert "moves house" in text
    assert "loses" not in text


def test_an_edit_is_told_to_those_who_want_it_beside_those_who_do_not(
    store: Store, clock: Clock
) -> None:
    other = "press@trust.example"
    desk = Desk(
        store,
        clock,
        replace(a_subscription("quiet"), edits=False),
        a_subscription("all", to=(other,)),
    )
    desk.publish("Halcyon wins", name="win")
    assert len(desk.tick()) == 2
    desk.publish("Halcyon loses", name="win")
    assert [one.notification.recipient for one in desk.tick(HOUR)] == [other]

"""Procurement notices from the store to a message, on every database: found by their fields."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from storage.model import OutboxMessage, ProcurementNotice
from storage.store import Store
from tests.support.builders import an_article
from tests.support.clock import Clock
from tests.support.desk import Desk, a_subscription
from tests.support.outgoing import assert_mail_is_clean, bodies

HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))


def publish(
    desk: Desk, number: int, notice: ProcurementNotice, body: str, *, baseline: bool = False
) -> None:
    """One release of one procurement."""
    article = an_article(
        source_key="ward-ledger",
        kind="tender",
        url=f"https://tenders.example/Notice/{number}-2026",
        guid="ocds-h6vhtk-1",
        title="Ward system",
        summary="",
        body=body,
        published_at=desk.clock(),
        notice=notice,
    )
    with desk.store.transaction() as unit:
        unit.items.put(article, now=desk.clock(), baseline=baseline)


def text_of(message: OutboxMessage) -> str:
    return " ".join(bodies(assert_mail_is_clean(message.notification.raw))[0].split())


def test_an_award_is_told_of_a_procurement_that_was_there_before(
    store: Store, clock: Clock
) -> None:
    watches = {"halcyon": "@halcyon", "wins": "supplier:tidewater AND value>1000000"}
    desk = Desk(store, clock, a_subscription(), watches=watches)
    tender = ProcurementNotice(buyers=("Fenmoor NHS Trust",), value=2_000_000.0, currency="GBP")
    publish(desk, 1, tender, "A ward system is wanted.", baseline=True)
    assert desk.tick() == []

    award = ProcurementNotice(
        buyers=("Fenmoor NHS Trust",),
        suppliers=("Tidewater Notes Ltd",),
        value=2_000_000.0,
        currency="GBP",
        facts=(("stage", "award"),),
    )
    clock.advance(HOUR)
    publish(desk, 2, award, "A ward system was bought.")
    told = " ".join(text_of(message) for message in desk.tick(HOUR))

    assert (
        "Award · Buyer: Fenmoor NHS Trust · Supplier: Tidewater Notes Ltd · Value: £2,000,000"
        in told
    )
    assert "https://tenders.example/Notice/2-2026" in told


def test_a_later_notice_of_what_was_told_is_told_as_a_change(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription(), watches={"buys": "buyer:fenmoor"})
    publish(desk, 1, ProcurementNotice(buyers=("Fenmoor NHS Trust",)), "A ward system is wanted.")
    [first] = desk.tick()
    assert "Buyer: Fenmoor NHS Trust" in text_of(first)

    clock.advance(HOUR)
    publish(
        desk,
        2,
        ProcurementNotice(buyers=("Fenmoor NHS Trust",), suppliers=("Tidewater Notes Ltd",)),
        "A ward system was bought.",
    )
    [second] = desk.tick(HOUR)

    said = text_of(second)
    assert "1 changed story" in said
    assert "Buyer: Fenmoor NHS Trust · Supplier: Tidewater Notes Ltd" in said


def test_what_happens_after_the_baseline_is_news_also_to_a_watch_that_had_found_it(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription(), watches={"buys": "buyer:fenmoor"})
    buyer = ProcurementNotice(buyers=("Fenmoor NHS Trust",))
    publish(desk, 1, buyer, "A ward system is wanted.", baseline=True)
    clock.advance(HOUR)
    publish(desk, 2, buyer, "Bids are now due in March.", baseline=True)
    assert desk.tick(HOUR) == []

    publish(desk, 3, buyer, "A ward system was bought.")
    [alert] = desk.tick(HOUR)

    assert alert.notification.kind == "alert"
    assert "Ward system" in alert.notification.subject
    assert desk.tick(HOUR) == []


def test_an_event_before_a_watch_came_into_force_is_not_told_by_it(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription(), watches={"other": "nothing"})
    buyer = ProcurementNotice(buyers=("Fenmoor NHS Trust",))
    publish(desk, 1, buyer, "A ward system is wanted.")
    clock.advance(HOUR)
    publish(desk, 2, buyer, "A ward system was bought.")
    clock.advance(HOUR)
    desk.declare(a_subscription(), watches={"buys": "buyer:fenmoor"})
    assert desk.tick(HOUR) == []

    publish(desk, 3, buyer, "The contract was signed.")
    assert len(desk.tick(HOUR)) == 1


def test_an_edit_of_an_old_article_is_no_event(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Millbrook opens", "Nothing else.", baseline=True)
    clock.advance(HOUR)
    desk.publish("Millbrook opens", "Halcyon was named later.", name="Millbrook opens")

    assert desk.tick(HOUR) == []

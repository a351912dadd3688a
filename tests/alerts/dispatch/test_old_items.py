"""Old is not new: what is listed years after its date is told, folded and apart from news."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from alerts.dispatch.cut import previews
from config.model import Cadence, QuietHours
from storage.model import OutboxMessage
from storage.store import Store
from tests.support.clock import Clock
from tests.support.desk import Desk, a_subscription
from tests.support.outgoing import assert_mail_is_clean, bodies

DAILY = Cadence(kind="daily", at=time(7, 30), text="daily at 07:30")
MORNING = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
YEARS_AGO = datetime(2019, 3, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(MORNING)


def text_of(message: OutboxMessage) -> str:
    return " ".join(bodies(assert_mail_is_clean(message.notification.raw))[0].split())


def test_an_old_item_sends_no_alert_and_comes_next_morning_with_the_others(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.poll()
    clock.advance(2 * HOUR)
    desk.publish("Halcyon wins a prize", published_at=YEARS_AGO)
    desk.publish("Halcyon opens an office", published_at=YEARS_AGO + DAY)
    assert desk.tick() == []
    assert desk.tick(20 * HOUR) == []

    [folded] = desk.tick(3 * HOUR)

    assert folded.notification.subject == "Older, newly listed: Halcyon opens an office + 1 more"
    text = text_of(folded)
    assert "OLDER, NEWLY LISTED (2)" in text
    assert "Halcyon wins a prize (The Ward Ledger, 5 Mar 2019, for Halcyon)" in text
    assert desk.tick(DAY) == []


def test_an_alert_of_news_leaves_out_what_is_old(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Halcyon wins a prize", published_at=YEARS_AGO)
    desk.publish("Halcyon loses a contract")

    [alert] = desk.tick()

    assert "loses a contract" in text_of(alert)
    assert "prize" not in text_of(alert)
    [folded] = desk.tick(DAY)
    assert "prize" in text_of(folded)


def test_a_digest_folds_old_items_below_the_news(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription(cadence=DAILY))
    desk.tick()
    desk.publish("Halcyon wins a prize", published_at=YEARS_AGO)
    desk.publish("Halcyon loses a contract")

    [digest] = desk.tick(HOUR)

    assert digest.notification.subject == "Halcyon Health: Halcyon loses a contract"
    text = text_of(digest)
    assert "1 new story on Halcyon Health" in text
    assert text.index("loses a contract") < text.index("OLDER, NEWLY LISTED (1)")
    assert "prize (The Ward Ledger, 5 Mar 2019, for Halcyon)" in text


def test_who_gets_digests_too_is_told_of_old_items_by_them_alone(
    store: Store, clock: Clock
) -> None:
    desk = Desk(store, clock, a_subscription("now"), a_subscription("daily", DAILY))
    desk.tick()
    clock.advance(HOUR)
    desk.publish("Halcyon wins a prize", published_at=YEARS_AGO)

    arrived = desk.tick() + desk.tick(DAY) + desk.tick(DAY)

    assert [message.notification.kind for message in arrived] == ["digest"]
    assert "daily (daily at 07:30)" in text_of(arrived[0])


def test_what_has_no_date_is_news(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Halcyon loses a contract", dated=False)
    assert len(desk.tick()) == 1


@pytest.mark.parametrize("failing", [True, False], ids=["the source failed", "we were away"])
def test_what_was_published_during_an_outage_is_news(
    store: Store, clock: Clock, failing: bool
) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.poll()
    lost = clock() + 2 * DAY
    for _ in range(3):
        clock.advance(10 * DAY)
        if failing:
            desk.poll("ward-ledger", error="HTTP 503")
    desk.publish("Halcyon loses a contract", published_at=lost)
    desk.publish("Halcyon wins a prize", published_at=YEARS_AGO)
    desk.poll()

    [alert] = desk.tick()

    assert "loses a contract" in text_of(alert)
    assert "prize" not in text_of(alert)


def test_a_date_that_comes_with_the_page_decides_too(store: Store, clock: Clock) -> None:
    """The listing gave an old date, and the page says that it is from today."""
    desk = Desk(store, clock, a_subscription("now"), a_subscription("daily", DAILY))
    desk.tick()
    item = desk.publish("Halcyon loses a contract", published_at=YEARS_AGO)
    assert desk.tick() == []
    with store.transaction() as unit:
        from sqlalchemy import update

        from storage.archive.item_writer import mark_for_matching
        from storage.tables import item as table

        date = update(table).where(table.c.id == item).values(published_at=clock())
        unit.items._db.execute(date)
        mark_for_matching(unit.items._db, item, clock())

    [alert] = desk.tick(MINUTE)

    assert alert.notification.kind == "alert"


def test_old_items_wait_for_the_end_of_quiet_hours(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription(quiet=QuietHours(start=time(22), end=time(9))))
    desk.publish("Halcyon wins a prize", published_at=YEARS_AGO)
    assert desk.tick(90 * MINUTE) == []
    assert len(desk.tick(HOUR)) == 1


def test_old_items_are_no_unusual_volume(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Halcyon wins a prize", published_at=YEARS_AGO)
    desk.match()
    with store.reading() as unit:
        assert unit.volumes.list_mentions(["halcyon"], clock() - DAY, clock() + DAY) == ()
        assert unit.volumes.last("halcyon") is None


def test_a_preview_says_when_each_message_goes(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription())
    clock.advance(2 * HOUR)
    desk.publish("Halcyon wins a prize", published_at=YEARS_AGO)
    desk.publish("Halcyon loses a contract")
    desk.match()

    news, folded = previews(store, desk.context, "daily", now=clock())

    assert "contract" in news.rendered.text
    assert news.goes_at is None
    assert "prize" in folded.rendered.text
    assert folded.goes_at == MORNING + DAY + HOUR

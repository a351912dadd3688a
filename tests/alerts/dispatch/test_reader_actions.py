"""Readers end, mute and correct by links: at once, for as long as they said, and no more."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

import pytest

from alerts.digest.reader_links import Control, read_token
from alerts.dispatch.delivery import deliver_due
from alerts.dispatch.reader_actions import LinkState, apply_action, read_link_state, undo_action
from config.model import Cadence
from storage.model import OutboxMessage, Receipt
from storage.store import Store
from tests.support.clock import Clock
from tests.support.desk import READER, Desk, a_subscription
from tests.support.outgoing import assert_mail_is_clean, bodies, links_of_text

DAILY = Cadence(kind="daily", at=time(7, 30), text="daily at 07:30")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 24, 7, 0, tzinfo=UTC))


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    made = Desk(store, clock, a_subscription("daily", DAILY))
    made.reachable()
    return made


def controls_in(desk: Desk, message: OutboxMessage) -> dict[str, Control]:
    """Action -> what the first link of that kind in a message does."""
    text, _ = bodies(assert_mail_is_clean(message.notification.raw))
    with desk.store.reading() as unit:
        key = unit.reader_requests.link_key()
    assert key is not None
    found: dict[str, Control] = {}
    for token in re.findall(r"https://watch\.trust\.example/c/(\S+)", text):
        control = read_token(token, key)
        assert control is not None
        found.setdefault(control.action, control)
    return found


def ask(desk: Desk, control: Control) -> None:
    with desk.store.transaction() as unit:
        apply_action(unit, control, desk.clock())


def undo(desk: Desk, control: Control) -> None:
    with desk.store.transaction() as unit:
        undo_action(unit, control, desk.clock())


def stands(desk: Desk, control: Control) -> LinkState:
    with desk.store.reading() as unit:
        found = read_link_state(unit, control, desk.context, desk.clock())
    assert found is not None
    return found


def said(message: OutboxMessage) -> str:
    return " ".join(bodies(assert_mail_is_clean(message.notification.raw))[0].split())


def first_digest(desk: Desk) -> OutboxMessage:
    desk.tick()
    desk.publish("Halcyon wins")
    [digest] = desk.tick(HOUR)
    return digest


def test_a_digest_has_a_link_for_each_wish_and_a_header_for_one_click(desk: Desk) -> None:
    digest = first_digest(desk)
    found = controls_in(desk, digest)
    assert set(found) == {"end", "mute", "irrelevant"}
    assert found["mute"].watch_key == found["irrelevant"].watch_key == "halcyon"
    message = assert_mail_is_clean(digest.notification.raw)
    one_click, mail = message["List-Unsubscribe"].split(", ")
    assert one_click.strip("<>") in links_of_text(bodies(message)[0])
    assert mail.startswith("<mailto:press@trust.example")


def test_without_a_public_address_there_are_no_links(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription("daily", DAILY))
    digest = first_digest(desk)
    message = assert_mail_is_clean(digest.notification.raw)
    assert message["List-Unsubscribe"].startswith("<mailto:")
    assert message["List-Unsubscribe-Post"] is None
    assert "/c/" not in bodies(message)[0] + bodies(message)[1]


def test_plain_http_offers_no_one_click(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription("daily", DAILY))
    desk.reachable("http://intranet.trust.example/watch")
    message = assert_mail_is_clean(first_digest(desk).notification.raw)
    assert message["List-Unsubscribe"].startswith("<http://intranet.trust.example/watch/c/")
    assert message["List-Unsubscribe-Post"] is None


def test_a_link_says_whom_and_what_it_concerns(desk: Desk) -> None:
    found = controls_in(desk, first_digest(desk))
    wrong = stands(desk, found["irrelevant"])
    assert (wrong.recipients, wrong.subscriptions) == ((READER,), ("daily",))
    assert (wrong.watch, wrong.headline, wrong.done) == ("Halcyon", "Halcyon wins", False)


@pytest.mark.slow
def test_who_unsubscribed_is_told_nothing_more(desk: Desk) -> None:
    control = controls_in(desk, first_digest(desk))["end"]
    desk.publish("Halcyon loses")
    desk.match()
    ask(desk, control)
    desk.publish("Halcyon appeals")
    assert desk.tick(DAY) == []
    assert stands(desk, control).done
    with desk.store.reading() as unit:
        assert unit.subscribers.all() == ()
        assert unit.tellings.count_pending() == {}


def test_to_unsubscribe_lasts_over_a_reading_of_the_configuration(desk: Desk) -> None:
    control = controls_in(desk, first_digest(desk))["end"]
    ask(desk, control)
    again = [a_subscription("daily", DAILY)]
    desk.declare(*again, watches={"halcyon": "@halcyon"})
    assert desk.subscribers == ()
    # taken out and put in again by the operator: asked anew
    desk.declare(watches={"halcyon": "@halcyon"})
    desk.declare(*again, watches={"halcyon": "@halcyon"})
    assert [each.recipient for each in desk.subscribers] == [READER]


def test_who_subscribes_again_is_told_of_what_comes_from_then_on(desk: Desk) -> None:
    control = controls_in(desk, first_digest(desk))["end"]
    ask(desk, control)
    desk.publish("Halcyon loses")
    desk.tick(HOUR)
    undo(desk, control)
    undo(desk, control)
    desk.declare(a_subscription("daily", DAILY), watches={"halcyon": "@halcyon"})
    desk.tick()
    desk.publish("Halcyon appeals")
    [digest] = desk.tick(DAY)
    assert "Halcyon appeals" in said(digest).replace("*", "")
    assert "Halcyon loses" not in said(digest).replace("*", "")


def test_a_message_that_waits_is_stopped_when_its_reader_unsubscribes(desk: Desk) -> None:
    control = controls_in(desk, first_digest(desk))["end"]
    desk.publish("Halcyon loses")
    desk.clock.advance(DAY)
    desk.match()
    assert desk.tell() == 1
    ask(desk, control)
    assert desk.deliver() == []
    with desk.store.reading() as unit:
        newest = unit.outbox.list(limit=1)[0]
    assert (newest.state, newest.last_error) == ("stopped", "its reader has unsubscribed")


def test_a_message_of_another_subscription_still_goes(store: Store, clock: Clock) -> None:
    desk = Desk(
        store,
        clock,
        a_subscription("alerts", watches=("halcyon",)),
        a_subscription("corvid-alerts", watches=("corvid",)),
    )
    desk.reachable()
    desk.publish("Halcyon wins")
    [alert] = desk.tick()
    control = controls_in(desk, alert)["end"]
    desk.publish("Corvid opens", body="Corvid Data opens an office.")
    desk.match()
    desk.clock.advance(HOUR)
    assert desk.tell() == 1
    ask(desk, control)
    assert len(desk.deliver()) == 1


def test_to_unsubscribe_between_two_attempts_ends_the_attempts(desk: Desk) -> None:
    class Busy:
        name = "email"

        def send(self, message: OutboxMessage) -> Receipt:
            return Receipt(outcome="deferred", code=450)

        def close(self) -> None:
            """Nothing is kept open."""

    control = controls_in(desk, first_digest(desk))["end"]
    desk.publish("Halcyon loses")
    desk.clock.advance(DAY)
    desk.match()
    desk.tell()
    deliver_due(desk.store, {"email": Busy()}, now=desk.clock, owner="desk")
    ask(desk, control)
    desk.clock.advance(DAY)
    assert desk.deliver() == []


def test_what_is_muted_is_not_told_and_not_told_later(desk: Desk) -> None:
    control = controls_in(desk, first_digest(desk))["mute"]
    ask(desk, control)
    desk.publish("Halcyon loses")
    desk.publish("Corvid opens", body="Corvid Data opens an office.")
    [digest] = desk.tick(DAY)
    told = said(digest).replace("*", "")
    assert "Corvid opens" in told
    assert "Halcyon loses" not in told
    assert "Halcyon is muted until Tue 1 Dec, 08:00; 1 mention left out." in told
    assert "Nothing new for Halcyon" not in told

    desk.clock.advance(7 * DAY)
    desk.tick()
    desk.publish("Halcyon appeals")
    [later] = desk.tick(DAY)
    told = said(later).replace("*", "")
    assert "Halcyon appeals" in told
    assert "Halcyon loses" not in told
    assert "muted" not in told


@pytest.mark.slow
def test_what_is_muted_is_settled_although_no_message_goes(desk: Desk) -> None:
    ask(desk, controls_in(desk, first_digest(desk))["mute"])
    desk.publish("Halcyon loses")
    assert desk.tick(DAY) == []
    with desk.store.reading() as unit:
        assert unit.tellings.count_pending() == {}


def test_what_one_subscription_mutes_another_still_tells(store: Store, clock: Clock) -> None:
    weekly = Cadence(kind="weekly", weekday="thu", at=time(9), text="weekly on thu at 09:00")
    desk = Desk(store, clock, a_subscription("daily", DAILY), a_subscription("weekly", weekly))
    desk.reachable()
    digest = first_digest(desk)
    ask(desk, controls_in(desk, digest)["mute"])
    desk.publish("Halcyon loses")
    assert desk.tick(DAY) == []
    [thursday] = desk.tick(DAY + 2 * HOUR)
    told = said(thursday).replace("*", "")
    assert "Halcyon loses" in told
    assert "Told before" not in told


def test_a_mute_can_be_taken_back(desk: Desk) -> None:
    control = controls_in(desk, first_digest(desk))["mute"]
    ask(desk, control)
    assert stands(desk, control).until == "Tue 1 Dec, 08:00"
    undo(desk, control)
    assert not stands(desk, control).done
    desk.publish("Halcyon loses")
    assert len(desk.tick(DAY)) == 1


def test_what_is_not_relevant_is_noted_for_its_watch_and_its_edits_are_not_told(
    desk: Desk,
) -> None:
    control = controls_in(desk, first_digest(desk))["irrelevant"]
    ask(desk, control)
    ask(desk, control)
    with desk.store.reading() as unit:
        [noted] = unit.reader_requests.irrelevant("halcyon")
        assert unit.reader_requests.irrelevant("corvid") == ()
    assert (noted.title, noted.recipient) == ("Halcyon wins", READER)

    desk.publish("Halcyon loses everything", name="Halcyon wins")
    assert desk.tick(DAY) == []
    undo(desk, control)
    with desk.store.reading() as unit:
        assert unit.reader_requests.irrelevant() == ()


def test_a_preview_has_the_same_links(desk: Desk) -> None:
    from alerts.dispatch.cut import previews

    first_digest(desk)
    desk.publish("Halcyon loses")
    desk.match()
    [preview] = previews(desk.store, desk.context, "daily", now=desk.clock())
    assert "https://watch.trust.example/c/" in preview.rendered.text


def test_a_welcome_can_be_unsubscribed_from_too(desk: Desk) -> None:
    desk.poll()
    desk.welcome()
    [welcome] = desk.deliver()
    assert set(controls_in(desk, welcome)) == {"end"}

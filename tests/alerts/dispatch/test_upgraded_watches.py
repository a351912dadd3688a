"""An upgrade by which a watch comes to find more tells nobody what was there before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.query import compile_query, query
from config.catalog import keyword_query
from storage.store import Store
from tests.support.builders import NOW
from tests.support.clock import Clock
from tests.support.desk import Desk, a_subscription


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


BODY = "Two patient records were lost."


def test_what_a_keyword_newly_finds_in_the_archive_is_baseline(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock, a_subscription(), watches={"epr": '"patient record"'})
    desk.poll()
    desk.publish("Lost on a bus", BODY)
    assert desk.tick() == []

    clock.advance(timedelta(hours=1))
    desk.declare(a_subscription(), watches={"epr": keyword_query(["patient record"])})
    assert desk.tick() == []
    desk.publish("Lost on a bus", BODY + " They were found again.")  # an edit: matched again
    clock.advance(timedelta(minutes=1))
    assert desk.tick() == []

    desk.publish("Lost on a train", BODY)
    [message] = desk.tick()
    assert "Lost on a train" in message.notification.subject


def test_a_language_that_means_something_else_makes_a_new_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = compile_query("corvantis").fingerprint
    monkeypatch.setattr(query, "MEANING", query.MEANING + 1)
    assert compile_query("corvantis").fingerprint != before

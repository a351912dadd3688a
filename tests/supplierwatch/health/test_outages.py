"""Blind sources are told of once; an outage of our own is held against nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from storage.model import SourceState, Validators
from storage.store import Store
from supplierwatch.health.outage import NETWORK, NO_ANSWER, RESUME, find_outage
from supplierwatch.health.outage import _update_notices as record
from tests.support.builders import NOW, a_report, a_source, an_article

HOUR = timedelta(hours=1)
WELL = SourceState(
    key="a",
    kind="feed",
    url="https://a.example/feed/",
    active=True,
    next_at=NOW,
    lease_owner=None,
    lease_until=None,
    validators=Validators(etag=None, last_modified=None, body_hash=None),
    last_polled_at=NOW - HOUR,
    last_success_at=NOW - HOUR,
    outcome="ok",
    http_status=200,
    last_error=None,
    failures=0,
    baseline_done_at=NOW,
    item_count=0,
)


def silent(key: str, failures: int = 1) -> SourceState:
    return replace(
        WELL,
        key=key,
        url=f"https://{key}.example/feed/",
        last_polled_at=NOW,
        outcome="failed",
        http_status=None,
        failures=failures,
    )


def test_nothing_reached_at_all_is_our_own_outage() -> None:
    states = [WELL, silent("b"), silent("c"), silent("d")]
    assert [state.key for state in find_outage(states, NOW)] == ["b", "c", "d"]


def test_an_answer_that_a_clock_ahead_dated_hides_no_outage() -> None:
    ahead = replace(silent("e"), last_success_at=NOW + 3650 * 24 * HOUR)
    states = [WELL, ahead, silent("b"), silent("c"), silent("d")]
    assert {state.key for state in find_outage(states, NOW)} == {"b", "c", "d", "e"}


@pytest.mark.parametrize(
    ("states", "at"),
    [
        pytest.param([silent("b"), silent("c")], NOW, id="two-hosts"),
        pytest.param(
            [replace(silent(k), url="https://one.example/") for k in "bcd"], NOW, id="one-host"
        ),
        pytest.param([silent(k, failures=9) for k in "bcd"], NOW, id="dead-for-long"),
        pytest.param(
            [replace(WELL, last_success_at=NOW, last_polled_at=NOW), *map(silent, "bcd")],
            NOW + HOUR,
            id="one-answered-since",
        ),
        pytest.param(
            [replace(WELL, outcome="failed", http_status=500, last_polled_at=NOW + HOUR)]
            + [silent(k) for k in "bcd"],
            NOW + HOUR,
            id="an-error-is-an-answer",
        ),
        pytest.param([WELL, *map(silent, "bcd")], NOW - HOUR + NO_ANSWER / 2, id="too-soon"),
    ],
)
def test_hosts_that_fail_for_themselves_are_no_outage(
    states: list[SourceState], at: datetime
) -> None:
    assert find_outage(states, at) == ()


def polled(store: Store, key: str, at: timedelta, **changes: Any) -> None:
    with store.transaction() as unit:
        unit.sources.claim_due(
            NOW + at, limit=9, owner="run-1", lease=HOUR, keys=[key], even_if_not_due=True
        )
        unit.sources.finish(
            a_report(key, "run-1", finished_at=NOW + at, **changes),
            next_at=NOW + at + HOUR,
            validators=None,
            baseline_done=True,
        )


def looked(store: Store, at: timedelta) -> tuple[str, ...]:
    with store.transaction() as unit:
        return record(unit, NOW + at)


def test_an_outage_costs_no_source_anything_and_is_told_once(store: Store) -> None:
    with store.transaction() as unit:
        unit.sources.declare([a_source(key) for key in "abc"], NOW)
    for key in "abc":
        polled(store, key, timedelta(), outcome="ok")
    for key in "abc":
        polled(store, key, HOUR, outcome="failed", http_status=None, errors=("no name",))

    assert len(looked(store, HOUR)) == 1
    assert looked(store, HOUR) == ()

    with store.reading() as unit:
        assert [state.failures for state in unit.sources.all()] == [0, 0, 0]
        assert {state.next_at for state in unit.sources.all()} == {NOW + HOUR + RESUME}
        assert [notice.key for notice in unit.notices.open()] == [NETWORK]

    polled(store, "a", 2 * HOUR, outcome="ok")
    assert looked(store, 2 * HOUR) == ()
    with store.reading() as unit:
        assert unit.notices.open() == ()


def test_a_source_that_is_gone_is_told_of_once_until_it_is_back(store: Store) -> None:
    with store.transaction() as unit:
        unit.sources.declare([a_source("a")], NOW)
    polled(store, "a", timedelta(), outcome="failed", http_status=410)

    assert "gone for good" in looked(store, timedelta())[0]
    assert looked(store, HOUR) == ()

    polled(store, "a", HOUR, outcome="ok", http_status=200)
    assert looked(store, HOUR) == ()
    with store.reading() as unit:
        assert unit.notices.open() == ()


def test_a_silent_source_is_told_of_once_and_apart_from_a_failing_one(store: Store) -> None:
    with store.transaction() as unit:
        unit.sources.declare([a_source("a")], NOW)
        for number in range(8):
            article = an_article(source_key="a", published_at=NOW - (number + 1) * HOUR)
            unit.items.put(article, now=NOW, baseline=True)
    polled(store, "a", timedelta(), outcome="ok", new=8)
    week = timedelta(days=7)
    polled(store, "a", week, outcome="not-modified", new=0)

    [text] = looked(store, week)
    assert "listed nothing new since" in text
    with store.reading() as unit:
        coverage = unit.coverage(NOW, NOW + week)
    assert (coverage.without_news, coverage.thin, coverage.blind) == (("a",), (), ())
    assert looked(store, week + HOUR) == ()

    for hours in (1, 2, 3):
        polled(store, "a", week + hours * HOUR, outcome="failed", http_status=500, new=0)
    [text] = looked(store, week + 4 * HOUR)
    assert "has not been read" in text

    with store.transaction() as unit:
        unit.items.put(an_article(source_key="a"), now=NOW + 2 * week, baseline=False)
    polled(store, "a", 2 * week, outcome="ok", new=1)
    assert looked(store, 2 * week) == ()
    with store.reading() as unit:
        assert unit.notices.open() == ()

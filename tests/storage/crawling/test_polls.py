"""The history of polls: what each brought, bounded, and quiet where nothing happens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from storage.crawling import polls
from storage.model import PastPoll
from storage.store import Store
from tests.support.builders import NOW, a_report, a_source

HOUR = timedelta(hours=1)


def poll(store: Store, key: str, number: int, **changes: Any) -> None:
    """A poll of the source that is claimed, done and reported, `number` hours from now."""
    at = NOW + number * HOUR
    with store.transaction() as unit:
        unit.sources.declare([a_source("a"), a_source("b")], NOW)
        unit.sources.claim_due(
            at, owner="run-1", lease=HOUR, limit=9, keys=[key], even_if_not_due=True
        )
        unit.sources.finish(
            a_report(key, "run-1", **({"finished_at": at} | changes)),
            next_at=at + HOUR,
            validators=None,
            baseline_done=True,
        )


def history(store: Store, key: str = "a", **page: Any) -> tuple[PastPoll, ...]:
    with store.reading() as unit:
        return unit.polls.of_source(key, **({"limit": 100} | page))


def test_each_poll_is_kept_with_what_it_brought_newest_first(store: Store) -> None:
    poll(store, "a", 0, new=3, listed=9, read=3)
    poll(store, "a", 1, outcome="failed", http_status=503, errors=("HTTP 503",), listed=0, new=0)
    poll(store, "b", 2, new=1)

    found = history(store)

    assert [(one.outcome, one.new, one.http_status, one.error) for one in found] == [
        ("failed", 0, 503, "HTTP 503"),
        ("ok", 3, 200, None),
    ]
    assert history(store, limit=1, before=found[0].row_id) == found[1:]


def test_polls_in_a_row_that_bring_nothing_and_are_alike_are_one_row(store: Store) -> None:
    nothing = {"listed": 9, "new": 0, "duplicate": 9, "read": 0, "thin": 0, "revised": 0}
    for number in range(3):
        poll(store, "a", number, **nothing)
    poll(store, "a", 3, **(nothing | {"new": 1}))
    poll(store, "a", 4, **(nothing | {"new": 1}))
    poll(store, "a", 5, **nothing)

    assert [(one.polls, one.new) for one in history(store)] == [(1, 0), (1, 1), (1, 1), (3, 0)]
    oldest = history(store)[-1]
    assert (oldest.first_at, oldest.last_at) == (NOW, NOW + 2 * HOUR)


def test_a_poll_that_does_not_end_is_a_failed_one(store: Store) -> None:
    with store.transaction() as unit:
        unit.sources.declare([a_source("a")], NOW)
        unit.sources.claim_due(NOW, owner="run-1", lease=HOUR, limit=1)
        unit.sources.release("run-1", now=NOW, error="the crawl ended with -9")
    assert [(one.outcome, one.error) for one in history(store)] == [
        ("failed", "the crawl ended with -9")
    ]


def test_only_the_last_polls_of_a_source_are_kept(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polls, "KEPT_POLLS", 3)
    poll(store, "b", 0, new=1)
    for number in range(6):
        poll(store, "a", number, new=number + 1)
    assert [one.new for one in history(store)] == [6, 5, 4]
    assert len(history(store, "b")) == 1

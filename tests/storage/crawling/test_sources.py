"""Sources: who polls which, when, and what is remembered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from storage.model import SourceState, Validators
from storage.store import Store
from tests.support.builders import NOW, a_report, a_source, an_article

MINUTE = timedelta(minutes=1)
LEASE = 5 * MINUTE


def declare(store: Store, *keys: str) -> None:
    with store.transaction() as unit:
        unit.sources.declare([a_source(key) for key in keys], NOW)


def claim(store: Store, owner: str = "run-1", at: timedelta = timedelta(), **how: Any) -> list[str]:
    with store.transaction() as unit:
        found = unit.sources.claim_due(NOW + at, owner=owner, lease=LEASE, **({"limit": 99} | how))
    return [state.key for state in found]


def state(store: Store, key: str) -> SourceState:
    with store.reading() as unit:
        found = unit.sources.get(key)
    assert found is not None
    return found


def finish(store: Store, key: str, run: str = "run-1", **changes: Any) -> bool:
    with store.transaction() as unit:
        return unit.sources.finish(
            a_report(key, run, **changes),
            next_at=NOW + 15 * MINUTE,
            validators=Validators(etag='"1"', last_modified=None, body_hash="h"),
            baseline_done=True,
        )


def test_a_new_source_is_due_at_once_and_opens_with_a_baseline(store: Store) -> None:
    declare(store, "a")

    found = state(store, "a")

    assert (found.active, found.next_at, found.baseline_done_at) == (True, NOW, None)
    assert (found.failures, found.item_count, found.outcome) == (0, 0, None)
    assert claim(store) == ["a"]


def test_a_leased_source_has_one_holder_until_the_lease_runs_out(store: Store) -> None:
    declare(store, "a", "b")

    assert claim(store, limit=1) == ["a"]
    assert claim(store, "run-2") == ["b"]
    assert claim(store, "run-3", even_if_not_due=True) == []
    assert claim(store, "run-4", LEASE) == ["a", "b"]
    assert state(store, "a").lease_owner == "run-4"


def test_a_finished_poll_is_remembered_and_due_again_later(store: Store) -> None:
    declare(store, "a")
    claim(store)

    assert finish(store, "a")

    found = state(store, "a")
    assert found.lease_owner is None
    assert found.validators == Validators(etag='"1"', last_modified=None, body_hash="h")
    assert found.last_polled_at == found.last_success_at == found.baseline_done_at
    assert (found.outcome, found.http_status, found.failures) == ("ok", 200, 0)
    assert claim(store, "run-2") == []
    assert claim(store, "run-2", even_if_not_due=True, keys=["b"]) == []
    assert claim(store, "run-2", even_if_not_due=True, keys=["a"]) == ["a"]


def test_failures_are_counted_until_a_success(store: Store) -> None:
    declare(store, "a")
    for number in (1, 2, 3):
        claim(store, even_if_not_due=True)
        finish(store, "a", outcome="failed", errors=("no answer", "again none"))
        assert state(store, "a").failures == number
    assert state(store, "a").last_error == "no answer; again none"
    assert state(store, "a").last_success_at is None

    claim(store, even_if_not_due=True)
    finish(store, "a", outcome="not-modified")

    assert (state(store, "a").failures, state(store, "a").last_error) == (0, None)


def test_a_baseline_ends_once(store: Store) -> None:
    declare(store, "a")
    claim(store)
    finish(store, "a")
    first = state(store, "a").baseline_done_at
    claim(store, even_if_not_due=True)

    finish(store, "a", finished_at=NOW + 60 * MINUTE)

    assert state(store, "a").baseline_done_at == first


def test_a_run_that_lost_its_lease_records_nothing(store: Store) -> None:
    declare(store, "a")
    claim(store, "run-1")
    claim(store, "run-2", LEASE)

    assert not finish(store, "a", "run-1")

    assert state(store, "a").lease_owner == "run-2"
    assert state(store, "a").outcome is None
    assert finish(store, "a", "run-2")


def test_what_a_crashed_run_held_is_due_again_soon_and_counts_as_failed(store: Store) -> None:
    declare(store, "a", "b", "c")
    claim(store, limit=2)
    finish(store, "a")

    with store.transaction() as unit:
        left = unit.sources.release("run-1", now=NOW, error="the crawl ended with 137")
    assert left == ("b",)

    assert state(store, "a").failures == 0
    assert state(store, "a").unfinished_polls == 0
    assert state(store, "b").unfinished_polls == 1
    b = state(store, "b")
    assert (b.outcome, b.failures, b.last_error) == ("failed", 1, "the crawl ended with 137")
    assert NOW < b.next_at <= NOW + 15 * MINUTE


def test_of_several_that_a_crashed_run_held_none_is_blamed_and_all_are_due_as_they_were(
    store: Store,
) -> None:
    declare(store, "a", "b")
    before = [state(store, key) for key in "ab"]
    claim(store, limit=2)
    with store.transaction() as unit:
        left = unit.sources.release("run-1", now=NOW, error="the crawl ended with 137")
    assert left == ("a", "b")
    assert [state(store, key) for key in "ab"] == [
        replace(one, unfinished_polls=1) for one in before
    ]


def test_what_was_given_back_without_an_error_is_as_it_was(store: Store) -> None:
    declare(store, "a")
    before = state(store, "a")
    claim(store)

    with store.transaction() as unit:
        unit.sources.release("run-1", now=NOW, error=None)

    assert state(store, "a") == before


def test_sources_that_are_not_declared_any_more_rest_with_their_history(store: Store) -> None:
    declare(store, "a", "b")
    claim(store)
    finish(store, "a")

    declare(store, "b")

    assert not state(store, "a").active
    assert claim(store, "run-2", LEASE) == ["b"]
    declare(store, "a", "b")
    back = state(store, "a")
    assert (back.active, back.next_at) == (True, NOW)
    assert back.baseline_done_at is not None


def test_a_new_address_keeps_history_and_forgets_validators(store: Store) -> None:
    declare(store, "a")
    claim(store)
    finish(store, "a")

    with store.transaction() as unit:
        unit.sources.declare([a_source("a", url="https://moved.example/feed")], NOW)

    found = state(store, "a")
    assert found.url == "https://moved.example/feed"
    assert found.validators == Validators(etag=None, last_modified=None, body_hash=None)
    assert (found.next_at, found.baseline_done_at is None) == (NOW, False)


def test_the_same_declaration_changes_nothing(store: Store) -> None:
    declare(store, "a")
    claim(store)
    finish(store, "a")
    before = state(store, "a")

    declare(store, "a")

    assert state(store, "a") == before


def test_a_source_counts_what_it_listed_first(store: Store) -> None:
    declare(store, "ward-ledger", "trolley-times")
    article = an_article()
    with store.transaction() as unit:
        unit.items.put(article, now=NOW, baseline=False)
        unit.items.put(article, now=NOW, baseline=False)
        unit.items.put(an_article(), now=NOW, baseline=False)

    assert state(store, "ward-ledger").item_count == 2
    assert state(store, "trolley-times").item_count == 0


def test_the_robots_file_of_a_host_is_kept_as_it_was_last_read(store: Store) -> None:
    with store.transaction() as unit:
        assert unit.robots_files.get("ward-ledger.example") is None
        unit.robots_files.put("ward-ledger.example", NOW, 200, "User-agent: *\x00")
        unit.robots_files.put("ward-ledger.example", NOW + MINUTE, 404, "")

    with store.reading() as unit:
        kept = unit.robots_files.get("ward-ledger.example")
    assert kept is not None
    assert (kept.fetched_at, kept.status, kept.body) == (NOW + MINUTE, 404, "")

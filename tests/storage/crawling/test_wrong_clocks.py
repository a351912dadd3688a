"""What a clock that ran ahead wrote, or a clock that was set back reads, is done all the same."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from crawler.polling.poll_interval import next_recheck, page_retry
from storage.crawling.sources import is_free, is_poll_due
from storage.model import CrawlReport, Match
from storage.rules.wait_bounds import (
    MAX_LEASE,
    MAX_MATCH_WAIT,
    MAX_PAGE_WAIT,
    MAX_POLL_WAIT,
    MAX_RECHECK_WAIT,
)
from storage.store import Store
from tests.support.builders import NOW, a_listed_article, a_match, a_watch_text, an_article
from tests.support.crawls import a_source

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
JUMPS = {"an hour": HOUR, "a day": DAY, "ten years": 3650 * DAY}
EVERY_JUMP = pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS.keys())
MINUTE = timedelta(minutes=1)
LEASE = timedelta(minutes=12)


def poll(store: Store, at: datetime, *, wait: timedelta = 15 * MINUTE) -> None:
    """A poll at this time, which sets the next one."""
    with store.transaction() as unit:
        unit.sources.claim_due(at, limit=1, owner="r", lease=LEASE, even_if_not_due=True)
        report = CrawlReport(
            source_key="ledger", run_id="r", started_at=at, finished_at=at, outcome="ok"
        )
        assert unit.sources.finish(report, next_at=at + wait, validators=None, baseline_done=True)


def claim(store: Store, at: datetime) -> list[str]:
    """The sources that a run of this time gets, as statement and as value alike."""
    with store.transaction() as unit:
        states = unit.sources.all()
        wanted = [s.key for s in states if is_free(s, at) and is_poll_due(s, at)]
        got = [s.key for s in unit.sources.claim_due(at, limit=9, owner="q", lease=LEASE)]
    assert got == wanted
    return got


@pytest.fixture
def polled(store: Store) -> Store:
    with store.transaction() as unit:
        unit.sources.declare([a_source("ledger", "https://ledger.example/feed")], NOW)
    poll(store, NOW)
    return store


def test_a_source_waits_for_its_time(polled: Store) -> None:
    assert claim(polled, NOW + 14 * MINUTE) == []
    assert claim(polled, NOW + 15 * MINUTE) == ["ledger"]


@EVERY_JUMP
def test_a_source_that_was_polled_by_a_clock_ahead_is_due_when_it_is_right(
    polled: Store, jump: timedelta
) -> None:
    poll(polled, NOW + jump)
    assert claim(polled, NOW + 5 * MINUTE) == ["ledger"]


@EVERY_JUMP
def test_a_source_is_due_on_a_clock_that_is_set_back_and_again_when_it_is_right(
    polled: Store, jump: timedelta
) -> None:
    back = NOW - jump + 5 * MINUTE
    assert claim(polled, back) == ["ledger"]
    with polled.transaction() as unit:
        unit.sources.release("q", now=back, error=None)
    poll(polled, back)
    assert claim(polled, back + MINUTE) == []
    assert claim(polled, NOW + 20 * MINUTE) == ["ledger"]


def test_the_longest_wait_that_a_source_may_be_given_is_waited(polled: Store) -> None:
    month = timedelta(days=31) * 1.1
    assert month < MAX_POLL_WAIT
    poll(polled, NOW, wait=month)
    assert claim(polled, NOW + MINUTE) == []
    assert claim(polled, NOW + month) == ["ledger"]


@pytest.mark.parametrize("jump", [2 * DAY, 3650 * DAY])
def test_a_lease_of_a_clock_ahead_ends_when_it_is_right(polled: Store, jump: timedelta) -> None:
    ahead = NOW + jump
    assert claim(polled, ahead) == ["ledger"]  # and its run dies
    assert claim(polled, NOW + 20 * MINUTE) == ["ledger"]


def test_the_longest_lease_that_a_run_may_have_is_kept(polled: Store) -> None:
    longest = DAY + timedelta(minutes=2)
    assert longest < MAX_LEASE
    at = NOW + HOUR
    with polled.transaction() as unit:
        assert unit.sources.claim_due(at, limit=1, owner="r", lease=longest)
    assert claim(polled, at + MINUTE) == []


@EVERY_JUMP
def test_a_page_that_a_clock_ahead_listed_is_due_when_it_is_right(
    store: Store, jump: timedelta
) -> None:
    ahead = NOW + jump
    with store.transaction() as unit:
        stored = unit.items.put(a_listed_article(), now=ahead, baseline=False, page_due_at=ahead)
        due = unit.pages.due("ward-ledger", now=NOW, limit=5)
    assert [page.item_id for page in due] == [stored.item_id]


def test_a_page_that_failed_waits_as_long_as_it_was_told_to(store: Store) -> None:
    with store.transaction() as unit:
        item = unit.items.put(a_listed_article(), now=NOW, baseline=False, page_due_at=NOW).item_id
        last = page_retry(5, 500, NOW)
        assert last is not None
        assert last - NOW < MAX_PAGE_WAIT
        unit.pages.record_failure(item, reason="http-500", now=NOW, retry_at=last)
        assert unit.pages.due("ward-ledger", now=NOW + HOUR, limit=5) == ()
        ten_years = NOW + 3650 * DAY
        unit.pages.record_failure(item, reason="http-500", now=ten_years, retry_at=ten_years)
        assert len(unit.pages.due("ward-ledger", now=NOW + HOUR, limit=5)) == 1


@EVERY_JUMP
def test_an_item_that_a_clock_ahead_stored_is_matched_when_it_is_right(
    store: Store, jump: timedelta
) -> None:
    ahead = NOW + jump
    with store.transaction() as unit:
        item = unit.items.put(
            an_article(), now=ahead, baseline=False, ready_at=ahead + 10 * MINUTE
        ).item_id
        assert unit.items.pending(now=NOW, limit=5) == (item,)


def test_an_item_whose_page_is_on_its_way_waits_for_it(store: Store) -> None:
    patience = 10 * MINUTE
    assert patience < MAX_MATCH_WAIT
    with store.transaction() as unit:
        unit.items.put(an_article(), now=NOW, baseline=False, ready_at=NOW + patience)
        assert unit.items.pending(now=NOW + MINUTE, limit=5) == ()
        assert len(unit.items.pending(now=NOW + patience, limit=5)) == 1


def test_a_look_that_a_clock_ahead_put_off_is_made(store: Store) -> None:
    with store.transaction() as unit:
        item = unit.items.put(an_article(), now=NOW, baseline=False).item_id
        unit.rechecks.schedule(item, NOW + 7 * DAY)
        assert 7 * DAY < MAX_RECHECK_WAIT
        assert unit.rechecks.due("ward-ledger", now=NOW + HOUR, limit=5) == ()
        unit.rechecks.schedule(item, NOW + 3650 * DAY)
        due = unit.rechecks.due("ward-ledger", now=NOW + HOUR, limit=5)
    assert [page.item_id for page in due] == [item]


@EVERY_JUMP
def test_a_page_that_a_clock_ahead_first_saw_is_looked_at_once_a_day(jump: timedelta) -> None:
    assert next_recheck(NOW + jump, NOW) == NOW + DAY


@EVERY_JUMP
def test_a_watch_that_a_clock_ahead_put_into_force_finds_news_when_it_is_right(
    store: Store, jump: timedelta
) -> None:
    with store.transaction() as unit:
        unit.watches.declare([a_watch_text()], NOW + jump)
        item = unit.items.put(an_article(), now=NOW, baseline=False).item_id
        made = unit.mentions.record(
            item, [a_match(item)], matched_revision=1, audience={}, now=NOW + MINUTE
        )
    assert [mention.baseline for mention in made] == [False]


def test_what_was_there_before_a_watch_is_its_baseline_still(store: Store) -> None:
    with store.transaction() as unit:
        item = unit.items.put(an_article(), now=NOW, baseline=False).item_id
        unit.watches.declare([a_watch_text()], NOW + HOUR)
        match: Match = a_match(item)
        made = unit.mentions.record(
            item, [match], matched_revision=1, audience={}, now=NOW + 2 * HOUR
        )
    assert [mention.baseline for mention in made] == [True]


@EVERY_JUMP
def test_what_was_muted_by_a_clock_ahead_is_not_mute_for_years(
    store: Store, jump: timedelta
) -> None:
    from tests.support.builders import a_subscription

    week = 7 * DAY
    with store.transaction() as unit:
        [one] = unit.subscribers.declare([a_subscription()], NOW)
        unit.reader_requests.mute([one.subscriber_id], "halcyon", NOW + week)
        assert len(unit.reader_requests.muted(NOW)) == 1
        unit.reader_requests.mute([one.subscriber_id], "halcyon", NOW + jump + week)
        longest = 8 * DAY
        assert len(unit.reader_requests.muted(NOW)) == (1 if jump + week <= longest else 0)
        assert unit.reader_requests.muted(NOW + jump + week) == ()

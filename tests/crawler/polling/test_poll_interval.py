"""When sources and pages are asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.polling.poll_interval import (
    GONE_EVERY,
    has_moved,
    next_poll,
    page_retry,
    usual_interval,
)
from storage.model import CrawlReport, Outcome, SourceState, Validators
from tests.support.crawls import a_source

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SOURCE = a_source("outlet", "https://outlet.example/feed")
STATE = SourceState(
    key="outlet",
    kind="feed",
    url=SOURCE.url,
    active=True,
    next_at=NOW,
    lease_owner=None,
    lease_until=None,
    validators=Validators(etag=None, last_modified=None, body_hash=None),
    last_polled_at=NOW,
    last_success_at=NOW,
    outcome="ok",
    http_status=200,
    last_error=None,
    failures=0,
    baseline_done_at=NOW - timedelta(days=1),
    item_count=10,
)


def report(outcome: Outcome = "ok", **more: Any) -> CrawlReport:
    return CrawlReport(
        source_key="outlet", run_id="r", started_at=NOW, finished_at=NOW, outcome=outcome, **more
    )


def wait(
    outcome: Outcome = "ok",
    *,
    state: SourceState = STATE,
    luck: float = 0.0,
    said: CrawlReport | None = None,
    **more: Any,
) -> timedelta:
    due = next_poll(SOURCE, state, said or report(outcome), NOW, random=lambda: luck, **more)
    return due - NOW


def test_a_source_that_answers_is_asked_at_its_usual_interval() -> None:
    assert wait("not-modified") == timedelta(minutes=15)


def test_jitter_spreads_sources_and_never_goes_below_the_interval() -> None:
    assert timedelta(minutes=15) < wait(luck=0.99) <= timedelta(minutes=16.5)


def test_news_brings_the_next_poll_nearer_but_not_below_the_floor() -> None:
    assert wait(said=report(new=3)) == timedelta(minutes=7.5)
    eager = replace(SOURCE, every=timedelta(minutes=6))
    due = next_poll(eager, STATE, report(new=3), NOW, random=lambda: 0.0)
    assert due - NOW == timedelta(minutes=5)


def test_a_baseline_is_no_news() -> None:
    assert wait(said=report(new=300), state=replace(STATE, baseline_done_at=None)) == timedelta(
        minutes=15
    )


def test_failures_double_the_wait_up_to_the_ceiling_and_never_end() -> None:
    waits = [wait("failed", state=replace(STATE, failures=n)) for n in range(9)]
    assert waits[:4] == [timedelta(minutes=m) for m in (15, 30, 60, 120)]
    assert waits[-1] == timedelta(hours=24)
    assert wait("failed", state=replace(STATE, failures=100_000)) == timedelta(hours=24)


@pytest.mark.parametrize("outcome", ["blocked", "not-a-feed", "failed"])
def test_whatever_is_no_answer_backs_off(outcome: Outcome) -> None:
    assert wait(outcome, state=replace(STATE, failures=2)) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("ttl", "expected"),
    [
        (timedelta(minutes=1), timedelta(minutes=15)),
        (timedelta(hours=2), timedelta(hours=2)),
        (timedelta(minutes=525_600), timedelta(hours=24)),
    ],
)
def test_the_publishers_wish_counts_between_floor_and_ceiling(
    ttl: timedelta, expected: timedelta
) -> None:
    assert wait(ttl=ttl) == expected


def test_retry_after_is_heeded_beyond_the_interval() -> None:
    said = report("failed", retry_after=NOW + timedelta(hours=5))
    assert wait(said=said) >= timedelta(hours=5)


def test_a_source_that_is_gone_is_asked_once_a_week() -> None:
    assert wait(said=report("failed", http_status=410)) == GONE_EVERY


def test_pages_that_are_left_bring_the_next_poll_to_the_floor() -> None:
    assert wait(pages_left=True) == timedelta(minutes=5)


def test_a_page_to_be_tried_again_soon_brings_the_poll_nearer() -> None:
    slow = replace(SOURCE, every=timedelta(hours=12))
    due = next_poll(
        slow, STATE, report(), NOW, random=lambda: 0.0, page_retry_at=NOW + timedelta(minutes=40)
    )
    assert due - NOW == timedelta(minutes=40)


def test_a_page_is_tried_again_less_and_less_often_and_then_no_more() -> None:
    waits = [page_retry(n, 500, NOW) for n in range(1, 7)]
    assert waits == [
        NOW + timedelta(minutes=15),
        NOW + timedelta(hours=1),
        NOW + timedelta(hours=6),
        NOW + timedelta(days=1),
        NOW + timedelta(days=3),
        None,
    ]


@pytest.mark.parametrize(("status", "tries"), [(403, 2), (401, 2), (404, 1), (410, 1), (None, 5)])
def test_closed_and_absent_pages_are_tried_less(status: int | None, tries: int) -> None:
    assert sum(page_retry(n, status, NOW) is not None for n in range(1, 20)) == tries


@pytest.mark.parametrize(
    ("gap", "minutes"),
    [
        (timedelta(minutes=3), 7.5),  # something new all the time
        (timedelta(minutes=90), 15),
        (timedelta(hours=4), 40),
        (timedelta(days=9), 60),  # hardly ever
    ],
)
def test_the_interval_learns_the_rhythm_of_its_source(gap: timedelta, minutes: float) -> None:
    state = replace(STATE, usual_gap=gap)
    assert wait("not-modified", state=state) == timedelta(minutes=minutes)


def test_floor_and_ceiling_hold_whatever_the_rhythm() -> None:
    bounds = {"min_every": timedelta(minutes=10), "max_every": timedelta(minutes=30)}
    source = a_source("outlet", SOURCE.url, **bounds)
    assert usual_interval(source, timedelta(minutes=1)) == timedelta(minutes=10)
    assert usual_interval(source, timedelta(days=9)) == timedelta(minutes=30)


SUNDAY_NIGHT = datetime(2026, 3, 1, 22, 50, tzinfo=UTC)


def due_after(at: datetime, silent: frozenset[int], **more: Any) -> datetime:
    state = replace(STATE, silent_hours=silent)
    return next_poll(SOURCE, state, report("not-modified"), at, random=lambda: 0.0, **more)


def test_hours_in_which_nothing_comes_are_slept_through() -> None:
    sunday_and_early = frozenset(range(6 * 24, 7 * 24)) | {0, 1, 2}
    assert due_after(SUNDAY_NIGHT, sunday_and_early) == datetime(2026, 3, 2, 3, tzinfo=UTC)
    assert due_after(SUNDAY_NIGHT, frozenset({0})) == SUNDAY_NIGHT + timedelta(minutes=15)


def test_no_silence_is_longer_than_the_ceiling() -> None:
    weekdays = frozenset(range(5 * 24 + 12))
    monday = datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert due_after(monday, weekdays) == monday + timedelta(hours=24)


def test_pages_that_are_left_do_not_wait_for_the_morning() -> None:
    night = frozenset(range(7 * 24)) - {12}
    assert due_after(SUNDAY_NIGHT, night, pages_left=True) - SUNDAY_NIGHT == timedelta(minutes=5)


def test_what_this_poll_read_counts_before_what_was_known() -> None:
    state = replace(STATE, silent_hours=frozenset(range(7 * 24 - 1)))
    said = report(silent_hours=())
    assert wait(state=state, said=said) == timedelta(minutes=15)


MOVED = replace(STATE, moved_to="https://new.example/", moved_since=NOW, moved_polls=3)


@pytest.mark.parametrize(
    ("state", "after", "moved"),
    [
        (MOVED, timedelta(days=1), True),
        (MOVED, timedelta(hours=23), False),
        (replace(MOVED, moved_polls=2), timedelta(days=9), False),
        (replace(MOVED, failures=3), timedelta(days=9), False),
        (STATE, timedelta(days=9), False),
    ],
)
def test_a_source_has_moved_when_it_says_so_for_a_day(
    state: SourceState, after: timedelta, moved: bool
) -> None:
    assert has_moved(state, NOW + after) is moved

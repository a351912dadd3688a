"""What is learned of how a source behaves."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from storage.crawling.source_history import PageCounts, arrival_gaps
from storage.model import SourceState
from storage.store import Store
from tests.support.builders import NOW, OUTLET, a_listed_article, a_report, a_source, an_article

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
moments = st.integers(0, 10**7).map(lambda seconds: NOW - timedelta(seconds=seconds))


def test_the_usual_gap_is_the_median_and_the_longest_is_kept() -> None:
    gaps = [2, 2, 3, 2, 60, 2, 4]
    at, times = NOW, [NOW]
    for gap in gaps:
        at += gap * HOUR
        times.append(at)
    rhythm = arrival_gaps(times)
    assert (rhythm.usual_gap, rhythm.longest_gap) == (2 * HOUR, 60 * HOUR)
    assert rhythm.newest_at == at


def test_entries_that_came_together_are_one_arrival() -> None:
    times = [NOW + day * DAY + timedelta(seconds=n) for day in range(7) for n in range(5)]
    assert arrival_gaps(times).usual_gap is not None
    assert abs((arrival_gaps(times).usual_gap or HOUR) - DAY) < timedelta(minutes=1)


def test_too_few_arrivals_make_no_rhythm() -> None:
    assert arrival_gaps([NOW + n * HOUR for n in range(5)]).usual_gap is None
    assert arrival_gaps([]).newest_at is None


@given(times=st.lists(moments, max_size=30), order=st.randoms(use_true_random=False))
def test_the_order_of_arrivals_does_not_matter(times: list[datetime], order: object) -> None:
    shuffled = list(times)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert arrival_gaps(shuffled) == arrival_gaps(times)


def declared(store: Store) -> None:
    with store.transaction() as unit:
        unit.sources.declare([a_source()], NOW)


def polled(store: Store, at: timedelta = timedelta(0), **said: object) -> SourceState:
    """The state of the source after a poll that ended so."""
    with store.transaction() as unit:
        unit.sources.claim_due(NOW + at, limit=1, owner="run-1", lease=HOUR, even_if_not_due=True)
        done = unit.sources.finish(
            a_report(finished_at=NOW + at, **said),
            next_at=NOW + at,
            validators=None,
            baseline_done=True,
        )
        assert done
        state = unit.sources.get(OUTLET)
    assert state is not None
    return state


def put(store: Store, *, hours: float, baseline: bool, dated: bool = True) -> None:
    with store.transaction() as unit:
        published = NOW - hours * HOUR if dated else None
        article = an_article(published_at=published)
        unit.items.put(article, now=NOW, baseline=baseline)


def test_a_poll_with_news_learns_the_rhythm_from_what_is_stored(store: Store) -> None:
    declared(store)
    for number in range(7):
        put(store, hours=1 + number * 4, baseline=True)
    state = polled(store, new=7)
    assert (state.usual_gap, state.longest_gap) == (4 * HOUR, 4 * HOUR)
    assert state.newest_at == NOW - HOUR


def test_what_was_there_before_the_source_and_has_no_date_tells_nothing(store: Store) -> None:
    declared(store)
    for _ in range(7):
        put(store, hours=0, baseline=True, dated=False)
    assert polled(store, new=7).newest_at is None


def test_what_comes_while_a_source_is_watched_is_new_whatever_its_date(store: Store) -> None:
    declared(store)
    put(store, hours=2000, baseline=False)
    assert polled(store, new=1).newest_at == NOW


def test_emptiness_counts_from_its_first_poll_and_ends_with_an_entry(store: Store) -> None:
    declared(store)
    polled(store, outcome="ok")
    assert polled(store, HOUR, outcome="empty").empty_since == NOW + HOUR
    assert polled(store, 2 * HOUR, outcome="not-modified").empty_since == NOW + HOUR
    assert polled(store, 3 * HOUR, outcome="empty").empty_since == NOW + HOUR
    assert polled(store, 4 * HOUR, outcome="ok").empty_since is None


def test_thin_pages_are_counted_until_one_is_read(store: Store) -> None:
    declared(store)
    polled(store, HOUR, thin=2)
    polled(store, 2 * HOUR, thin=0)
    state = polled(store, 3 * HOUR, thin=3)
    assert (state.thin_since, state.thin_pages) == (NOW + HOUR, 5)
    state = polled(store, 4 * HOUR, thin=3, read=1)
    assert (state.thin_since, state.thin_pages) == (None, 0)


def test_a_permanent_redirect_counts_while_it_leads_to_one_place(store: Store) -> None:
    declared(store)
    polled(store, HOUR, moved_to="https://a.example/new")
    state = polled(store, 2 * HOUR, outcome="not-modified", moved_to="https://a.example/new")
    assert (state.moved_to, state.moved_since, state.moved_polls) == (
        "https://a.example/new",
        NOW + HOUR,
        2,
    )
    state = polled(store, 3 * HOUR, moved_to="https://login.example/")
    assert (state.moved_since, state.moved_polls) == (NOW + 3 * HOUR, 1)
    assert polled(store, 4 * HOUR).moved_to is None


def test_a_redirect_to_something_that_is_no_listing_does_not_count(store: Store) -> None:
    declared(store)
    state = polled(store, HOUR, outcome="not-a-feed", moved_to="https://login.example/")
    assert state.moved_to is None


def test_an_answer_at_the_new_address_leaves_the_move_as_it_is(store: Store) -> None:
    declared(store)
    polled(store, HOUR, moved_to="https://a.example/new")
    state = polled(store, 2 * HOUR, polled_url="moved")
    assert (state.moved_to, state.moved_polls) == ("https://a.example/new", 1)


def test_another_declared_address_ends_a_move(store: Store) -> None:
    declared(store)
    polled(store, HOUR, moved_to="https://a.example/new")
    with store.transaction() as unit:
        unit.sources.declare([a_source(url="https://a.example/newest")], NOW)
        state = unit.sources.get(OUTLET)
    assert state is not None
    assert state.moved_to is None


def test_silent_hours_stay_until_a_listing_says_otherwise(store: Store) -> None:
    declared(store)
    assert polled(store, HOUR, silent_hours=(0, 1)).silent_hours == {0, 1}
    assert polled(store, 2 * HOUR, outcome="not-modified").silent_hours == {0, 1}
    assert polled(store, 3 * HOUR, silent_hours=()).silent_hours == frozenset()


def test_readings_count_what_is_thin_and_why(store: Store) -> None:
    with store.transaction() as unit:
        unit.items.put(an_article(), now=NOW, baseline=False)
        for reason in ("http-403", "http-403", "a wall"):
            listed = a_listed_article()
            one = unit.items.put(listed, now=NOW, baseline=False)
            unit.pages.record_failure(one.item_id, reason=reason, now=NOW, retry_at=None)
        found = unit.sources.count_pages(NOW)
        assert unit.sources.count_pages(NOW + HOUR) == {}
    assert found == {OUTLET: PageCounts(items=4, thin=3, why_thin=(("http-403", 2), ("a wall", 1)))}


def test_the_newest_date_of_the_entries_is_kept_apart(store: Store) -> None:
    declared(store)
    put(store, hours=2000, baseline=False)
    put(store, hours=9000, baseline=False)
    assert polled(store, new=2).newest_published_at == NOW - 2000 * HOUR


def test_the_age_of_what_is_listed_late_is_no_silence_of_its_source(store: Store) -> None:
    declared(store)
    for number in range(7):
        put(store, hours=1 + number * 4, baseline=True)
    put(store, hours=60_000, baseline=False)
    assert polled(store, new=8).longest_gap == 4 * HOUR

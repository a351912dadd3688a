"""Facets of what was found: counts, and a histogram without gaps."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.search.facets import MAX_BARS, MAX_VALUES, count_by_date, count_facets
from tests.support.builders import a_stored_item

DAYS = st.lists(st.dates(), min_size=1, max_size=30)


def test_each_item_counts_once_for_each_value() -> None:
    one = a_stored_item(item_id=1, language="en", url="https://www.ledger.example/1")
    two = replace(one, item_id=2, language=None, kind="release", source_key="other")
    found = count_facets(
        [one, two], {1: ("halcyon", "corvid", "halcyon"), 2: ("corvid",)}, exact=True
    )
    assert [(each.value, each.count) for each in found.suppliers] == [("corvid", 2), ("halcyon", 1)]
    assert {(each.value, each.count) for each in found.kinds} == {("news", 1), ("release", 1)}
    assert [(each.value, each.count) for each in found.sites] == [("ledger.example", 2)]
    assert [(each.value, each.count) for each in found.languages] == [("en", 1)]
    assert (found.counted, found.exact) == (2, True)


def test_only_the_most_frequent_values_are_named_and_the_rest_counted() -> None:
    item = a_stored_item()
    many = [replace(item, item_id=n, source_key=f"s{n:02}") for n in range(MAX_VALUES + 5)]
    found = count_facets(many, {}, exact=False)
    assert len(found.sources) == MAX_VALUES
    assert found.more["sources"] == 5


def test_nothing_has_no_facets() -> None:
    found = count_facets([], {}, exact=True)
    assert (found.suppliers, found.dates, found.counted) == ((), (), 0)


def test_an_undated_item_counts_on_the_day_it_was_seen() -> None:
    seen = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
    item = a_stored_item(published_at=None, first_seen_at=seen)
    [bar] = count_facets([item], {}, exact=True).dates
    assert (bar.first, bar.last, bar.count) == (date(2026, 11, 24), date(2026, 11, 24), 1)


@given(DAYS)
def test_bars_count_every_day_once_and_leave_no_gap(days: list[date]) -> None:
    bars = count_by_date(days)
    assert sum(bar.count for bar in bars) == len(days)
    assert len(bars) <= MAX_BARS
    assert bars[0].first <= min(days)
    assert bars[-1].last == max(days)
    for before, after in itertools.pairwise(bars):
        assert after.first - before.last == timedelta(days=1)
    for bar in bars:
        assert bar.count == sum(bar.first <= day <= bar.last for day in days)

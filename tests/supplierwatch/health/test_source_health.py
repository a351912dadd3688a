"""What is odd about a source is told apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crawler.polling.source_health import find_problems, format_gap, silence_threshold
from tests.supplierwatch.health.test_outages import NOW, WELL

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIVELY = replace(
    WELL,
    baseline_done_at=NOW - 90 * DAY,
    item_count=60,
    newest_at=NOW - 2 * HOUR,
    usual_gap=3 * HOUR,
    longest_gap=2 * DAY,
)
MOVED: dict[str, Any] = {
    "moved_to": "https://new.example/feed",
    "moved_since": NOW - 2 * DAY,
    "moved_polls": 3,
}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"outcome": "failed", "failures": 1, "http_status": 410}, ["gone: gone for good"]),
        ({"outcome": "failed", "failures": 2}, []),
        ({"outcome": "failed", "failures": 3}, ["failed: has not been read since"]),
        ({"outcome": "failed", "failures": 3, "last_success_at": None}, ["failed: read ever"]),
        ({"outcome": "blocked", "failures": 3, "http_status": 403}, ["blocked: refuses access"]),
        ({"outcome": "not-a-feed", "failures": 3}, ["changed: no longer returns a listing"]),
        ({"newest_at": NOW - 3 * DAY}, []),
        ({"newest_at": NOW - 5 * DAY}, ["silent: nothing new since 19 November"]),
        ({"newest_at": NOW - 5 * DAY, "longest_gap": 4 * DAY}, []),
        ({"newest_at": NOW - 5 * DAY, "usual_gap": None, "longest_gap": None}, []),
        ({"newest_at": NOW - 5 * DAY, "baseline_done_at": NOW - DAY}, []),
        ({"newest_at": NOW - 9 * DAY, "failures": 3, "outcome": "failed"}, ["failed: has not"]),
        ({"empty_since": NOW - 2 * DAY}, ["empty: listed articles before"]),
        ({"empty_since": NOW - HOUR}, []),
        ({"empty_since": NOW - 2 * DAY, "item_count": 0}, []),
        ({"empty_since": NOW - 4 * DAY, "item_count": 0}, ["empty: never listed any"]),
        ({"empty_since": NOW - 9 * DAY, "kind": "tenders"}, []),
        ({"thin_since": NOW - DAY, "thin_pages": 5}, ["thin: since 23 November (5 pages)"]),
        ({"thin_since": NOW - DAY, "thin_pages": 4}, []),
        ({"thin_since": NOW - HOUR, "thin_pages": 50}, []),
        (MOVED, ["moved: to https://new.example/feed"]),
        (MOVED | {"moved_polls": 2}, []),
        (MOVED | {"moved_since": NOW - HOUR}, []),
        (
            MOVED | {"thin_since": NOW - DAY, "thin_pages": 9, "newest_at": NOW - 9 * DAY},
            ["silent: ", "thin: ", "moved: "],
        ),
    ],
)
def test_kinds_of_trouble_are_told_apart(changes: dict[str, Any], said: list[str]) -> None:
    found = find_problems(replace(LIVELY, **changes), NOW)
    assert [one.kind for one in found] == [one.partition(": ")[0] for one in said]
    for one, words in zip(found, said, strict=True):
        assert words.partition(": ")[2] in one.text


def test_each_text_names_the_source_and_what_to_do() -> None:
    odd = replace(LIVELY, **MOVED, thin_since=NOW - DAY, thin_pages=9, newest_at=NOW - 9 * DAY)
    for one in find_problems(odd, NOW):
        assert "source a " in one.text
        assert ": " in one.text


def test_a_quiet_source_is_given_more_time_than_a_lively_one() -> None:
    monthly = replace(LIVELY, usual_gap=30 * DAY, longest_gap=50 * DAY)
    assert silence_threshold(LIVELY) == 4 * DAY
    assert silence_threshold(monthly) == 180 * DAY
    assert silence_threshold(replace(LIVELY, longest_gap=4 * HOUR)) == 3 * DAY


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (timedelta(seconds=20), "minute"),
        (timedelta(minutes=40), "40 minutes"),
        (timedelta(hours=5), "5 hours"),
        (timedelta(days=3, hours=2), "3 days"),
        (None, "unknown"),
    ],
)
def test_spans_are_said_as_people_say_them(gap: timedelta | None, said: str) -> None:
    assert format_gap(gap) == said

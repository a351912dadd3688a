"""Summaries say more of what a person would than the first sentences of the clearest report."""

from __future__ import annotations

from bench.rouge import RougeScores
from bench.summaries import measured
from tests.quality.summarised_events import events_of_half, read_events

FLOOR = RougeScores(one=0.48, two=0.22, longest=0.28)
LEAST_EVENTS = 24


def test_there_are_so_many_events_with_three_to_five_reports() -> None:
    events = read_events()

    assert len(events) >= LEAST_EVENTS
    assert {len(event.reports) for event in events} == {3, 4, 5}
    assert len(events_of_half(measuring=True)) == len(events) // 2


def test_summaries_of_the_kept_half_reach_the_floor_and_beat_the_first_three_sentences() -> None:
    found = measured(events_of_half(measuring=True))
    ours = found["summary"]

    for name, floor in (("one", FLOOR.one), ("two", FLOOR.two), ("longest", FLOOR.longest)):
        score = getattr(ours, name)
        assert score >= floor, name
        for other in ("first three of clearest", "first three statements of it"):
            assert score > getattr(found[other], name), (name, other)

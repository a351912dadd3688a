"""Computed proposals are kept for a while, and only few."""

from __future__ import annotations

from datetime import timedelta

from alerts.proposals.model import ProposalResult
from supplierwatch.desk.editing.recent_proposals import KEPT, MAX_KEPT, RecentProposals
from tests.support.builders import NOW


class Counter:
    """Computes a new result each time."""

    def __init__(self) -> None:
        self.computed = 0

    def __call__(self) -> ProposalResult:
        self.computed += 1
        return ProposalResult(proposals=(), unwanted=self.computed, kept=0)


def test_the_same_question_is_answered_from_memory_for_a_while() -> None:
    recent, compute = RecentProposals(), Counter()
    first = recent.get("a", NOW, compute)
    assert recent.get("a", NOW + KEPT - timedelta(seconds=1), compute) is first
    assert recent.get("b", NOW, compute) is not first
    assert recent.get("a", NOW + KEPT, compute) is not first
    assert compute.computed == 3


def test_what_was_computed_by_a_clock_that_ran_ahead_is_computed_again() -> None:
    recent, compute = RecentProposals(), Counter()
    recent.get("a", NOW + timedelta(days=1), compute)
    recent.get("a", NOW, compute)
    assert compute.computed == 2


def test_the_oldest_are_forgotten() -> None:
    recent, compute = RecentProposals(), Counter()
    for number in range(MAX_KEPT + 1):
        recent.get(number, NOW, compute)
    recent.get(MAX_KEPT, NOW, compute)
    assert compute.computed == MAX_KEPT + 1
    recent.get(0, NOW, compute)
    assert compute.computed == MAX_KEPT + 2

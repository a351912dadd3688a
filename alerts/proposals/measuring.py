"""Measures what candidate changes drop, and keeps those that are worth offering. Pure."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from alerts.proposals.candidates import make_candidates
from alerts.proposals.model import (
    Candidate,
    ChangeKind,
    DroppedItem,
    JudgedItem,
    Judgement,
    Proposal,
    ProposalEffect,
    ProposalResult,
    ProposalSubject,
)
from alerts.query.text.document import PreparedDocument

MAX_PROPOSALS = 5
MAX_LEARNED = 300  # unmarked items that words are compared with, the newest
MAX_OF_KIND = 2
MAX_DROPPED = 20  # items that are named, of each proposal
MIN_UNWANTED = 3  # stories; fewer say nothing of the next one
MIN_DROPPED = 2  # stories that were marked, by each proposal
MIN_SHARE = 0.15  # of the stories that were marked
MIN_KEPT = 3  # stories; with fewer, what nobody has marked has to be dropped less often
LIFT = 1.5
NONE_DISMISSED: Mapping[tuple[str, str], int] = MappingProxyType({})
# what speaks for a proposal counts for less where it depends on more words; where two count the
# same, the first of these comes first
_COUNTED: Mapping[ChangeKind, float] = MappingProxyType(
    {"case": 1.0, "source": 1.0, "exclusion": 0.9, "context": 0.8}
)
_SHOWN_FIRST: tuple[Judgement, ...] = ("unmarked", "unwanted")


@dataclass(slots=True)
class _Measured:
    """What a candidate drops and what it still finds, by story."""

    candidate: Candidate
    found: set[int] = field(default_factory=set)
    dropped: dict[int, JudgedItem] = field(default_factory=dict)


def propose(
    subject: ProposalSubject,
    items: Sequence[JudgedItem],
    *,
    seconds: float,
    dismissed: Mapping[tuple[str, str], int] = NONE_DISMISSED,
    all_given: bool = True,
    clock: Callable[[], float] = time.monotonic,
) -> ProposalResult:
    """Return the changes worth offering. One that drops anything that is kept is not among them.

    Args:
        subject: the watch.
        items: that it finds: first those that were judged, then others, the newest first.
        seconds: the time after which no more unmarked items are measured.
        dismissed: (kind, target) -> the weight of a proposal when it was dismissed; it is offered
            again when its weight is greater.
        all_given: whether the items are all that the watch finds.
        clock: a monotonic clock, in seconds.
    """
    end = clock() + seconds
    learned = [each for each in items if each.judgement != "unmarked"]
    unmarked = [each for each in items if each.judgement == "unmarked"]
    learned += unmarked[:MAX_LEARNED]
    measured = [_Measured(each) for each in make_candidates(subject, learned)]
    if len({each.story_id for each in items if each.judgement == "unwanted"}) < MIN_UNWANTED:
        measured = [each for each in measured if each.candidate.kind == "source"]
    looked: list[JudgedItem] = []
    complete = all_given
    for item in items:
        if item.judgement == "unmarked" and clock() > end:
            complete = False
            break
        looked.append(item)
        prepared = PreparedDocument(item.document)
        for each in measured:
            if each.candidate.query.holds_in(prepared):
                each.found.add(item.story_id)
            else:
                each.dropped.setdefault(item.story_id, item)
    judgements = {item.story_id: item.judgement for item in looked}
    built = [_build_proposal(subject, each, judgements) for each in measured]
    worth = [each for each in built if is_worth(each)]
    offered = [each for each in worth if each.weight > dismissed.get(_key(each), -1)]
    counts = Counter(judgements.values())
    return ProposalResult(
        proposals=_choose(offered),
        unwanted=counts["unwanted"],
        kept=counts["kept"],
        unmarked=counts["unmarked"],
        complete=complete,
        dismissed=len({_key(each) for each in worth} - {_key(each) for each in offered}),
    )


def _key(proposal: Proposal) -> tuple[str, str]:
    return proposal.candidate.kind, proposal.candidate.target


def is_worth(proposal: Proposal) -> bool:
    """Return whether a proposal is worth offering: see the bounds of this module."""
    effect = proposal.effect
    if effect.dropped_kept or not effect.dropped or effect.dropped == effect.found:
        return False
    if proposal.muted_by:
        return True
    enough = max(MIN_DROPPED, MIN_SHARE * effect.unwanted)
    if effect.dropped_unwanted < enough:
        return False
    if effect.kept >= MIN_KEPT or effect.dropped_unmarked <= 1:
        return True
    share = effect.dropped_unwanted / effect.unwanted
    return share * effect.unmarked >= LIFT * effect.dropped_unmarked


def _build_proposal(
    subject: ProposalSubject, measured: _Measured, stories: Mapping[int, Judgement]
) -> Proposal:
    dropped = {s: item for s, item in measured.dropped.items() if s not in measured.found}

    def count(judgement: Judgement) -> tuple[int, int]:
        of_all = [story for story, each in stories.items() if each == judgement]
        return sum(story in dropped for story in of_all), len(of_all)

    (unwanted, all_unwanted), (unmarked, all_unmarked), (kept, all_kept) = (
        count("unwanted"),
        count("unmarked"),
        count("kept"),
    )
    candidate = measured.candidate
    named = f"{subject.watch_key}\n{candidate.kind}\n{candidate.query.canonical}"
    shown = [i for j in _SHOWN_FIRST for i in dropped.values() if i.judgement == j]
    return Proposal(
        proposal_id=hashlib.sha256(named.encode()).hexdigest()[:10],
        candidate=candidate,
        effect=ProposalEffect(
            dropped_unwanted=unwanted,
            unwanted=all_unwanted,
            dropped_unmarked=unmarked,
            unmarked=all_unmarked,
            dropped_kept=kept,
            kept=all_kept,
        ),
        dropped=tuple(
            DroppedItem(
                item_id=item.item_id,
                title=item.title,
                source_key=item.source_key,
                judgement=item.judgement,
            )
            for item in shown[:MAX_DROPPED]
        ),
        muted_by=subject.muted_sources.get(candidate.target, 0)
        if candidate.kind == "source"
        else 0,
    )


def _choose(proposals: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """Return the best, few of one kind, and none that is like a better one."""
    ordered = sorted(
        proposals,
        key=lambda each: (
            -each.weight * _COUNTED[each.candidate.kind],
            each.effect.dropped_unmarked,
            list(_COUNTED).index(each.candidate.kind),
            len(each.candidate.query.text),
            each.proposal_id,
        ),
    )
    chosen: list[Proposal] = []
    for each in ordered:
        of_kind = [c for c in chosen if c.candidate.kind == each.candidate.kind]
        same = any(
            (c.candidate.target, c.effect) == (each.candidate.target, each.effect) for c in of_kind
        )
        if not same and len(of_kind) < MAX_OF_KIND:
            chosen.append(each)
    return tuple(chosen[:MAX_PROPOSALS])

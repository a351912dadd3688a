"""Chooses the sentences of an event that say most. Pure.

A feature counts by its kind, its rarity in the archive, and how many outlets have it; a sentence by
its features in relation to its length, and by its position. After each choice, what it has said
counts less (maximal marginal relevance; Carbonell and Goldstein, 1998).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alerts.summaries.explanation import describe_sentence
from alerts.summaries.model import EventSummary, FeatureFrequencies, SummaryReport
from alerts.summaries.sentence_features import (
    ReadReport,
    ReadSentence,
    outlets_by_feature,
    overlap,
    read_report,
)
from alerts.summaries.statements import points_back
from storage.rules.events.rarity import rarity

MAX_REPORTS = 12  # of an event that are read
MAX_SENTENCES = 3
LEAST_SENTENCES, LEAST_OUTLETS = 2, 2
# the archive is taken to have at least so many reports: in a new one nothing is rare
LEAST_ARCHIVE = 1_000
# The constants were chosen on the half of tests/quality/event_summaries with odd numbers.
ALONE = 0.2  # weight of a feature that one outlet alone has, relative to one that all have
LEAD = 0.6  # how much more the first sentence of a report counts
LENGTH = 0.3  # exponent of the number of features that a sentence is measured by
POINTS_BACK = 0.6  # factor of sentences that are not understood alone
SAID = 0.25  # weight of a feature that a chosen sentence has
ENOUGH = 0.45  # of the score of the first sentence, for a third one
# A sentence says the same as another with this share of its weight, which agreement is part of, and
# so many features: fewer are just the names that the event is about.
SAME, LEAST_SAME = 0.5, 3


def summarise(
    reports: Sequence[SummaryReport], frequencies: FeatureFrequencies
) -> EventSummary | None:
    """Return the two or three sentences of an event that say most.

    Args:
        reports: of one event, in any order; the first `MAX_REPORTS` by number are read.
        frequencies: of features in the archive.

    Returns:
        The summary, the same for the same reports in any order. None where fewer than two outlets
        have sentences that may be chosen.
    """
    chosen = sorted(reports, key=lambda each: each.item_id)[:MAX_REPORTS]
    return select_sentences([read_report(each) for each in chosen], frequencies)


def select_sentences(
    reports: Sequence[ReadReport], frequencies: FeatureFrequencies
) -> EventSummary | None:
    """Return the summary of reports that were read, given by the number of their items."""
    read = [each for each in reports if each.sentences]
    if len({each.report.outlet for each in read}) < LEAST_OUTLETS:
        return None
    rarities = _weigh_rarity(read, frequencies)
    outlets = outlets_by_feature(read)
    values = _weigh_agreement(rarities, outlets)
    candidates = [(at, each) for at, report in enumerate(read) for each in report.sentences]
    scores = [_score_alone(each, values) for _, each in candidates]
    taken: list[int] = []
    said: set[str] = set()
    first = 0.0
    while len(taken) < MAX_SENTENCES:
        best, most = None, first * ENOUGH if len(taken) >= LEAST_SENTENCES else 0.0
        for at, (_, sentence) in enumerate(candidates):
            score = scores[at] * _share_unsaid(sentence, values, said)
            if score > most and not any(
                _says_same(sentence, candidates[each][1], values) for each in taken
            ):
                best, most = at, score
        if best is None:
            break
        first = first or most
        taken.append(best)
        said.update(candidates[best][1].features)
    # first what opens a report: what follows in one is understood after that
    order = sorted(taken, key=lambda at: (candidates[at][1].position, taken.index(at)))
    if len(order) < LEAST_SENTENCES:
        return None
    return EventSummary(
        sentences=tuple(
            describe_sentence(candidates[at][1], read[candidates[at][0]], read, rarities, outlets)
            for at in order
        ),
        outlets=len({each.report.outlet for each in read}),
    )


def _weigh_rarity(
    reports: Sequence[ReadReport], frequencies: FeatureFrequencies
) -> dict[str, float]:
    total = max(frequencies.reports, LEAST_ARCHIVE)
    names = {name for each in reports for name in each.features}
    return {name: rarity(frequencies.counts.get(name, 1), total) for name in names}


def _weigh_agreement(
    rarities: Mapping[str, float], outlets: Mapping[str, frozenset[str]]
) -> dict[str, float]:
    """Return feature -> its rarity times the share of the other outlets that have it too."""
    others = max(1, len(frozenset().union(*outlets.values())) - 1)
    return {
        name: rarities[name] * (ALONE + (1 - ALONE) * (len(having) - 1) / others)
        for name, having in outlets.items()
    }


def _score_alone(sentence: ReadSentence, values: Mapping[str, float]) -> float:
    if not sentence.features:
        return 0.0
    weight = sum(kind * values[name] for name, kind in sentence.features.items())
    score: float = weight / len(sentence.features) ** LENGTH
    score *= 1 + LEAD / (1 + sentence.position)
    return score * POINTS_BACK if points_back(sentence.text) else score


def _share_unsaid(sentence: ReadSentence, values: Mapping[str, float], said: set[str]) -> float:
    whole = new = 0.0
    for name, kind in sentence.features.items():
        weight = kind * values[name]
        whole += weight
        new += weight * SAID if name in said else weight
    return new / whole if whole else 0.0


def _says_same(one: ReadSentence, other: ReadSentence, values: Mapping[str, float]) -> bool:
    """Return whether one of two sentences says most of what the other says."""
    if len(one.features.keys() & other.features.keys()) < LEAST_SAME:
        return False
    return max(overlap(one, other, values), overlap(other, one, values)) >= SAME

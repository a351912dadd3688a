"""Reads the features of reports and of their sentences, as events have them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from alerts.summaries.model import SummaryReport
from alerts.summaries.statements import MAX_LENGTH, statements
from alerts.text.sanitize import fragment
from storage.rules.events.features import DATE, NAME, NUMBER, FeatureKind, read_features

MAX_CHARACTERS = 8_000  # of a report that are read
MAX_SENTENCES = 20  # of a report that are read
_WEIGHTS: dict[FeatureKind, float] = {"word": 1.0, "name": NAME, "number": NUMBER, "date": DATE}
_SCALES = {"million": "m", "mn": "m", "m": "m", "billion": "bn", "bn": "bn", "thousand": "k"}
_SCALED = re.compile(
    r"(?<![\w.,])(\d[\d.,]{0,15})[ -]?(million|mn|m|billion|bn|thousand)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSentence:
    """A sentence that may stand in a summary, with its features and their weights by kind."""

    text: str
    features: dict[str, float]
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReport:
    """A report with the features of its headline and sentences."""

    report: SummaryReport
    title: str
    sentences: tuple[ReadSentence, ...]
    features: frozenset[str]


# one message after another, and pages, show the same events; some 50 kB each
@lru_cache(maxsize=128)
def read_report(report: SummaryReport) -> ReadReport:
    """Read the first `MAX_SENTENCES` sentences of a report."""
    text = report.body[:MAX_CHARACTERS]
    if len(report.body) > MAX_CHARACTERS:
        # the last sentence is cut off
        text = text[: max(text.rfind("\n"), text.rfind(". ") + 1, 0)]
    found: dict[str, ReadSentence] = {}
    for sentence in statements(text, most=MAX_SENTENCES):
        shown = fragment(sentence).strip()
        if shown and shown not in found and len(shown) <= MAX_LENGTH:
            read = ReadSentence(text=shown, features=weigh(shown), position=len(found))
            found[shown] = read
    title = fragment(report.title[:MAX_LENGTH])
    features = set(weigh(title))
    for each in found.values():
        features.update(each.features)
    return ReadReport(
        report=report, title=title, sentences=tuple(found.values()), features=frozenset(features)
    )


def outlets_by_feature(reports: Sequence[ReadReport]) -> dict[str, frozenset[str]]:
    """Return feature -> the outlets that have it."""
    outlets: dict[str, set[str]] = {}
    for each in reports:
        for name in each.features:
            outlets.setdefault(name, set()).add(each.report.outlet)
    return {name: frozenset(having) for name, having in outlets.items()}


def overlap(one: ReadSentence, other: ReadSentence, weights: Mapping[str, float]) -> float:
    """Return the share of the weight of a sentence that another has too, from 0 to 1."""
    whole = shared = 0.0
    for name, kind in one.features.items():
        weight = kind * weights[name]
        whole += weight
        if name in other.features:
            shared += weight
    return shared / whole if whole else 0.0


def weigh(text: str) -> dict[str, float]:
    """Return feature -> the weight of its kind; "£48 million" and "£48m" are one feature."""
    read = read_features("", join_scales(text))
    return {name: _WEIGHTS[kind] for name, (_, kind) in read.items()}


def join_scales(text: str) -> str:
    """Write amounts in one way: "£48 million" as "£48m"."""
    return _SCALED.sub(_scale, text)


def _scale(found: re.Match[str]) -> str:
    return found[1] + _SCALES[found[2].casefold()]

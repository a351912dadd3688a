"""Events of several reports with a summary that a person wrote, to compare others with.

Written for this project: nothing in them happened. A file of `event_summaries/` is the summary,
then each report after a line `-- outlet | time | headline`. Constants were chosen on the files with
odd numbers; those with even numbers are kept for measuring.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alerts.summaries.model import FeatureFrequencies, SummaryReport
from storage.rules.events.features import read_features

FOLDER = Path(__file__).parent / "event_summaries"


@dataclass(frozen=True, slots=True, kw_only=True)
class SummarisedEvent:
    """An event with its reports, earliest first as in the file, and its reference summary."""

    name: str
    reference: str
    reports: tuple[SummaryReport, ...]


@cache
def read_events() -> tuple[SummarisedEvent, ...]:
    """Return all events by their numbers."""
    return tuple(_read_event(path) for path in sorted(FOLDER.glob("*.txt")))


def events_of_half(*, measuring: bool) -> list[SummarisedEvent]:
    """Return the half of the events to choose constants on, or the half to measure with."""
    return [each for each in read_events() if int(each.name[:2]) % 2 == (not measuring)]


def frequencies_of(events: Iterable[SummarisedEvent]) -> FeatureFrequencies:
    """Return the frequencies in an archive of just these events."""
    reports = [report for event in events for report in event.reports]
    counts = Counter(name for each in reports for name in read_features(each.title, each.body))
    return FeatureFrequencies(counts=counts, reports=len(reports))


def clearest_report(event: SummarisedEvent) -> SummaryReport:
    """Return the report with the headline that shares most with the others, as digests do."""
    words = [frozenset(read_features(each.title, "")) for each in event.reports]
    counts = Counter(word for each in words for word in each)

    def rank(at: int) -> float:
        return sum(counts[word] - 1 for word in words[at]) / max(1.0, len(words[at]) ** 0.5)

    return event.reports[max(range(len(words)), key=lambda at: (rank(at), -at))]


def _read_event(path: Path) -> SummarisedEvent:
    reference, *parts = path.read_text(encoding="utf-8").split("\n-- ")
    number = int(path.name[:2])
    return SummarisedEvent(
        name=path.stem,
        reference=reference.strip(),
        reports=tuple(
            _read_report(part, 100 * number + at) for at, part in enumerate(parts, start=1)
        ),
    )


def _read_report(part: str, item_id: int) -> SummaryReport:
    head, _, body = part.partition("\n")
    outlet, _time, title = (each.strip() for each in head.split(" | "))
    return SummaryReport(item_id=item_id, outlet=outlet, title=title, body=body.strip())

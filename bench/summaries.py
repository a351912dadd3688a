"""Measures summaries of events against the first three sentences of one report.

    python -m bench.summaries [--half measuring|choosing] [--show]

ROUGE F1 (`bench.rouge`) against the summaries that people wrote, on the events of
`tests/quality/event_summaries`. The sentences of other lines of the table: the first three of the
report with the clearest headline as they stand; the same without what may not stand in a summary
(questions, captions, pieces of quotations); and the mean of the latter over all reports.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from itertools import islice

from alerts.summaries.extract import summarise
from alerts.summaries.model import SummaryReport
from alerts.summaries.statements import statements
from alerts.text.sentences import sentences
from bench.rouge import RougeScores, mean_scores, rouge
from tests.quality.summarised_events import (
    SummarisedEvent,
    clearest_report,
    events_of_half,
    frequencies_of,
    read_events,
)

LEAD = 3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("measuring", "choosing"), default="measuring")
    parser.add_argument("--show", action="store_true", help="print the summaries")
    wanted = parser.parse_args()
    events = events_of_half(measuring=wanted.half == "measuring")
    for name, scores in measured(events).items():
        print(f"{name:32} {scores.one:.3f} {scores.two:.3f} {scores.longest:.3f}")
    if wanted.show:
        for event in events:
            print(f"\n{event.name}\n  {event.reference}")
            found = summarise(event.reports, frequencies_of(read_events()))
            for each in found.sentences if found else ():
                print(f"  - {each.text} ({each.outlet}: {each.why})")


def measured(events: list[SummarisedEvent]) -> Mapping[str, RougeScores]:
    """Return the mean scores of each way to summarise these events."""
    known = frequencies_of(read_events())

    def extract(event: SummarisedEvent) -> str:
        found = summarise(event.reports, known)
        return " ".join(each.text for each in found.sentences) if found else ""

    ways: dict[str, Callable[[SummarisedEvent], str]] = {
        "summary": extract,
        "first three of clearest": lambda event: " ".join(
            sentences(clearest_report(event).body)[:LEAD]
        ),
        "first three statements of it": lambda event: _lead_of(clearest_report(event)),
    }
    found = {
        name: mean_scores([rouge(way(event), event.reference) for event in events])
        for name, way in ways.items()
    }
    found["first three statements, any"] = mean_scores(
        [rouge(_lead_of(one), event.reference) for event in events for one in event.reports]
    )
    return found


def _lead_of(report: SummaryReport) -> str:
    return " ".join(islice(statements(report.body, most=30), LEAD))


if __name__ == "__main__":
    main()

"""Reads what the summaries of events are made of: the reports, and how rare their words are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from alerts.digest.entry import Names
from alerts.summaries.extract import MAX_REPORTS, select_sentences
from alerts.summaries.model import EventSummary, FeatureFrequencies, SummaryReport
from alerts.summaries.sentence_features import MAX_CHARACTERS, ReadReport, read_report
from alerts.text.sanitize import web_link
from storage.model import StoredItem
from storage.store import Unit

MAX_READ = 120  # reports of one message
MAX_FEATURES = 20_000  # whose frequencies are read for one message; the most frequent in it


def read_reports(
    items: Iterable[StoredItem], events: Mapping[int, int], names: Names
) -> dict[int, ReadReport]:
    """Read the reports of events of which several items are given; return item id -> report.

    Args:
        items: of one message.
        events: item id -> id of its event.
        names: of sources.
    """
    grouped: dict[int, list[StoredItem]] = {}
    for item in sorted(items, key=lambda each: each.item_id):
        if item.item_id in events and _has_text(item):
            grouped.setdefault(events[item.item_id], []).append(item)
    chosen = [
        each
        for reports in grouped.values()
        if len({report.source_key for report in reports}) > 1
        for each in reports[:MAX_REPORTS]
    ]
    return {each.item_id: read_report(_report_of(each, names)) for each in chosen[:MAX_READ]}


def read_frequencies(unit: Unit, reports: Collection[ReadReport]) -> FeatureFrequencies:
    """Read how many reports of the archive have the features of these."""
    counted = Counter(name for each in reports for name in each.features)
    if not counted:
        return FeatureFrequencies()
    total, counts = unit.events.frequencies([name for name, _ in counted.most_common(MAX_FEATURES)])
    return FeatureFrequencies(counts=counts, reports=total)


def summarise_items(unit: Unit, items: Sequence[StoredItem], names: Names) -> EventSummary | None:
    """Return the summary of items that report one event; None where they do not suffice."""
    event = dict.fromkeys((each.item_id for each in items), 0)
    reports = list(read_reports(items, event, names).values())
    return select_sentences(reports, read_frequencies(unit, reports)) if reports else None


def _has_text(item: StoredItem) -> bool:
    return item.text_state == "full" and item.retracted_at is None


def _report_of(item: StoredItem, names: Names) -> SummaryReport:
    return SummaryReport(
        item_id=item.item_id,
        outlet=names.source(item.source_key),
        title=item.title,
        body=item.body[: MAX_CHARACTERS + 1],  # one more shows that it was cut
        link=web_link(item.url),
    )

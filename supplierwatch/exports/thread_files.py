"""Writes the events of a supplier's thread as CSV and JSON Lines, oldest first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TextIO

from alerts.threads.model import Matter, SupplierThread, ThreadEvent
from supplierwatch.exports.tables import write_json_line, write_table
from supplierwatch.formatting.thread_events import event_json
from supplierwatch.formatting.times import iso

COLUMNS = (
    *("at", "matter", "matter_title", "kind", "stage", "what", "title", "text"),
    *("source", "source_name", "url", "item", "why"),
)


def write_thread_csv(
    thread: SupplierThread, kinds: Collection[str], names: Mapping[str, str], out: TextIO
) -> None:
    """Write a CSV table with a header row (RFC 4180).

    Args:
        thread: the thread.
        kinds: of the events that are written.
        names: source key -> its name.
        out: where to write.
    """
    events = _list_events(thread, kinds)
    write_table(out, COLUMNS, (_build_row(matter, event, names) for matter, event in events))


def _build_row(
    matter: Matter | None, event: ThreadEvent, names: Mapping[str, str]
) -> dict[str, str]:
    return {
        "at": iso(event.at) or "",
        "matter": "" if matter is None else str(matter.number),
        "matter_title": "" if matter is None else matter.title,
        "kind": event.kind,
        "stage": event.stage or "",
        "what": event.what,
        "title": event.title,
        "text": event.text,
        "source": event.source_key,
        "source_name": names.get(event.source_key, event.source_key),
        "url": event.url or "",
        "item": "" if event.item_id is None else str(event.item_id),
        "why": "" if matter is None else "; ".join(_list_reasons(matter, event)),
    }


def write_thread_jsonl(
    thread: SupplierThread, kinds: Collection[str], names: Mapping[str, str], out: TextIO
) -> None:
    """Write one JSON object per line; arguments as for `write_thread_csv`."""
    for matter, event in _list_events(thread, kinds):
        document = event_json(event, names) | {
            "matter": None if matter is None else matter.number,
            "matter_title": None if matter is None else matter.title,
            "why": [] if matter is None else _list_reasons(matter, event),
        }
        write_json_line(out, document)


def _list_events(
    thread: SupplierThread, kinds: Collection[str]
) -> Iterator[tuple[Matter | None, ThreadEvent]]:
    found: list[tuple[Matter | None, ThreadEvent]] = [
        (matter, event) for matter in thread.matters for event in matter.events
    ]
    found += [(None, event) for event in thread.alarms]
    found.sort(key=lambda pair: (pair[1].at, pair[1].item_id or 0))
    return (pair for pair in found if pair[1].kind in kinds)


def _list_reasons(matter: Matter, event: ThreadEvent) -> list[str]:
    return [
        reason for join in matter.joins if join.item_id == event.item_id for reason in join.reasons
    ]

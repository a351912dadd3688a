"""Texts on events that the plain text and the HTML of a message share. Pure."""

from __future__ import annotations

from alerts.digest.digest import Digest
from alerts.digest.entry import Entry
from alerts.messages import formats, wording
from alerts.text.sanitize import shorten

SUMMARY = "In the reports' own words"
MAX_GREW = 6  # reports of an event in the line on how it grew


def event_lines(entry: Entry, digest: Digest) -> tuple[str, ...]:
    """Describe an event: how it grew, and what the reader was alerted of before."""
    lines = []
    if entry.reports:
        stories = sorted((entry, *entry.reports), key=lambda each: (each.when, each.item_id))
        grew = [f"{shorten(each.outlet, 60)}, {wording.when(each, digest)}" for each in stories]
        shown = [f"first {grew[0]}", *(f"then {each}" for each in grew[1:MAX_GREW])]
        rest = f"; and {len(grew) - MAX_GREW} more" if len(grew) > MAX_GREW else ""
        told_by = formats.counted(len({each.outlet for each in stories}), "outlet")
        lines.append(f"One event in {len(stories)} stories of {told_by}: {'; '.join(shown)}{rest}.")
    for each in entry.alerted[: wording.MAX_NAMED]:
        said = f"“{shorten(each.headline, 90)}” ({each.outlet})"
        lines.append(f"Also on this event: {said}, {wording.told(each, digest)}.")
    if entry.adds:
        lines.append(f"Only here: “{entry.adds}”")
    return tuple(lines)


def report_lines(entry: Entry, digest: Digest) -> tuple[str, ...]:
    """Describe a further report of an event: what it alone says, its copies, what was found."""
    lines = []
    if entry.adds:
        lines.append(f"Only here: “{entry.adds}”")
    if entry.also:
        lines.append(
            f"Also in {formats.listed([each.outlet for each in entry.also], wording.MAX_NAMED)}"
        )
    if entry.terms:
        others = f"; also by {formats.quoted(entry.watches[1:])}" if len(entry.watches) > 1 else ""
        lines.append(f"Found: {wording.found(entry)}{others}")
    if entry.thin is not None:
        lines.append(wording.thin(entry))
    return tuple(lines)

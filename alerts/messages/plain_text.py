"""Renders messages as plain text, in 72 columns, with each link on a line of its own."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence

from alerts.digest.digest import Digest
from alerts.digest.entry import Entry
from alerts.digest.reader_links import ReaderLinks
from alerts.digest.welcome_content import Welcome
from alerts.messages import (
    coverage_wording,
    event_wording,
    formats,
    headings,
    welcome_wording,
    wording,
)
from alerts.messages.alarm import Alarm
from alerts.messages.layout import MAX_ALSO, MAX_REPORTS, LaidBlock, LaidList, Layout
from alerts.text.sentences import Segment

WIDTH = 72
_ADDRESS_ALONE = re.compile(r"\s*+[a-z][a-z0-9+.-]*+:\S++", re.IGNORECASE)


def digest_text(digest: Digest, layout: Layout) -> str:
    """Render a digest or an alert."""
    occasion = digest.occasion
    lines = [
        *wrap(headings.opening(digest)),
        *wrap(headings.tally(digest)),
        formats.long_date(occasion.now, occasion.timezone),
        *_headline_lines(layout),
        *_section_lines(digest, layout),
        *_change_lines(digest, layout),
        *_brief_list_lines("Older, newly listed", layout.older, wording.older, digest),
        *_brief_list_lines("Told before", layout.told, wording.told, digest),
        *_aside_lines(layout),
        *_volume_lines(digest),
        *_coverage_lines(digest),
        "",
        "-- ",
        *wrap(wording.why_sent(occasion.schedules, occasion.recipient)),
    ]
    lines += _stop_lines(occasion.links, occasion.subscriptions, occasion.contact)
    return join_lines(lines)


def welcome_text(welcome: Welcome) -> str:
    """Render a welcome message."""
    zone, now = welcome.timezone, welcome.now
    lines = ["Media watch has begun", formats.long_date(now, zone), ""]
    lines += wrap(welcome_wording.welcome_lead(welcome))
    lines += heading("What is watched")
    for watch in welcome.watches:
        lines += wrap(f"- {watch.label}", "  ", "")
        lines += wrap(wording.finds_briefly(watch), "  ")
    lines += heading("When you hear from it")
    for planned in welcome.plans:
        lines += wrap(welcome_wording.plan(planned, welcome), "  ", "- ")
    if welcome.entries:
        lines += heading("Already there")
        lines += wrap("The newest stored items that match. They are not sent again.")
        for entry in welcome.entries:
            lines += ["", *_brief_lines(entry, wording.dated(entry, zone, now))]
            lines += _excerpt_lines(entry)
    else:
        lines += heading("Already there")
        lines += wrap("Nothing that is stored matches yet.")
    if welcome.silent:
        lines += heading("Sources that have not answered yet")
        for text in welcome_wording.silent_lines(welcome):
            lines += wrap(text, "  ", "- ")
    lines += ["", "-- ", f"Sent to {welcome.recipient} once."]
    lines += _stop_lines(welcome.links, welcome.keys, welcome.contact)
    return join_lines(lines)


def _stop_lines(links: ReaderLinks | None, keys: Sequence[str], contact: str | None) -> list[str]:
    lines = []
    if links is not None:
        lines += [*wrap(f"{wording.ends(keys)}:"), links.end]
    if contact:
        lines += wrap(f"To stop these messages, write to {contact}.")
    return lines


def alarm_text(alarm: Alarm, subject: str) -> str:
    """Render an alarm."""
    lines = [*wrap(subject), formats.long_date(alarm.now, alarm.timezone)]
    for text in alarm.lines:
        lines += ["", *wrap(text)]
    for entry in alarm.entries:
        lines += ["", *_brief_lines(entry, wording.dated(entry, alarm.timezone, alarm.now))]
        lines += _excerpt_lines(entry)
    lines += ["", "-- ", *wrap(wording.why_sent([alarm.subscription], alarm.recipient))]
    lines += _stop_lines(alarm.links, [alarm.subscription], alarm.contact)
    return join_lines(lines)


def note_text(lines: Sequence[str]) -> Iterator[str]:
    """Wrap the lines of a note; indented lines are left as they are."""
    for text in lines:
        if text.startswith(" ") or not text:
            yield text
        else:
            yield from wrap(text)


def wrap(text: str, indent: str = "", first: str | None = None) -> list[str]:
    """Wrap a text to 72 columns without breaking words or URLs; `first` indents the first line.

    A URL never gets a line of its own: such lines are links of the service.
    """
    lines: list[str] = []
    for line in textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    ):
        if not _ADDRESS_ALONE.fullmatch(line):
            lines.append(line)
        elif lines:
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(f'{indent}"{line.strip()}"')
    return lines


def heading(text: str) -> list[str]:
    """Return a heading with two blank lines above and a rule below."""
    return ["", "", text.upper(), "-" * min(WIDTH, len(text))]


def join_lines(lines: Iterable[str]) -> str:
    """Join lines into a text that ends in one line break."""
    return "\n".join(lines).rstrip("\n") + "\n"


def mark_hits(segments: Sequence[Segment]) -> str:
    """Join segments into a text, with hits between asterisks."""
    return "".join(f"*{s.text}*" if s.hit else s.text for s in segments).strip()


def _headline_lines(layout: Layout) -> Iterator[str]:
    if not layout.in_short:
        return
    yield from ("", "In short")
    for part in layout.in_short:
        yield from wrap(f"{part.name} ({part.count})", "  ")
        for entry in part.entries:
            yield from wrap(f"{entry.headline} ({entry.outlet})", "    ", "  - ")
        if part.count > len(part.entries):
            yield f"  - and {part.count - len(part.entries)} more below"


def _section_lines(digest: Digest, layout: Layout) -> Iterator[str]:
    number = 0
    for section in layout.sections:
        name = section.name or "Other watches"
        yield from heading(f"{name} ({section.count} new)")
        for block in section.blocks:
            yield ""
            yield from _watch_lines(block, digest)
            for entry in block.full:
                number += 1
                yield ""
                yield from _entry_lines(entry, digest, number)
            if block.brief:
                yield from ("", "   Also found:")
                for entry in block.brief:
                    yield from _brief_lines(entry, wording.when(entry, digest))
                    for report in entry.reports[:MAX_REPORTS]:
                        yield from _brief_lines(report, wording.when(report, digest))
            if block.hidden:
                yield from ("", f"   and {block.hidden} more.")


def _watch_lines(block: LaidBlock, digest: Digest) -> Iterator[str]:
    yield from wrap(wording.watch_line(block.watch), "  ", "")
    if digest.occasion.links is not None:
        yield from ("  Mute it for 7 days:", f"  {digest.occasion.links.mute(block.watch.key)}")


def _entry_lines(entry: Entry, digest: Digest, number: int) -> Iterator[str]:
    yield from wrap(mark_hits(entry.title), "   ", f"{number}. ")
    meta = [wording.kind(entry), entry.outlet, wording.when(entry, digest)]
    yield from wrap(" | ".join(part for part in meta if part), "   ")
    if entry.link:
        yield f"   {entry.link}"
    if entry.stated:
        yield from wrap(entry.stated, "   ")
    yield from _summary_lines(entry)
    yield from _excerpt_lines(entry)
    if entry.thin is not None:
        yield from wrap(wording.thin(entry), "   ")
    if entry.unread:
        yield from wrap(entry.unread, "   ")
    if entry.terms:
        yield from wrap(f"Found: {wording.found(entry)}{entry.on_pages}", "   ")
    if len(entry.watches) > 1:
        yield from wrap(f"Also found by: {formats.quoted(entry.watches[1:])}", "   ")
    yield from _outlet_lines(entry)
    for text in wording.story(entry, digest):
        yield from wrap(text, "   ")
    yield from _event_lines(entry, digest)
    if digest.occasion.links is not None:
        link = digest.occasion.links.irrelevant(entry.watch_key, entry.item_id)
        yield from ("   Not relevant?", f"   {link}")


def _summary_lines(entry: Entry) -> Iterator[str]:
    if entry.summary is None:
        return
    yield f"   {event_wording.SUMMARY}:"
    for each in entry.summary.sentences:
        yield from wrap(each.text, "     ", "   - ")
        yield from wrap(f"({each.outlet}; {each.why})", "     ")
        if each.link:
            yield f"     {each.link}"


def _event_lines(entry: Entry, digest: Digest) -> Iterator[str]:
    for text in event_wording.event_lines(entry, digest):
        yield from wrap(text, "   ")
    for report in entry.reports[:MAX_REPORTS]:
        yield from _brief_lines(report, wording.when(report, digest))
        for text in event_wording.report_lines(report, digest):
            yield from wrap(text, "     ")
    if len(entry.reports) > MAX_REPORTS:
        yield f"   - and {len(entry.reports) - MAX_REPORTS} more reports"


def _excerpt_lines(entry: Entry) -> Iterator[str]:
    for excerpt in wording.excerpts(entry):
        lead = "A reader's comment: " if wording.in_comments(excerpt) else ""
        if excerpt.page is not None:
            lead = f"Page {excerpt.page}: "
        yield from wrap(f"{lead}{mark_hits(excerpt.segments)}", "   > ")
    if entry.excerpt is None and entry.teaser:
        yield from wrap(entry.teaser, "   > ")


def _outlet_lines(entry: Entry) -> Iterator[str]:
    if not entry.also:
        return
    yield "   Also in:"
    for other in entry.also[:MAX_ALSO]:
        yield from wrap(other.outlet, "     ", "   - ")
        if other.link:
            yield f"     {other.link}"
        if other.adds:
            yield from wrap(f"adds: “{other.adds}”", "     ")
    if len(entry.also) > MAX_ALSO:
        yield f"   - and {len(entry.also) - MAX_ALSO} more"


def _brief_lines(entry: Entry, when: str) -> Iterator[str]:
    yield from wrap(f"{entry.headline} ({entry.outlet}, {when})", "     ", "   - ")
    if entry.link:
        yield f"     {entry.link}"


def _change_lines(digest: Digest, layout: Layout) -> Iterator[str]:
    if not digest.changes:
        return
    yield from heading(f"Changed since you were told ({len(digest.changes)})")
    for entry in layout.changes.shown:
        yield ""
        yield from wrap(mark_hits(entry.title), "   ")
        meta = [entry.outlet, wording.when(entry, digest), f"for {formats.quoted(entry.watches)}"]
        yield from wrap(" | ".join(meta), "   ")
        if entry.link:
            yield f"   {entry.link}"
        if entry.stated:
            yield from wrap(entry.stated, "   ")
        for label, text in wording.change_lines(entry):
            yield from wrap(f"{label}: {text}", "     ", "   ")
    if layout.changes.hidden:
        yield from ("", f"   and {layout.changes.hidden} more.")


def _brief_list_lines(
    title: str, entries: LaidList, describe: Callable[[Entry, Digest], str], digest: Digest
) -> Iterator[str]:
    count = len(entries.shown) + entries.hidden
    if not count:
        return
    yield from heading(f"{title} ({count})")
    yield ""
    for entry in entries.shown:
        yield from _brief_lines(entry, describe(entry, digest))
    if entries.hidden:
        yield f"   and {entries.hidden} more."


def _aside_lines(layout: Layout) -> Iterator[str]:
    if not layout.asides:
        return
    yield from heading(wording.ASIDES_HEADING)
    yield from wrap(wording.ASIDES_LEAD)
    for aside in layout.asides:
        said = "" if aside.excerpt is None else f": “{mark_hits(aside.excerpt.segments)}”"
        yield ""
        yield from wrap(f"{aside.watch.label}{said}", "     ", "   - ")
        more = wording.more_asides(aside)
        around = f"around: {aside.headline} ({aside.outlet}); {aside.reason}"
        yield from wrap(f"{around}; {more}" if more else around, "     ")
        if aside.link:
            yield f"     {aside.link}"
    if layout.hidden_asides:
        yield from ("", f"   and {layout.hidden_asides} more watches.")


def _volume_lines(digest: Digest) -> Iterator[str]:
    if digest.volume is None and not digest.supplier_shares:
        return
    yield from heading("Lately")
    if digest.volume is not None:
        yield from wrap(digest.volume.said)
    if digest.supplier_shares:
        shares = [f"{v.name} {v.stories} ({v.share} %)" for v in digest.supplier_shares]
        yield from wrap(f"Share of voice in 30 days, in stories: {', '.join(shares)}.")


def _coverage_lines(digest: Digest) -> Iterator[str]:
    if digest.coverage is None:
        return
    yield from heading("Sources checked")
    for text in coverage_wording.coverage_lines(digest):
        yield from wrap(text)
    blind = coverage_wording.blind_lines(digest)
    if blind:
        yield from ("", "Could not be read:")
        for text in blind:
            yield from wrap(text, "  ", "- ")

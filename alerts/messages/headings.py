"""Builds the subject, heading and contents of a digest or an alert. Pure."""

from __future__ import annotations

from alerts.digest.digest import Digest, Section
from alerts.messages.coverage_wording import period_text, sources_read
from alerts.messages.formats import counted, listed
from alerts.text.sanitize import line, shorten

MAX_SUBJECT = 140  # characters
MAX_PARTS = 12
LONG = 10  # stories from which a message begins with its contents
_MAX_NAMED = 3
_OFFICIAL = {
    "notices": "notice",
    "parliament": "parliamentary item",
    "papers": "board paper",
}


def section_name(section: Section) -> str:
    """Return the name of a section in lists: its supplier, or its watches."""
    if section.name is not None:
        return section.name
    return listed([block.watch.label for block in section.blocks], _MAX_NAMED)


def contents(digest: Digest) -> str:
    """Format what a long message holds, part by part; empty for a short one."""
    parts = [f"{section_name(s)} {len(s.entries)}" for s in digest.sections[:MAX_PARTS]]
    if (rest := len(digest.sections) - MAX_PARTS) > 0:
        parts.append(counted(rest, "other"))
    lists = (
        (len(digest.changes), "changed"),
        (len(digest.older), "older, newly listed"),
        (len(digest.told), "told before"),
    )
    parts += [f"{number} {what}" for number, what in lists if number]
    total = len(digest.entries) + sum(number for number, _ in lists)
    return f"In this message: {' · '.join(parts)}" if total >= LONG and len(parts) > 1 else ""


def tally(digest: Digest) -> str:
    """Format the stories of each section as `Palantir 2, TPP 1`; empty for a single section."""
    if said := contents(digest):
        return said
    return listed_counts(digest, len(digest.sections)) if len(digest.sections) > 1 else ""


def listed_counts(digest: Digest, most: int) -> str:
    """Format the tally with at most `most` names: `Palantir 2, TPP 1 and 3 others`."""
    parts = [f"{section_name(s)} {len(s.entries)}" for s in digest.sections]
    rest = len(parts) - most
    if rest <= 0:
        return ", ".join(parts)
    return f"{', '.join(parts[:most])} and {counted(rest, 'other')}"


def _shorten_tally(digest: Digest, limit: int) -> str:
    for most in range(len(digest.sections), 1, -1):
        text = listed_counts(digest, most)
        if len(text) <= limit:
            return text
    return shorten(listed_counts(digest, 1), limit)


def subject(digest: Digest) -> str:
    """Build the subject of a digest or an alert, at most `MAX_SUBJECT` characters."""
    entries = digest.entries
    if not entries and not digest.changes:
        if digest.older:
            return line(_older_subject(digest), MAX_SUBJECT)
        return line(_empty_subject(digest), MAX_SUBJECT)
    if not entries:
        rest = f" + {len(digest.changes) - 1} more" if len(digest.changes) > 1 else ""
        first = digest.changes[0]
        withdrawn = first.change is not None and "withdrawn" in first.change.kinds
        what = "Withdrawn" if withdrawn else "Changed"
        return line(f"{what}: {shorten(first.headline, 90)}{rest}", MAX_SUBJECT)
    lead = section_name(digest.sections[0]) if len(entries) == 1 else _shorten_tally(digest, 56)
    more = []
    if len(entries) > 1:
        more.append(f"{len(entries) - 1} more")
    if digest.changes:
        more.append(f"{len(digest.changes)} changed")
    rest = f" + {', '.join(more)}" if more else ""
    return line(f"{shorten(lead, 60)}: {shorten(entries[0].headline, 60)}{rest}", MAX_SUBJECT)


def _older_subject(digest: Digest) -> str:
    rest = f" + {len(digest.older) - 1} more" if len(digest.older) > 1 else ""
    return f"Older, newly listed: {shorten(digest.older[0].headline, 90)}{rest}"


def _empty_subject(digest: Digest) -> str:
    if digest.asides:
        labels = [each.watch.label for each in digest.asides]
        return f"In the page around articles: {shorten(listed(labels, _MAX_NAMED), 90)}"
    labels = [watch.label for watch in digest.watches]
    about = f" on {shorten(listed(labels, _MAX_NAMED), 70)}" if labels else ""
    proof = f" ({sources_read(digest.coverage)})" if digest.coverage else ""
    return f"Nothing new{about}{proof}"


def preheader(digest: Digest) -> str:
    """Build the preview text that mail programs show after the subject."""
    rest = [entry.headline for entry in digest.entries[1:4]]
    return shorten("; ".join(rest) or period_text(digest), 120)


def opening(digest: Digest) -> str:
    """Build the heading of the message: the number of new and changed stories."""
    parts = []
    news = [section for section in digest.sections if section.official is None]
    if news:
        about = f" on {section_name(news[0])}" if len(digest.sections) == 1 else ""
        number = sum(len(section.entries) for section in news)
        parts.append(counted(number, "new story", "new stories") + about)
    for section in digest.sections:
        if section.official is not None:
            new = "" if news else "new "
            parts.append(counted(len(section.entries), f"{new}{_OFFICIAL[section.official]}"))
    if digest.changes:
        parts.append(counted(len(digest.changes), "changed story", "changed stories"))
    if digest.older and not parts:
        return f"{counted(len(digest.older), 'older story', 'older stories')}, newly listed"
    if digest.asides and not parts:
        return "Only in the page around articles"
    return listed(parts) or "Nothing new"

"""Texts on entries and watches that the plain text and the HTML of a message share. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.digest.aside_lines import AsideLine
from alerts.digest.changes import describe_change
from alerts.digest.digest import Digest
from alerts.digest.entry import Entry, WatchWords
from alerts.digest.syndication_text import story_lines
from alerts.messages.formats import clock, listed, quoted
from alerts.messages.mail_address import unsubscribe_mailto
from alerts.text.sanitize import line, shorten
from alerts.text.sentences import Excerpt
from storage.rules.local_time import local_time

MAX_NAMED = 3
MAX_TERMS = 6
MAX_PARAPHRASE = 280
MAX_ON_A_PHONE = 110  # characters: three lines
_KINDS = {
    "news": "",
    "release": "Press release",
    "tender": "Notice",
    "question": "Parliamentary question",
    "hansard": "Hansard",
    "boardpaper": "Board paper",
}
ASIDES_HEADING = "In the page around the article"
ASIDES_LEAD = "Named only in text that is no part of an article. Each such text is named once."


def watch_line(watch: WatchWords, lead: str = "Watch: ") -> str:
    """Return a watch's label with its query in plain English."""
    words = f"{lead}{watch.label}"
    return f"{words}. {finds(watch)}" if watch.paraphrase else words


def finds_briefly(watch: WatchWords) -> str:
    """Return a watch's query in plain English, in at most three lines of a phone."""
    return shorten(line(watch.paraphrase), MAX_ON_A_PHONE)


def finds(watch: WatchWords) -> str:
    """Return a watch's query in plain English, cut to `MAX_PARAPHRASE` characters."""
    return shorten(line(watch.paraphrase), MAX_PARAPHRASE)


def when(entry: Entry, digest: Digest) -> str:
    """Format when an entry was published, or first seen if that is unknown."""
    return dated(entry, digest.occasion.timezone, digest.occasion.now)


def older(entry: Entry, digest: Digest) -> str:
    """Format the date of an entry that is no news, and which watches found it."""
    local = local_time(entry.when, ZoneInfo(digest.occasion.timezone))
    return f"{local.day} {local:%b} {local.year}, for {quoted(entry.watches, MAX_NAMED)}"


def kind(entry: Entry) -> str:
    """Return the kind of an entry; empty for news."""
    return _KINDS[entry.kind]


def found(entry: Entry) -> str:
    """List the matched texts: `Palantir ×4, NHS ×2`."""
    terms = [f"{t.text} ×{t.count}" if t.count > 1 else t.text for t in entry.terms]
    return listed(terms, MAX_TERMS) if len(terms) > MAX_TERMS else ", ".join(terms)


def thin(entry: Entry) -> str:
    """State why an entry has only headline and teaser; empty if it has the full text."""
    if entry.thin is None:
        return ""
    return f"Headline and teaser only: {entry.thin}."


def told(entry: Entry, digest: Digest) -> str:
    """State when the reader was told before, of this item or of a copy of it."""
    if entry.told_before is None:
        return ""
    at = clock(entry.told_before, digest.occasion.timezone, digest.occasion.now)
    return f"you were told of this story {at}" if entry.is_copy else f"alerted {at}"


def story(entry: Entry, digest: Digest) -> tuple[str, ...]:
    """Describe a story of several outlets: the first, the copies, and what only this one has."""
    occasion = digest.occasion

    def format_time(moment: datetime) -> str:
        return clock(moment, occasion.timezone, occasion.now)

    return story_lines(entry.story, entry.item_id, digest.names.source, format_time)


def change_lines(entry: Entry) -> tuple[tuple[str, str], ...]:
    """Describe what an edit changed, as (label, text) pairs."""
    change = entry.change
    if change is None:
        return (("What", "the earlier text is no longer held"),)
    return describe_change(change)


def excerpts(entry: Entry) -> tuple[Excerpt, ...]:
    """Return the excerpts of an entry, the main one first, without what its summary says."""
    said = {each.text for each in entry.summary.sentences} if entry.summary is not None else set()
    every = (*([entry.excerpt] if entry.excerpt is not None else []), *entry.further)
    return tuple(
        each for each in every if "".join(s.text for s in each.segments).strip() not in said
    )


def in_comments(excerpt: Excerpt) -> bool:
    """Return whether an excerpt is from readers' comments."""
    return excerpt.field == "comments"


def why_sent(schedules: Sequence[str], recipient: str) -> str:
    """State to whom, and by which subscriptions, the message was sent."""
    noun = "subscription" if len(schedules) == 1 else "subscriptions"
    return f"Sent to {recipient} by the {noun} {listed(schedules)}."


def ends(keys: Sequence[str]) -> str:
    """Return the text of the unsubscribe link."""
    return f"Unsubscribe from {listed(keys)}"


def stop_link(contact: str, subscriptions: Sequence[str]) -> str:
    """Build a mailto URI for a request to unsubscribe (RFC 6068)."""
    return unsubscribe_mailto(contact, "unsubscribe " + ", ".join(subscriptions))


def dated(entry: Entry, timezone: str, now: datetime) -> str:
    """Format when an entry was published, or first seen if that is unknown."""
    at = clock(entry.when, timezone, now)
    return at if entry.when_is == "published" else f"seen {at}"


def more_asides(aside: AsideLine) -> str:
    """Count further texts of the same watch, and name where they stand; empty without any."""
    if not aside.others:
        return ""
    return f"and {aside.others} more at {listed(aside.other_outlets, MAX_NAMED)}"

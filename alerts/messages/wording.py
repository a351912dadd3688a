"""Texts that the plain text and the HTML of a message share. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.digest.aside_lines import AsideLine
from alerts.digest.changes import describe_change
from alerts.digest.digest import Digest, MutedWatchNote, Section
from alerts.digest.entry import Entry, WatchWords
from alerts.digest.syndication_text import story_lines
from alerts.digest.welcome_content import SubscriptionPlan, Welcome
from alerts.messages.mail_address import unsubscribe_mailto
from alerts.text.sanitize import line, shorten
from alerts.text.sentences import Excerpt
from storage.crawling.coverage import Coverage
from storage.rules.local_time import local_time

MAX_SUBJECT = 140
MAX_NAMED = 3
MAX_TERMS = 6
MAX_BLIND = 12
MAX_PARAPHRASE = 280
MAX_ON_A_PHONE = 110  # characters: three lines
MAX_PARTS = 12
LONG = 10  # stories from which a message begins with its contents
_JOINS = re.compile(r",|;| and ", re.IGNORECASE)

_KINDS = {
    "news": "",
    "release": "Press release",
    "tender": "Notice",
    "question": "Parliamentary question",
    "hansard": "Hansard",
    "boardpaper": "Board paper",
}


_OFFICIAL = {
    "notices": "notice",
    "parliament": "parliamentary item",
    "papers": "board paper",
}


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Format a number with its noun: `3 sources`, `1 source`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(words: Sequence[str], most: int | None = None) -> str:
    """Join words as `a, b and c`; more than `most` as `a, b and 4 more`."""
    if most is not None and len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def clock(moment: datetime, timezone: str, now: datetime) -> str:
    """Format a time as `Tue 24 Nov, 07:30` in `timezone`; with the year if not that of `now`."""
    zone = ZoneInfo(timezone)
    local, today = local_time(moment, zone), local_time(now, zone)
    year = f" {local.year}" if local.year != today.year else ""
    return f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M}"


def long_date(moment: datetime, timezone: str) -> str:
    """Format a time as `Tuesday 24 November 2026, 07:30 (Europe/London)`."""
    local = local_time(moment, ZoneInfo(timezone))
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M} ({timezone})"


def section_name(section: Section) -> str:
    """Return the name of a section in lists: its supplier, or its watches."""
    if section.name is not None:
        return section.name
    return listed([block.watch.label for block in section.blocks], MAX_NAMED)


def quoted(labels: Sequence[str], most: int | None = None) -> str:
    """Join labels of watches; in quotes where one could be taken for several."""
    several = len(labels) > 1 and any(_JOINS.search(label) for label in labels)
    return listed([f"“{label}”" for label in labels] if several else labels, most)


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
        return f"In the page around articles: {shorten(listed(labels, MAX_NAMED), 90)}"
    labels = [watch.label for watch in digest.watches]
    about = f" on {shorten(listed(labels, MAX_NAMED), 70)}" if labels else ""
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


def period_text(digest: Digest) -> str:
    """Format the period that the message covers."""
    occasion = digest.occasion
    until = clock(occasion.now, occasion.timezone, occasion.now)
    if occasion.since is None:
        return f"until {until}"
    return f"{clock(occasion.since, occasion.timezone, occasion.now)} to {until}"


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
    """Return the excerpts of an entry, the main one first."""
    return (*([entry.excerpt] if entry.excerpt is not None else []), *entry.further)


def in_comments(excerpt: Excerpt) -> bool:
    """Return whether an excerpt is from readers' comments."""
    return excerpt.field == "comments"


def sources_read(coverage: Coverage) -> str:
    """Format `42 of 44 sources read`."""
    return f"{coverage.sources_answered} of {counted(coverage.sources_total, 'source')} read"


def coverage_lines(digest: Digest) -> tuple[str, ...]:
    """Describe what was read, and what found nothing; empty without coverage."""
    cover = digest.coverage
    if cover is None:
        return ()
    lines = [
        f"{cover.sources_answered} of {counted(cover.sources_total, 'source')} answered; "
        f"{counted(cover.items_read, 'item')} read, {period_text(digest)}."
    ]
    if cover.quiet:
        names = listed([digest.names.source(key) for key in cover.quiet], MAX_BLIND)
        lines.append(f"Answering, but with nothing new for longer than ever before: {names}.")
    if cover.thin:
        names = listed([digest.names.source(key) for key in cover.thin], MAX_BLIND)
        lines.append(f"Only headlines and teasers can be read of {names}.")
    lines += [_muted_line(muted, digest) for muted in digest.muted_watches]
    silent = silent_watches(digest)
    if silent:
        lines.append(f"Nothing new for {listed(silent, 12)}.")
    return tuple(lines)


def _muted_line(muted: MutedWatchNote, digest: Digest) -> str:
    until = clock(muted.until, digest.occasion.timezone, digest.occasion.now)
    left_out = f"; {counted(muted.mentions, 'mention')} left out" if muted.mentions else ""
    return f"{shorten(line(muted.watch.label), 60)} is muted until {until}{left_out}."


def blind_lines(digest: Digest) -> tuple[str, ...]:
    """List the sources that could not be read: name, since when, cause."""
    occasion, blind = digest.occasion, digest.coverage.blind if digest.coverage else ()
    lines = []
    for source in blind[:MAX_BLIND]:
        name = digest.names.source(source.key)
        at = ", never answered"
        if source.since is not None:
            at = f" since {clock(source.since, occasion.timezone, occasion.now)}"
        why = f": {line(source.cause, 120)}" if source.cause else ""
        lines.append(f"{name}{at}{why}")
    if len(blind) > MAX_BLIND:
        lines.append(f"and {len(blind) - MAX_BLIND} more")
    return tuple(lines)


def silent_watches(digest: Digest) -> tuple[str, ...]:
    """Return the labels of the watches that found nothing new, without muted ones."""
    muted = {each.watch.key for each in digest.muted_watches}
    reported = {label for entry in (*digest.entries, *digest.changes) for label in entry.watches}
    reported.update(each.watch.label for each in digest.asides)
    return tuple(
        watch.label
        for watch in digest.watches
        if watch.label not in reported and watch.key not in muted
    )


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


def welcome_subject(welcome: Welcome) -> str:
    """Build the subject of a welcome message."""
    watching = counted(len(welcome.watches), "watch", "watches")
    sources = counted(welcome.sources_answered, "source")
    return f"Media watch has begun: {watching} over {sources}"


def welcome_lead(welcome: Welcome) -> str:
    """Describe what has been read and stored so far."""
    return (
        f"{welcome.sources_answered} of {counted(welcome.sources_total, 'source')} answered, "
        f"with {counted(welcome.items_stored, 'item')} stored so far. What was there already is "
        f"listed below once and never sent as new."
    )


def plan(planned: SubscriptionPlan, welcome: Welcome) -> str:
    """State when the next message of a subscription comes."""
    if planned.next_at is None:
        return f"{planned.schedule}: as soon as something is found"
    return f"{planned.schedule}: next {clock(planned.next_at, welcome.timezone, welcome.now)}"


def silent_lines(welcome: Welcome) -> tuple[str, ...]:
    """List the sources that have not answered yet, at most `MAX_BLIND` by name."""
    lines = [silent_source(name, cause) for name, cause in welcome.silent[:MAX_BLIND]]
    if len(welcome.silent) > MAX_BLIND:
        lines.append(
            f"and {len(welcome.silent) - MAX_BLIND} more: supplierwatch sources has them all"
        )
    return tuple(lines)


def silent_source(name: str, cause: str) -> str:
    """Format a source that has not answered yet, with the cause if one is known."""
    return f"{shorten(line(name), 60)}: {line(cause, 120)}" if cause else shorten(line(name), 60)


def dated(entry: Entry, timezone: str, now: datetime) -> str:
    """Format when an entry was published, or first seen if that is unknown."""
    at = clock(entry.when, timezone, now)
    return at if entry.when_is == "published" else f"seen {at}"


ASIDES_HEADING = "In the page around the article"
ASIDES_LEAD = "Named only in text that is no part of an article. Each such text is named once."


def more_asides(aside: AsideLine) -> str:
    """Count further texts of the same watch, and name where they stand; empty without any."""
    if not aside.others:
        return ""
    return f"and {aside.others} more at {listed(aside.other_outlets, MAX_NAMED)}"

"""The words of a message that its text and its HTML share. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from alerts.digest.changes import difference
from alerts.digest.digest import Digest, Hushed, Section
from alerts.digest.entry import Entry, WatchWords
from alerts.digest.syndication_text import story_lines
from alerts.digest.welcome_content import Planned, Welcome
from alerts.text.sanitize import line, shorten
from alerts.text.sentences import Excerpt
from storage.crawling.coverage import Coverage
from storage.rules.local_time import local_time

MAX_SUBJECT = 140
MAX_NAMED = 3
MAX_TERMS = 6
MAX_BLIND = 12
MAX_PARAPHRASE = 280

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
    """`3 sources`, `1 source`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(words: Sequence[str], most: int | None = None) -> str:
    """`a, b and c`, or with `most`: `a, b and 4 more`."""
    if most is not None and len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def clock(moment: datetime, timezone: str, now: datetime) -> str:
    """`Tue 24 Nov, 07:30` on the wall clock of `timezone`; the year where it is another one."""
    zone = ZoneInfo(timezone)
    local, today = local_time(moment, zone), local_time(now, zone)
    year = f" {local.year}" if local.year != today.year else ""
    return f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M}"


def long_date(moment: datetime, timezone: str) -> str:
    """`Tuesday 24 November 2026, 07:30 (Europe/London)`."""
    local = local_time(moment, ZoneInfo(timezone))
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M} ({timezone})"


def section_name(section: Section) -> str:
    """What a section is called in lists: its supplier, or the watches that it holds."""
    if section.name is not None:
        return section.name
    return listed([block.watch.label for block in section.blocks], MAX_NAMED)


def tally(digest: Digest) -> str:
    """`Palantir 2, TPP 1`; nothing where the heading has said it."""
    return listed_counts(digest, len(digest.sections)) if len(digest.sections) > 1 else ""


def listed_counts(digest: Digest, most: int) -> str:
    """The tally with at most `most` names: `Palantir 2, TPP 1 and 3 others`."""
    parts = [f"{section_name(s)} {len(s.entries)}" for s in digest.sections]
    rest = len(parts) - most
    if rest <= 0:
        return ", ".join(parts)
    return f"{', '.join(parts[:most])} and {counted(rest, 'other')}"


def _short_tally(digest: Digest, limit: int) -> str:
    for most in range(len(digest.sections), 1, -1):
        said = listed_counts(digest, most)
        if len(said) <= limit:
            return said
    return shorten(listed_counts(digest, 1), limit)


def subject(digest: Digest) -> str:
    """What is in the message, the most telling first."""
    entries = digest.entries
    if not entries and not digest.changes:
        return line(_empty_subject(digest), MAX_SUBJECT)
    if not entries:
        rest = f" + {len(digest.changes) - 1} more" if len(digest.changes) > 1 else ""
        first = digest.changes[0]
        withdrawn = first.change is not None and "withdrawn" in first.change.kinds
        what = "Withdrawn" if withdrawn else "Changed"
        return line(f"{what}: {shorten(first.headline, 90)}{rest}", MAX_SUBJECT)
    lead = section_name(digest.sections[0]) if len(entries) == 1 else _short_tally(digest, 56)
    more = []
    if len(entries) > 1:
        more.append(f"{len(entries) - 1} more")
    if digest.changes:
        more.append(f"{len(digest.changes)} changed")
    rest = f" + {', '.join(more)}" if more else ""
    return line(f"{shorten(lead, 60)}: {shorten(entries[0].headline, 60)}{rest}", MAX_SUBJECT)


def _empty_subject(digest: Digest) -> str:
    labels = [watch.label for watch in digest.watches]
    about = f" on {shorten(listed(labels, MAX_NAMED), 70)}" if labels else ""
    proof = f" ({sources_read(digest.coverage)})" if digest.coverage else ""
    return f"Nothing new{about}{proof}"


def preheader(digest: Digest) -> str:
    """What mail programs show after the subject."""
    rest = [entry.headline for entry in digest.entries[1:4]]
    return shorten("; ".join(rest) or span_said(digest), 120)


def opening(digest: Digest) -> str:
    """The headline over the message."""
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
    return listed(parts) or "Nothing new"


def span_said(digest: Digest) -> str:
    """The time that the message covers."""
    occasion = digest.occasion
    until = clock(occasion.now, occasion.timezone, occasion.now)
    if occasion.since is None:
        return f"until {until}"
    return f"{clock(occasion.since, occasion.timezone, occasion.now)} to {until}"


def watch_line(watch: WatchWords, lead: str = "Watch: ") -> str:
    """A watch with its query in plain words."""
    words = f"{lead}{watch.label}"
    return f"{words}. {finds(watch)}" if watch.paraphrase else words


def finds(watch: WatchWords) -> str:
    """A watch's query in plain words, or as much of it as is read."""
    return shorten(line(watch.paraphrase), MAX_PARAPHRASE)


def when(entry: Entry, digest: Digest) -> str:
    """When an entry was published, or else seen."""
    return dated(entry, digest.occasion.timezone, digest.occasion.now)


def kind(entry: Entry) -> str:
    """What an entry is, where it is not news."""
    return _KINDS[entry.kind]


def found(entry: Entry) -> str:
    """The texts that hit: `Palantir ×4, NHS ×2`."""
    terms = [f"{t.text} ×{t.count}" if t.count > 1 else t.text for t in entry.terms]
    return listed(terms, MAX_TERMS) if len(terms) > MAX_TERMS else ", ".join(terms)


def thin(entry: Entry) -> str:
    """Why an entry has no more than headline and teaser, or nothing."""
    if entry.thin is None:
        return ""
    return f"Headline and teaser only: {entry.thin}."


def told(entry: Entry, digest: Digest) -> str:
    """When an entry was told before: by an alert, or as another outlet carried it."""
    if entry.told_before is None:
        return ""
    said = clock(entry.told_before, digest.occasion.timezone, digest.occasion.now)
    return f"you were told of this story {said}" if entry.is_copy else f"alerted {said}"


def story(entry: Entry, digest: Digest) -> tuple[str, ...]:
    """Who was first, what is copied and what only this outlet has, of a story of several."""
    occasion = digest.occasion

    def said(moment: datetime) -> str:
        return clock(moment, occasion.timezone, occasion.now)

    return story_lines(entry.story, entry.item_id, digest.names.source, said)


def change_lines(entry: Entry) -> tuple[tuple[str, str], ...]:
    """What an edit changed, as (label, text)."""
    change = entry.change
    if change is None:
        return (("What", "the earlier text is no longer held"),)
    return difference(change)


def excerpts(entry: Entry) -> tuple[Excerpt, ...]:
    """The sentences that are shown of it."""
    return (*([entry.excerpt] if entry.excerpt is not None else []), *entry.further)


def in_comments(excerpt: Excerpt) -> bool:
    """Whether the words shown are readers' and not the outlet's."""
    return excerpt.field == "comments"


def sources_read(coverage: Coverage) -> str:
    """`42 of 44 sources read`."""
    return f"{coverage.sources_answered} of {counted(coverage.sources_total, 'source')} read"


def coverage_lines(digest: Digest) -> tuple[str, ...]:
    """What was looked at, so that silence can be believed."""
    cover = digest.coverage
    if cover is None:
        return ()
    lines = [
        f"{cover.sources_answered} of {counted(cover.sources_total, 'source')} answered; "
        f"{counted(cover.items_read, 'item')} read, {span_said(digest)}."
    ]
    if cover.quiet:
        names = listed([digest.names.source(key) for key in cover.quiet], MAX_BLIND)
        lines.append(f"Answering, but with nothing new for longer than ever before: {names}.")
    if cover.thin:
        names = listed([digest.names.source(key) for key in cover.thin], MAX_BLIND)
        lines.append(f"Only headlines and teasers can be read of {names}.")
    lines += [_hushed(one, digest) for one in digest.hushed]
    silent = silent_watches(digest)
    if silent:
        lines.append(f"Nothing new for {listed(silent, 12)}.")
    return tuple(lines)


def _hushed(one: Hushed, digest: Digest) -> str:
    until = clock(one.until, digest.occasion.timezone, digest.occasion.now)
    left_out = f"; {counted(one.mentions, 'mention')} left out" if one.mentions else ""
    return f"{shorten(line(one.watch.label), 60)} is muted until {until}{left_out}."


def blind_lines(digest: Digest) -> tuple[str, ...]:
    """The sources that could not be read: name, since when, cause."""
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
    """The labels of the watches that found nothing new."""
    mute = {one.watch.key for one in digest.hushed}
    spoke = {label for entry in (*digest.entries, *digest.changes) for label in entry.watches}
    return tuple(
        watch.label
        for watch in digest.watches
        if watch.label not in spoke and watch.key not in mute
    )


def why_sent(schedules: Sequence[str], recipient: str) -> str:
    """Why this reader gets this message."""
    noun = "subscription" if len(schedules) == 1 else "subscriptions"
    return f"Sent to {recipient} by the {noun} {listed(schedules)}."


def ends(keys: Sequence[str]) -> str:
    """What the link at the end of a message does."""
    return f"Unsubscribe from {listed(keys)}"


def stop_link(contact: str, subscriptions: Sequence[str]) -> str:
    """A mailto address that asks for these messages to end (RFC 6068)."""
    about = quote("unsubscribe " + ", ".join(subscriptions))
    return f"mailto:{quote(contact, safe='@')}?subject={about}"


def welcome_subject(welcome: Welcome) -> str:
    """The subject of a welcome message."""
    watching = counted(len(welcome.watches), "watch", "watches")
    sources = counted(welcome.sources_answered, "source")
    return f"Media watch has begun: {watching} over {sources}"


def welcome_lead(welcome: Welcome) -> str:
    """What has been done so far."""
    return (
        f"{welcome.sources_answered} of {counted(welcome.sources_total, 'source')} answered, "
        f"with {counted(welcome.items_stored, 'item')} stored so far. What was there already is "
        f"listed below once and never sent as new."
    )


def plan(planned: Planned, welcome: Welcome) -> str:
    """When a subscription tells next."""
    if planned.next_at is None:
        return f"{planned.schedule}: as soon as something is found"
    return f"{planned.schedule}: next {clock(planned.next_at, welcome.timezone, welcome.now)}"


def silent_lines(welcome: Welcome) -> tuple[str, ...]:
    """The sources that have not answered, the first dozen by name."""
    lines = [silent_source(name, cause) for name, cause in welcome.silent[:MAX_BLIND]]
    if len(welcome.silent) > MAX_BLIND:
        lines.append(
            f"and {len(welcome.silent) - MAX_BLIND} more: supplierwatch sources has them all"
        )
    return tuple(lines)


def silent_source(name: str, cause: str) -> str:
    """A source that has not answered yet."""
    return f"{shorten(line(name), 60)}: {line(cause, 120)}" if cause else shorten(line(name), 60)


def dated(entry: Entry, timezone: str, now: datetime) -> str:
    """When an entry was published, or else seen, without a digest at hand."""
    said = clock(entry.when, timezone, now)
    return said if entry.when_is == "published" else f"seen {said}"

"""Builds the entry of a story in a digest: title, link, outlets, matching sentence. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, NamedTuple

from alerts.digest.changes import TextChange, change_between
from alerts.digest.syndication import StoryFacts, story_facts, when_of
from alerts.summaries.model import EventSummary
from alerts.text.missing_text import why_thin
from alerts.text.notice_summary import summarise_notice
from alerts.text.page_numbers import format_pages, page_address, page_of, pages_of, unread_pages
from alerts.text.sanitize import line, shorten, web_link
from alerts.text.sentences import Excerpt, Segment, best_excerpt, mark, merged, teaser
from storage.model import FieldName, ItemKind, ItemRevision, PendingTelling, Span, StoredItem

MAX_TITLE = 200
MAX_FURTHER = 3
UNTITLED = "(no title)"
_TEXT_FIELDS: tuple[FieldName, ...] = ("body", "summary", "comments", "aside")
_READING_ORDER: tuple[FieldName, ...] = (
    *("title", "summary", "body", "comments", "author", "url", "aside"),
)
_POSSESSIVE = re.compile(r"['’]s?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A pending telling with the data that explains it.

    `spans` are positions in the newest text of the item; `suppliers` are those whose names overlap
    them, the most prominent first; `before` is the text before an edit.
    """

    telling: PendingTelling
    spans: tuple[Span, ...]
    suppliers: tuple[str, ...] = ()
    before: ItemRevision | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchWords:
    """A watch as messages show it: its label, query, and paraphrase in plain English."""

    label: str
    query: str
    paraphrase: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names of watches (in catalogue order) and sources, by key.

    `press` maps a source to the supplier whose own newsroom it is.
    """

    watches: Mapping[str, WatchWords]
    sources: Mapping[str, str]
    press: Mapping[str, str] = field(default_factory=dict)

    def watch(self, key: str) -> WatchWords:
        """Return the words of a watch; a watch that was removed is named by its key."""
        return self.watches.get(key) or WatchWords(label=key, query="", paraphrase="", key=key)

    def source(self, key: str) -> str:
        """Return the name of a source, cut to one line of 60 characters."""
        return shorten(line(self.sources.get(key, key)), 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherOutlet:
    """Another outlet that carries the story."""

    outlet: str
    link: str | None
    adds: str = ""  # the first sentence that no other outlet has


@dataclass(frozen=True, slots=True, kw_only=True)
class HitTerm:
    """A matched text as it is written in the item, and how often it occurs."""

    text: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One story: what a message shows of it, and why it is there."""

    item_id: int
    kind: ItemKind
    title: tuple[Segment, ...]
    link: str | None
    outlet: str
    also: tuple[OtherOutlet, ...]
    when: datetime
    when_is: Literal["published", "seen"]
    excerpt: Excerpt | None
    further: tuple[Excerpt, ...]  # for watches with hits in neither title nor excerpt
    teaser: str
    terms: tuple[HitTerm, ...]
    watches: tuple[str, ...]  # labels of all watches that found it
    thin: str | None  # why only headline and teaser are stored
    told_before: datetime | None
    is_copy: bool = False  # told before from another outlet
    change: TextChange | None = None
    pages: tuple[int, ...] = ()  # of a document, with hits
    unread: str = ""  # which pages of a document could not be read, as a sentence
    stated: str = ""  # buyer, supplier, value and dates of a notice
    story: StoryFacts | None = None  # None if the story has one item
    watch_key: str = ""  # of the first watch
    reports: tuple[Entry, ...] = ()  # other stories of the event, earliest first
    alerted: tuple[Entry, ...] = ()  # stories of the event that the reader was alerted of
    adds: str = ""  # a sentence of which no other report of the event says most
    summary: EventSummary | None = None  # of the event

    @property
    def headline(self) -> str:
        """The title as plain text."""
        return "".join(segment.text for segment in self.title)

    @property
    def on_pages(self) -> str:
        """The pages of a document with hits, if several: ` on pages 3 and 7`."""
        return f" on {format_pages(self.pages)}" if len(self.pages) > 1 else ""

    @property
    def outlets(self) -> int:
        """How many outlets carry the story."""
        return 1 + len(self.also) + sum(each.outlets for each in self.reports)


def watch_key(finding: Finding) -> str:
    """Return the key of the watch that found it."""
    return finding.telling.mention.match.watch_key


def entry_of(
    findings: Sequence[Finding],
    others: Sequence[StoredItem],
    names: Names,
    *,
    told_before: datetime | None = None,
    members: Sequence[StoredItem] = (),
) -> Entry:
    """Build the entry of a story.

    Args:
        findings: of the leading item, one for each watch that found it; the first decides which
            sentence is shown.
        others: further items of the same story in the message.
        names: the names of watches and sources.
        told_before: when an alert already told it.
        members: all items of the story in the archive.
    """
    item, edited = findings[0].telling.item, findings[0].telling.what == "edit"
    spans = sorted({span for finding in findings for span in finding.spans})
    when, when_is = when_of(item)
    excerpt = _find_excerpt(item, spans, findings[0].spans) or _find_excerpt(item, spans, spans)
    facts = story_facts([item, *others, *members], names.press)
    outlet, also = _list_outlets(item, others, members, names)
    before = next((f.before for f in findings if f.before is not None), None)
    pages = pages_of(item, spans)
    page = excerpt.page if excerpt is not None and excerpt.page else next(iter(pages), None)
    return Entry(
        item_id=item.item_id,
        kind=item.kind,
        title=_build_title(item, spans),
        link=web_link(item.url and page_address(item.url, page)),
        outlet=outlet,
        also=tuple(_build_other_outlet(carrier, facts, names) for carrier in also),
        when=when,
        when_is=when_is,
        excerpt=excerpt,
        further=_find_further(item, spans, findings, excerpt),
        teaser="" if excerpt else teaser(item.summary or item.body),
        terms=_count_terms(item, spans),
        watches=tuple(dict.fromkeys(names.watch(watch_key(f)).label for f in findings)),
        thin=line(why_thin(item.thin_reason), 120) if item.text_state != "full" else None,
        told_before=told_before,
        is_copy=all(finding.telling.is_copy for finding in findings),
        change=change_between(before, item) if edited and before else None,
        pages=pages,
        unread=line(unread_pages(item), 240),
        stated=summarise_notice(item),
        story=facts,
        watch_key=watch_key(findings[0]),
    )


def _build_title(item: StoredItem, spans: Sequence[Span]) -> tuple[Segment, ...]:
    title = item.title.strip()
    if not line(title):
        return (Segment(UNTITLED),)
    shift = len(item.title) - len(item.title.lstrip())
    hits = [(s.start - shift, s.end - shift) for s in spans if s.field == "title"]
    segments = mark(title, hits, 0, min(len(title), MAX_TITLE))
    if len(title) > MAX_TITLE:
        segments = (*segments, Segment("…"))
    return segments or (Segment(UNTITLED),)


def _find_excerpt(item: StoredItem, spans: Sequence[Span], own: Sequence[Span]) -> Excerpt | None:
    chosen: Excerpt | None = None
    for name in _TEXT_FIELDS:
        found = best_excerpt(name, str(getattr(item, name)), own, also=spans)
        if found is None:
            continue
        chosen = chosen or found
        # the teaser shows more than a line of navigation in the body; comments are no article
        if not found.is_navigation and name != "comments":
            chosen = found
            break
    if chosen is None:
        return None
    return replace(chosen, page=page_of(item, Span(chosen.field, chosen.start, chosen.start + 1)))


def _find_further(
    item: StoredItem,
    spans: Sequence[Span],
    findings: Sequence[Finding],
    shown: Excerpt | None,
) -> tuple[Excerpt, ...]:
    """Find a sentence for each watch whose hits are in neither the title nor the excerpt."""
    further: list[Excerpt] = []
    seen = _hit_texts(shown)
    for finding in findings:
        hits = {_field_text(item, s.field)[s.start : s.end].casefold() for s in finding.spans}
        if any(s.field == "title" for s in finding.spans) or any(h in seen for h in hits):
            continue
        found = _find_excerpt(item, spans, finding.spans)
        if found is not None and len(further) < MAX_FURTHER:
            further.append(found)
            seen |= _hit_texts(found)
    return tuple(further)


def _hit_texts(excerpt: Excerpt | None) -> set[str]:
    if excerpt is None:
        return set()
    return {segment.text.casefold() for segment in excerpt.segments if segment.hit}


def _count_terms(item: StoredItem, spans: Sequence[Span]) -> tuple[HitTerm, ...]:
    counts: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for name in sorted({span.field for span in spans}, key=_READING_ORDER.index):
        text = _field_text(item, name)
        # "Corvid" inside "Corvid Data" counts once
        for start, end in merged([(s.start, s.end) for s in spans if s.field == name]):
            plain = line(text[start:end], 60)
            key = _POSSESSIVE.sub("", plain.casefold().replace("-", " "))
            if key:
                counts[key] += 1
                shown.setdefault(key, _POSSESSIVE.sub("", plain))
    return tuple(HitTerm(text=shown[key], count=n) for key, n in counts.most_common())


def _field_text(item: StoredItem, field: FieldName) -> str:
    if field == "author":
        return ", ".join(item.authors)
    return str(getattr(item, field) or "")


class _Carrier(NamedTuple):
    source_key: str
    item_id: int | None
    url: str | None


def _build_other_outlet(carrier: _Carrier, facts: StoryFacts | None, names: Names) -> OtherOutlet:
    known = facts.of(carrier.item_id) if facts is not None and carrier.item_id is not None else None
    adds = known.own[0] if known is not None and known.own else ""
    return OtherOutlet(
        outlet=names.source(carrier.source_key), link=web_link(carrier.url), adds=adds
    )


def _list_outlets(
    item: StoredItem,
    others: Sequence[StoredItem],
    members: Sequence[StoredItem],
    names: Names,
) -> tuple[str, tuple[_Carrier, ...]]:
    shown = {item.source_key}
    also = []
    for carrier in item.carriers:
        if carrier.source_key not in shown:
            shown.add(carrier.source_key)
            also.append(_Carrier(carrier.source_key, None, carrier.url))
    # every item is listed, even two of one outlet
    also += [_Carrier(other.source_key, other.item_id, other.url) for other in others]
    shown |= {other.source_key for other in others}
    for member in members:
        if member.source_key not in shown:
            shown.add(member.source_key)
            also.append(_Carrier(member.source_key, member.item_id, member.url))
    return names.source(item.source_key), tuple(also)

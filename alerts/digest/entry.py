"""One story of a digest, as a value: title, link, outlets, the sentence that hit. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, NamedTuple

from alerts.digest.changes import TextChange, change_between
from alerts.digest.syndication import StoryFacts, story_facts, when_of
from alerts.text.missing_text import why_thin
from alerts.text.notice_summary import stated
from alerts.text.page_numbers import page_address, page_of, pages_of, pages_said, unread_pages
from alerts.text.sanitize import line, shorten, web_link
from alerts.text.sentences import Excerpt, Segment, best_excerpt, mark, merged, teaser
from storage.model import FieldName, ItemKind, ItemRevision, PendingTelling, Span, StoredItem

MAX_TITLE = 200
MAX_FURTHER = 3
UNTITLED = "(no title)"
_TEXT_FIELDS: tuple[FieldName, ...] = ("body", "summary", "comments")
_READING_ORDER: tuple[FieldName, ...] = ("title", "summary", "body", "comments", "author", "url")
_POSSESSIVE = re.compile(r"['’]s?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A pending telling with what is needed to explain it.

    `spans` lie in the newest text of the item, which need not be the text that was matched first;
    `suppliers` are the names of the watch's suppliers that occur in it, the most prominent first.
    """

    telling: PendingTelling
    spans: tuple[Span, ...]
    suppliers: tuple[str, ...] = ()
    before: ItemRevision | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchWords:
    """A watch as it is explained to a reader."""

    label: str
    query: str
    paraphrase: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What keys are called: watches in catalogue order, and sources.

    `press`: the supplier of each source that is its own newsroom.
    """

    watches: Mapping[str, WatchWords]
    sources: Mapping[str, str]
    press: Mapping[str, str] = field(default_factory=dict)

    def watch(self, key: str) -> WatchWords:
        """The words of a watch; its key where it was taken out while its mentions were pending."""
        return self.watches.get(key) or WatchWords(label=key, query="", paraphrase="", key=key)

    def source(self, key: str) -> str:
        """The name of a source, fit to be shown."""
        return shorten(line(self.sources.get(key, key)), 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Also:
    """Another outlet that carries the story."""

    outlet: str
    link: str | None
    adds: str = ""  # the first sentence that no other outlet has


@dataclass(frozen=True, slots=True, kw_only=True)
class HitTerm:
    """A text that hit, as it is written in the item, and how often."""

    text: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One story: what to show of it and why it is there."""

    item_id: int
    kind: ItemKind
    title: tuple[Segment, ...]
    link: str | None
    outlet: str
    also: tuple[Also, ...]
    when: datetime
    when_is: Literal["published", "seen"]
    excerpt: Excerpt | None
    further: tuple[Excerpt, ...]  # for watches whose hits stand neither in the title nor there
    teaser: str
    terms: tuple[HitTerm, ...]
    watches: tuple[str, ...]  # labels of all watches that found it
    thin: str | None  # why only headline and teaser are held
    told_before: datetime | None
    is_copy: bool = False  # what was told before is another outlet's copy
    change: TextChange | None = None
    pages: tuple[int, ...] = ()  # of a document, on which the watches hit
    unread: str = ""  # what of a document could not be read, as a sentence
    stated: str = ""  # buyer, supplier, value and dates of a notice
    story: StoryFacts | None = None  # None where nobody else tells it
    watch_key: str = ""  # of the first of the watches

    @property
    def headline(self) -> str:
        """The title as plain text."""
        return "".join(segment.text for segment in self.title)

    @property
    def on_pages(self) -> str:
        """Where in a document the watches hit, if on several pages: ` on pages 3 and 7`."""
        return f" on {pages_said(self.pages)}" if len(self.pages) > 1 else ""

    @property
    def outlets(self) -> int:
        """How many outlets carry it."""
        return 1 + len(self.also)


def watch_key(finding: Finding) -> str:
    """The watch that found it."""
    return finding.telling.mention.match.watch_key


def entry_of(
    findings: Sequence[Finding],
    others: Sequence[StoredItem],
    names: Names,
    *,
    told_before: datetime | None = None,
    members: Sequence[StoredItem] = (),
) -> Entry:
    """One story: what to show of it and why it is there.

    Args:
        findings: of the leading item, one for each watch that found it; the first decides which
            sentence is shown.
        others: further items of the same story that are told with it.
        names: what keys are called.
        told_before: when an alert told it already.
        members: all items that the archive has of the story.
    """
    item, edited = findings[0].telling.item, findings[0].telling.what == "edit"
    spans = sorted({span for finding in findings for span in finding.spans})
    when, when_is = when_of(item)
    excerpt = _excerpt(item, spans, findings[0].spans) or _excerpt(item, spans, spans)
    facts = story_facts([item, *others, *members], names.press)
    outlet, also = _outlets(item, others, members, names)
    before = next((f.before for f in findings if f.before is not None), None)
    pages = pages_of(item, spans)
    page = excerpt.page if excerpt is not None and excerpt.page else next(iter(pages), None)
    return Entry(
        item_id=item.item_id,
        kind=item.kind,
        title=_title(item, spans),
        link=web_link(item.url and page_address(item.url, page)),
        outlet=outlet,
        also=tuple(_also(one, facts, names) for one in also),
        when=when,
        when_is=when_is,
        excerpt=excerpt,
        further=_further(item, spans, findings, excerpt),
        teaser="" if excerpt else teaser(item.summary or item.body),
        terms=_terms(item, spans),
        watches=tuple(dict.fromkeys(names.watch(watch_key(f)).label for f in findings)),
        thin=line(why_thin(item.thin_reason), 120) if item.text_state != "full" else None,
        told_before=told_before,
        is_copy=all(finding.telling.is_copy for finding in findings),
        change=change_between(before, item) if edited and before else None,
        pages=pages,
        unread=line(unread_pages(item), 240),
        stated=stated(item),
        story=facts,
        watch_key=watch_key(findings[0]),
    )


def _title(item: StoredItem, spans: Sequence[Span]) -> tuple[Segment, ...]:
    title = item.title.strip()
    if not line(title):
        return (Segment(UNTITLED),)
    shift = len(item.title) - len(item.title.lstrip())
    hits = [(s.start - shift, s.end - shift) for s in spans if s.field == "title"]
    segments = mark(title, hits, 0, min(len(title), MAX_TITLE))
    if len(title) > MAX_TITLE:
        segments = (*segments, Segment("…"))
    return segments or (Segment(UNTITLED),)


def _excerpt(item: StoredItem, spans: Sequence[Span], telling: Sequence[Span]) -> Excerpt | None:
    for name in _TEXT_FIELDS:
        found = best_excerpt(name, str(getattr(item, name)), telling, also=spans)
        if found is not None:
            place = Span(found.field, found.start, found.start + 1)
            return replace(found, page=page_of(item, place))
    return None


def _further(
    item: StoredItem,
    spans: Sequence[Span],
    findings: Sequence[Finding],
    shown: Excerpt | None,
) -> tuple[Excerpt, ...]:
    """A sentence for each watch whose reason would otherwise not be seen."""
    further: list[Excerpt] = []
    seen = _hits(shown)
    for finding in findings:
        hits = {_field_text(item, s.field)[s.start : s.end].casefold() for s in finding.spans}
        if any(s.field == "title" for s in finding.spans) or any(h in seen for h in hits):
            continue
        found = _excerpt(item, spans, finding.spans)
        if found is not None and len(further) < MAX_FURTHER:
            further.append(found)
            seen |= _hits(found)
    return tuple(further)


def _hits(excerpt: Excerpt | None) -> set[str]:
    if excerpt is None:
        return set()
    return {segment.text.casefold() for segment in excerpt.segments if segment.hit}


def _terms(item: StoredItem, spans: Sequence[Span]) -> tuple[HitTerm, ...]:
    counts: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for name in sorted({span.field for span in spans}, key=_READING_ORDER.index):
        text = _field_text(item, name)
        # "Corvid" inside "Corvid Data" is one find, not two
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


class _Carried(NamedTuple):
    source_key: str
    item_id: int | None
    url: str | None


def _also(one: _Carried, facts: StoryFacts | None, names: Names) -> Also:
    there = facts.of(one.item_id) if facts is not None and one.item_id is not None else None
    adds = there.own[0] if there is not None and there.own else ""
    return Also(outlet=names.source(one.source_key), link=web_link(one.url), adds=adds)


def _outlets(
    item: StoredItem,
    others: Sequence[StoredItem],
    members: Sequence[StoredItem],
    names: Names,
) -> tuple[str, tuple[_Carried, ...]]:
    shown = {item.source_key}
    also = []
    for carrier in item.carriers:
        if carrier.source_key not in shown:
            shown.add(carrier.source_key)
            also.append(_Carried(carrier.source_key, None, carrier.url))
    # another item is never left out, even if an outlet told the story twice
    also += [_Carried(other.source_key, other.item_id, other.url) for other in others]
    shown |= {other.source_key for other in others}
    for member in members:
        if member.source_key not in shown:
            shown.add(member.source_key)
            also.append(_Carried(member.source_key, member.item_id, member.url))
    return names.source(item.source_key), tuple(also)

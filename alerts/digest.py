"""What a digest or an alert says, as a value. Pure: rendering it is `render`'s business.

`Digest` is made from findings (pending tellings with what explains them). Items that tell the same
story are one entry, which names all outlets; an item found by several watches is one entry under
the first of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from storage.coverage import Coverage

from alerts.changes import Change, change_between
from alerts.harmless import line, shorten, web_link
from alerts.sentences import Excerpt, Segment, best_excerpt, mark, merged, teaser
from storage.model import FieldName, ItemKind, ItemRevision, PendingTelling, Span, StoredItem

MAX_TITLE = 200
UNTITLED = "(no title)"
_TEXT_FIELDS: tuple[FieldName, ...] = ("body", "summary", "comments")
_CLOCK_SKEW = timedelta(hours=1)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What keys are called: watches in catalogue order, and sources."""

    watches: Mapping[str, WatchWords]
    sources: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """For whom, when and over what time a message is cut.

    `subscriptions` are keys and `schedules` say them with their cadence; `since` is None for a
    first message; `contact` is the address that a request to stop goes to.
    """

    kind: Literal["digest", "alert"]
    recipient: str
    subscriptions: tuple[str, ...]
    schedules: tuple[str, ...]
    timezone: str
    since: datetime | None
    now: datetime
    contact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Also:
    """Another outlet that carries the story."""

    outlet: str
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
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
    teaser: str
    terms: tuple[Term, ...]
    watches: tuple[str, ...]  # labels of all watches that found it
    thin: str | None  # why only headline and teaser are held
    told_before: datetime | None
    change: Change | None = None

    @property
    def headline(self) -> str:
        """The title as plain text."""
        return "".join(segment.text for segment in self.title)

    @property
    def outlets(self) -> int:
        """How many outlets carry it."""
        return 1 + len(self.also)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What one watch found, within a section."""

    watch: WatchWords
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What concerns one supplier. `name` is None for watches that concern none."""

    name: str | None
    blocks: tuple[Block, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, watch by watch."""
        return tuple(entry for block in self.blocks for entry in block.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """All that one message tells, before any wording."""

    occasion: Occasion
    sections: tuple[Section, ...]
    changes: tuple[Entry, ...]
    told: tuple[Entry, ...]
    coverage: Coverage
    watches: tuple[WatchWords, ...]  # all that the message reports on, hit or not
    source_names: Mapping[str, str]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The new stories, in the order in which they are shown."""
        return tuple(entry for section in self.sections for entry in section.entries)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to tell that was not told before."""
        return not self.sections and not self.changes


def build_digest(
    findings: Sequence[Finding],
    *,
    names: Names,
    occasion: Occasion,
    coverage: Coverage,
    watch_keys: Sequence[str] = (),
) -> Digest:
    """Arrange `findings` for a reader.

    Args:
        findings: each telling of each subscriber of the message; the same mention may come twice.
        names: what watches and sources are called.
        occasion: for whom and when.
        coverage: what was looked at since the last message.
        watch_keys: all watches that the message reports on.
    """
    stories = _stories(findings)
    fresh = [s for s in stories if s.what == "new" and s.told_before is None]
    told = [s for s in stories if s.what == "new" and s.told_before is not None]
    changed = [s for s in stories if s.what == "edit"]
    return Digest(
        occasion=occasion,
        sections=_sections(fresh, names),
        changes=tuple(_newest_first([_entry(story, names) for story in changed])),
        told=tuple(_newest_first([_entry(story, names) for story in told])),
        coverage=coverage,
        watches=tuple(names.watches[key] for key in watch_keys if key in names.watches),
        source_names=names.sources,
    )


def entries_of(findings: Sequence[Finding], names: Names) -> tuple[Entry, ...]:
    """The stories in `findings`, the newest first, without any arrangement."""
    return tuple(_newest_first([_entry(story, names) for story in _stories(findings)]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Story:
    findings: tuple[Finding, ...]  # of the leading item, one for each watch that found it
    others: tuple[StoredItem, ...]
    what: Literal["new", "edit"]
    told_before: datetime | None

    @property
    def item(self) -> StoredItem:
        return self.findings[0].telling.item


def _stories(findings: Sequence[Finding]) -> list[_Story]:
    # one that is new to the reader is told as new, whatever else is pending for the item
    kinds: dict[int, list[Finding]] = {}
    for finding in findings:
        kinds.setdefault(finding.telling.item.story_id, []).append(finding)
    stories = []
    for found in kinds.values():
        new = [f for f in found if f.telling.what == "new" and f.telling.told_before is None]
        edits = [f for f in found if f.telling.what == "edit"]
        chosen = new or edits or found
        items = {f.telling.item.item_id: f.telling.item for f in chosen}
        leader = min(items.values(), key=lambda item: (item.first_seen_at, item.item_id))
        told = [f.telling.told_before for f in chosen if f.telling.told_before is not None]
        stories.append(
            _Story(
                findings=tuple(f for f in chosen if f.telling.item.item_id == leader.item_id),
                others=tuple(i for i in items.values() if i.item_id != leader.item_id),
                what="new" if new or not edits else "edit",
                told_before=None if new else max(told, default=None),
            )
        )
    return stories


def _sections(stories: Sequence[_Story], names: Names) -> tuple[Section, ...]:
    order = {key: at for at, key in enumerate(names.watches)}
    grouped: dict[str | None, dict[str, list[Entry]]] = {}
    for story in stories:
        first = min(story.findings, key=lambda f: _rank(f, order))
        supplier = first.suppliers[0] if first.suppliers else None
        blocks = grouped.setdefault(supplier, {})
        blocks.setdefault(_key(first), []).append(_entry(story, names))
    sections = [
        Section(
            name=supplier,
            blocks=tuple(
                Block(watch=_words(key, names), entries=tuple(_most_telling_first(entries)))
                for key, entries in sorted(blocks.items(), key=lambda b: order.get(b[0], 0))
            ),
        )
        for supplier, blocks in grouped.items()
    ]
    return tuple(
        sorted(sections, key=lambda s: (s.name is None, -len(s.entries), (s.name or "").lower()))
    )


def _rank(finding: Finding, order: Mapping[str, int]) -> tuple[bool, int]:
    return not finding.suppliers, order.get(_key(finding), len(order))


def _key(finding: Finding) -> str:
    return finding.telling.mention.match.watch_key


def _words(key: str, names: Names) -> WatchWords:
    # a watch that was taken out of the files while its mentions were pending still has its key
    return names.watches.get(key) or WatchWords(label=key, query="", paraphrase="")


def _entry(story: _Story, names: Names) -> Entry:
    item = story.item
    spans = sorted({span for finding in story.findings for span in finding.spans})
    when, when_is = _when(item)
    excerpt = _excerpt(item, spans)
    outlet, also = _outlets(item, story.others, names.sources)
    before = next((f.before for f in story.findings if f.before is not None), None)
    return Entry(
        item_id=item.item_id,
        kind=item.kind,
        title=_title(item, spans),
        link=web_link(item.url),
        outlet=outlet,
        also=also,
        when=when,
        when_is=when_is,
        excerpt=excerpt,
        teaser="" if excerpt else teaser(item.summary or item.body),
        terms=_terms(item, spans),
        watches=tuple(dict.fromkeys(_words(_key(f), names).label for f in story.findings)),
        thin=line(item.thin_reason or "", 80) if item.text_state != "full" else None,
        told_before=story.told_before,
        change=change_between(before, item) if story.what == "edit" and before else None,
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


def _excerpt(item: StoredItem, spans: Sequence[Span]) -> Excerpt | None:
    for field in _TEXT_FIELDS:
        found = best_excerpt(field, str(getattr(item, field)), spans)
        if found is not None:
            return found
    return None


def _terms(item: StoredItem, spans: Sequence[Span]) -> tuple[Term, ...]:
    counts: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for field in dict.fromkeys(span.field for span in spans):
        text = _field_text(item, field)
        # "Corvid" inside "Corvid Data" is one find, not two
        for start, end in merged([(s.start, s.end) for s in spans if s.field == field]):
            plain = line(text[start:end], 60)
            if plain:
                counts[plain.casefold()] += 1
                shown.setdefault(plain.casefold(), plain)
    return tuple(Term(text=shown[key], count=n) for key, n in counts.most_common())


def _field_text(item: StoredItem, field: FieldName) -> str:
    if field == "author":
        return ", ".join(item.authors)
    return str(getattr(item, field) or "")


def _outlets(
    item: StoredItem, others: Sequence[StoredItem], sources: Mapping[str, str]
) -> tuple[str, tuple[Also, ...]]:
    def name(key: str) -> str:
        return shorten(line(sources.get(key, key)), 60)

    shown = {item.source_key}
    also = []
    for key, url in [
        *((carrier.source_key, carrier.url) for carrier in item.carriers),
        *((other.source_key, other.url) for other in others),
    ]:
        if key not in shown:
            shown.add(key)
            also.append(Also(outlet=name(key), link=web_link(url)))
    return name(item.source_key), tuple(also)


def _when(item: StoredItem) -> tuple[datetime, Literal["published", "seen"]]:
    published = item.published_at
    if published is None or published > item.first_seen_at + _CLOCK_SKEW:
        return item.first_seen_at, "seen"
    return published, "published"


def _newest_first(entries: Sequence[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda e: (e.when, e.item_id), reverse=True)


def _most_telling_first(entries: Sequence[Entry]) -> list[Entry]:
    def in_title(entry: Entry) -> bool:
        return any(segment.hit for segment in entry.title)

    # many outlets, then a hit in the headline, then the newest
    return sorted(_newest_first(entries), key=lambda e: (-e.outlets, not in_title(e)))

"""Arranges findings into the content of a digest or an alert. Pure; `messages.render` renders it.

Items of the same story are one entry, which names all outlets; so are the stories of one event
that one watch found, where it asks for it. An item found by several watches
is one entry, under the first of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from alerts.digest.aside_lines import AsideLine, fold_asides
from alerts.digest.entry import Entry, Finding, Names, WatchWords, entry_of, watch_key
from alerts.digest.events.event_entries import NO_EVENTS, EventTexts, join_events
from alerts.digest.reader_links import ReaderLinks
from alerts.digest.volume import SupplierShare, Volume
from storage.crawling.coverage import Coverage
from storage.mentions.asides import Aside
from storage.model import StoredItem
from storage.rules.age import is_old_item_telling

Official = Literal["notices", "parliament", "papers"]
OFFICIAL: Mapping[Official, str] = {
    "notices": "Procurement notices",
    "parliament": "Parliament",
    "papers": "Board papers",
}
_OFFICIAL_KINDS: Mapping[str, Official] = {
    "tender": "notices",
    "question": "parliament",
    "hansard": "parliament",
    "boardpaper": "papers",
}

Members = Mapping[int, Sequence[StoredItem]]
"""Story id -> its items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """The recipient, time and period of a message.

    `subscriptions` are keys, `schedules` the same with their cadence; `since` is None for a first
    message; `contact` is the mail address for requests to unsubscribe, `links` are the links to
    the service, None if it has no public address.
    """

    kind: Literal["digest", "alert"]
    recipient: str
    subscriptions: tuple[str, ...]
    schedules: tuple[str, ...]
    timezone: str
    since: datetime | None
    now: datetime
    contact: str | None = None
    links: ReaderLinks | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MutedWatchNote:
    """A watch that the reader muted, and how many mentions of it the message leaves out."""

    watch: WatchWords
    until: datetime
    mentions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchBlock:
    """The entries of one watch within a section."""

    watch: WatchWords
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The entries about one supplier. `name` is None for entries about none.

    Items that are not news (notices, parliament, board papers) have a section for each kind
    instead, whatever supplier they are about; `official` is that kind.
    """

    name: str | None
    blocks: tuple[WatchBlock, ...]
    official: Official | None = None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, in the order of the blocks."""
        return tuple(entry for block in self.blocks for entry in block.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The content of one message, before it is put into words."""

    occasion: Occasion
    sections: tuple[Section, ...]
    changes: tuple[Entry, ...]
    told: tuple[Entry, ...]
    older: tuple[Entry, ...]  # published long before they were listed: told, but not as news
    coverage: Coverage | None  # None leaves it out of the message
    watches: tuple[WatchWords, ...]  # all watches of the message, with or without a hit
    names: Names
    muted_watches: tuple[MutedWatchNote, ...] = ()
    volume: Volume | None = None
    supplier_shares: tuple[SupplierShare, ...] = ()
    asides: tuple[AsideLine, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The new stories, in display order."""
        return tuple(entry for section in self.sections for entry in section.entries)

    @property
    def empty(self) -> bool:
        """Whether there is nothing new: no story, change or match around an article."""
        return not (self.sections or self.changes or self.older or self.asides)


def build_digest(
    findings: Sequence[Finding],
    *,
    names: Names,
    occasion: Occasion,
    coverage: Coverage | None,
    watch_keys: Sequence[str] = (),
    members: Members = MappingProxyType({}),
    muted_watches: Sequence[MutedWatchNote] = (),
    volume: Volume | None = None,
    supplier_shares: Sequence[SupplierShare] = (),
    asides: Sequence[Aside] = (),
    events: EventTexts = NO_EVENTS,
) -> Digest:
    """Group findings into stories, events and sections.

    Args:
        findings: the pending tellings; the same mention may occur twice.
        names: the names of watches and sources.
        occasion: the recipient, time and period of the message.
        coverage: the sources and items read in the period; None to leave it out.
        watch_keys: all watches of the message.
        members: story id -> its items in the archive.
        muted_watches: the watches that the reader muted.
        volume: the number of stories by day or week.
        supplier_shares: the share of voice of the suppliers.
        asides: watches that matched only in text around articles.
        events: of the items, for watches that tell the stories of one event as one.
    """
    stories = _group_stories(findings, names, members)
    fresh = [s for s in stories if s.status == "new"]
    changed = [s for s in stories if s.status == "changed"]
    told = [s for s in stories if s.status == "told"]
    older = [s for s in stories if s.status == "older"]
    told_entries = tuple(_sort_newest_first([_build_entry(story, names) for story in told]))
    return Digest(
        occasion=occasion,
        sections=_build_sections(fresh, names, told_entries, events),
        changes=tuple(_sort_newest_first([_build_entry(story, names) for story in changed])),
        told=told_entries,
        older=tuple(_sort_newest_first([_build_entry(story, names) for story in older])),
        coverage=coverage,
        watches=tuple(names.watches[key] for key in watch_keys if key in names.watches),
        names=names,
        muted_watches=tuple(muted_watches),
        volume=volume,
        supplier_shares=tuple(supplier_shares),
        asides=fold_asides(asides, names),
    )


def entries_of(
    findings: Sequence[Finding], names: Names, members: Members = MappingProxyType({})
) -> tuple[Entry, ...]:
    """Return one entry for each story in `findings`, newest first."""
    stories = _group_stories(findings, names, members)
    return tuple(_sort_newest_first([_build_entry(story, names) for story in stories]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Story:
    findings: tuple[Finding, ...]  # of the leading item, one for each watch, best first
    others: tuple[StoredItem, ...]
    status: Literal["new", "changed", "told", "older"]
    told_before: datetime | None
    members: tuple[StoredItem, ...]

    @property
    def item(self) -> StoredItem:
        return self.findings[0].telling.item


def _group_stories(findings: Sequence[Finding], names: Names, members: Members) -> list[_Story]:
    grouped: dict[int, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.telling.item.story_id, []).append(finding)
    order = {key: at for at, key in enumerate(names.watches)}
    return [
        story
        for key, found in grouped.items()
        for story in _build_stories(found, order, members.get(key, ()))
    ]


def _build_stories(
    found: Sequence[Finding], order: Mapping[str, int], members: Sequence[StoredItem]
) -> Iterator[_Story]:
    """Yield one story, and a further one for watches that match only in another item of it.

    Copies differ: a short text about another supplier may be alike enough, and what only one outlet
    adds may be what a watch looks for. Its entry must show that item, not the leading one.
    """
    while found:
        story = _build_story(found, order, members)
        yield story
        shown = {watch_key(finding) for finding in story.findings}
        others = {item.item_id for item in story.others}
        found = [
            each
            for each in found
            if each.telling.item.item_id in others and watch_key(each) not in shown
        ]


def _build_story(
    found: Sequence[Finding], order: Mapping[str, int], members: Sequence[StoredItem]
) -> _Story:
    # a story with a new item is new, even if edits or repeats of it are pending too
    untold = [f for f in found if f.telling.told_before is None]
    # an old item is news of nothing, and does not hide what is
    new = [f for f in untold if f.telling.what == "new" and not is_old_item_telling(f.telling)]
    changed = [f for f in untold if f.telling.what == "edit"]
    chosen = new or changed or untold or found
    items = {f.telling.item.item_id: f.telling.item for f in chosen}
    leader = min(items.values(), key=lambda item: (item.first_seen_at, item.item_id))
    told = [f.telling.told_before for f in chosen if f.telling.told_before is not None]
    return _Story(
        findings=tuple(
            sorted(
                (f for f in chosen if f.telling.item.item_id == leader.item_id),
                key=lambda f: _rank_finding(f, order),
            )
        ),
        others=tuple(i for i in items.values() if i.item_id != leader.item_id),
        status="new" if new else "changed" if changed else "older" if untold else "told",
        told_before=max(told, default=None),
        members=tuple(members),
    )


def _build_sections(
    stories: Sequence[_Story], names: Names, told: Sequence[Entry], events: EventTexts
) -> tuple[Section, ...]:
    order = {key: at for at, key in enumerate(names.watches)}
    grouped: dict[tuple[Official | None, str | None], dict[str, list[Entry]]] = {}
    for story in stories:
        first = story.findings[0]
        official = _OFFICIAL_KINDS.get(story.item.kind)
        supplier = first.suppliers[0] if first.suppliers else None
        place = official, supplier if official is None else OFFICIAL[official]
        blocks = grouped.setdefault(place, {})
        blocks.setdefault(watch_key(first), []).append(_build_entry(story, names))
    ranks = {None: 0} | {official: at for at, official in enumerate(OFFICIAL, 1)}
    sections = [
        Section(
            name=name,
            official=official,
            blocks=tuple(
                WatchBlock(
                    watch=names.watch(key),
                    entries=tuple(_sort_by_prominence(join_events(entries, told, events))),
                )
                for key, entries in sorted(blocks.items(), key=lambda b: order.get(b[0], 0))
            ),
        )
        for (official, name), blocks in grouped.items()
    ]
    return tuple(
        sorted(
            sections,
            key=lambda s: (
                ranks[s.official],
                s.name is None,
                -len(s.entries),
                (s.name or "").lower(),
            ),
        )
    )


def _rank_finding(finding: Finding, order: Mapping[str, int]) -> tuple[bool, bool, int]:
    in_title = any(span.field == "title" for span in finding.spans)
    return not finding.suppliers, not in_title, order.get(watch_key(finding), len(order))


def _build_entry(story: _Story, names: Names) -> Entry:
    return entry_of(
        story.findings,
        story.others,
        names,
        told_before=story.told_before,
        members=story.members,
    )


def _sort_newest_first(entries: Sequence[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda e: (e.when, e.item_id), reverse=True)


def _sort_by_prominence(entries: Sequence[Entry]) -> list[Entry]:
    def in_title(entry: Entry) -> bool:
        return any(segment.hit for segment in entry.title)

    # many outlets, then a hit in the headline, then the newest
    return sorted(_sort_newest_first(entries), key=lambda e: (-e.outlets, not in_title(e)))

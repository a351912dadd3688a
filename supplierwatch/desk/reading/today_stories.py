"""Reads the stories of Today: those of a span of time, or those with a mark."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from alerts.digest.context import TellingContext
from alerts.digest.desk_muting import find_mute
from alerts.digest.digest import Digest, Occasion, build_digest, entries_of
from alerts.digest.entry import Entry
from alerts.digest.findings import NOBODY, explain_tellings, hit_suppliers, members_of
from storage.mentions.mention_pages import MentionRange
from storage.model import (
    DeskMute,
    MarkKind,
    Match,
    Mention,
    PendingTelling,
    StoredItem,
    StoryReadState,
    User,
)
from storage.store import Unit
from supplierwatch.desk.reading.story_marks import (
    NOTHING,
    StoryMarks,
    find_unread,
    is_edited,
    read_marks,
)

Show = Literal["all", "unread", "starred", "mine", "tag"]
SHOWS: tuple[Show, ...] = ("all", "unread", "starred", "mine", "tag")
MOST = 200  # mentions on one page
MAX_EDITED = 60
MAX_MARKED = 100  # items that carry a mark
MAX_ASIDES = 50

Found = Sequence[tuple[Mention, StoredItem]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayFilter:
    """Which stories a user wants to see. `since` does not apply to those chosen by a mark."""

    since: datetime
    now: datetime
    show: Show = "all"
    tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MutedEntry:
    """A story that is not shown, since the user muted it."""

    entry: Entry
    mute: DeskMute


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayStories:
    """The stories of Today.

    `found` are the mentions of all that is shown or folded.
    `items` maps the ids of the items that are shown to the items; `unread` are ids of stories;
    `irrelevant` were marked as not relevant to every watch that found them; `cut`: there are more.
    """

    digest: Digest
    found: Found
    items: Mapping[int, StoredItem]
    marks: Mapping[int, StoryMarks]
    unread: frozenset[int]
    muted: tuple[MutedEntry, ...]
    irrelevant: tuple[Entry, ...]
    newest: int  # id of the newest mention
    cut: bool
    events: Mapping[int, int]  # item id -> id of its event

    def by_event(self, entries: Sequence[Entry]) -> list[list[Entry]]:
        """Group entries of one event; each group is where its first entry was."""
        grouped: dict[tuple[str, int], list[Entry]] = {}
        for entry in entries:
            event = self.events.get(entry.item_id)
            # a story without an event is a group of its own
            key = ("item", entry.item_id) if event is None else ("event", event)
            grouped.setdefault(key, []).append(entry)
        return list(grouped.values())

    def marks_of(self, entry: Entry) -> StoryMarks:
        """Return the marks on the story of an entry."""
        return self.marks.get(self.items[entry.item_id].story_id, NOTHING)

    def is_unread(self, entry: Entry) -> bool:
        """Return whether the user has not read the story of an entry."""
        return self.items[entry.item_id].story_id in self.unread


def gather_today(
    unit: Unit, context: TellingContext, user: User, filters: TodayFilter
) -> TodayStories:
    """Read the stories that a user wants to see, arranged as in a digest."""
    found, cut = _find_mentions(unit, user, filters)
    by_mark = filters.show in ("starred", "mine", "tag")
    stories = {item.story_id for _, item in found}
    marks = read_marks(unit, user, stories)
    readings = unit.read_states.of_stories(user.user_id, stories)
    unread = find_unread(found, readings, user)
    if filters.show == "unread":
        found = [pair for pair in found if pair[1].story_id in unread]
    dismissed = _read_dismissed(unit, user, marks, stories)
    irrelevant = [pair for pair in found if _key_of(pair) in dismissed]
    shown = found if by_mark else [pair for pair in found if _key_of(pair) not in dismissed]
    tellings = [_build_telling(*pair, readings, user, filters) for pair in shown]
    muted: list[tuple[PendingTelling, DeskMute]] = []
    if not by_mark:
        mutes = unit.desk_mutes.of_user(user.user_id, filters.now)
        muted = [(each, mute) for each in tellings if (mute := _find_mute(each, mutes, context))]
        hidden = {telling.mention.mention_id for telling, _ in muted}
        tellings = [each for each in tellings if each.mention.mention_id not in hidden]
    members = members_of(unit, [item for _, item in found])
    asides = () if by_mark else unit.asides.since(filters.since, limit=MAX_ASIDES)
    digest = build_digest(
        explain_tellings(unit, tellings, context),
        names=context.names,
        occasion=_build_occasion(user, filters),
        coverage=unit.coverage(filters.since, filters.now),
        members=members,
        asides=[one for one in asides if one.watch_key in context.names.watches],
    )
    left_out = [_build_telling(*pair, readings, user, filters) for pair in irrelevant]
    return TodayStories(
        digest=digest,
        found=found,
        items={item.item_id: item for _, item in found},
        marks=marks,
        unread=unread,
        muted=_build_muted_entries(unit, context, muted),
        irrelevant=()
        if by_mark
        else entries_of(explain_tellings(unit, left_out, context), context.names, members),
        newest=unit.users.newest_mention(),
        cut=cut,
        events=unit.events.events_of({item.item_id for _, item in found}),
    )


def _find_mentions(unit: Unit, user: User, filters: TodayFilter) -> tuple[Found, bool]:
    if filters.show in ("starred", "mine", "tag"):
        return _find_marked(unit, user, filters)
    found = unit.mention_pages.list(MentionRange(since=filters.since), limit=MOST + 1)
    edited = unit.mention_pages.of_edits(filters.since, limit=MAX_EDITED)
    every = [pair for pair in (*found[:MOST], *edited) if not pair[0].baseline]
    return every, len(found) > MOST


def _find_marked(unit: Unit, user: User, filters: TodayFilter) -> tuple[Found, bool]:
    ids = {
        "starred": lambda: unit.marks.find_items(
            MarkKind.STAR, limit=MAX_MARKED + 1, user_id=user.user_id
        ),
        "mine": lambda: unit.marks.find_items(
            MarkKind.ASSIGNMENT, limit=MAX_MARKED + 1, assignee_id=user.user_id
        ),
        "tag": lambda: unit.marks.find_items(MarkKind.TAG, limit=MAX_MARKED + 1, text=filters.tag),
    }[filters.show]()
    items = unit.items.get_many(ids[:MAX_MARKED])
    found = unit.mention_pages.of_stories(sorted({item.story_id for item in items}), limit=MOST)
    with_watch = {item.story_id for _, item in found}
    rest = [(_build_placeholder(item), item) for item in items if item.story_id not in with_watch]
    return [*found, *rest], len(ids) > MAX_MARKED


def _build_placeholder(item: StoredItem) -> Mention:
    """Return a mention by no watch, for an item that is shown though none found it."""
    match = Match(
        watch_key="", watch_version=0, item_id=item.item_id, revision=item.revision, spans=()
    )
    return Mention(
        mention_id=-item.item_id, match=match, created_at=item.first_seen_at, baseline=False
    )


def _read_dismissed(
    unit: Unit, user: User, marks: Mapping[int, StoryMarks], stories: Collection[int]
) -> frozenset[tuple[int, str]]:
    """Return (story id, watch key) of what is not relevant.

    By anybody on the desk, or by a link in a message to the address of the user.
    """
    on_desk = {(story, key) for story, each in marks.items() for key in each.irrelevant_to}
    if user.email is None:
        return frozenset(on_desk)
    address = user.email.lower()
    return frozenset(on_desk).union(
        (each.story_id, each.watch_key)
        for each in unit.reader_requests.dismissed_by_links(stories)
        if each.recipient.lower() == address
    )


def _key_of(pair: tuple[Mention, StoredItem]) -> tuple[int, str]:
    mention, item = pair
    return item.story_id, mention.match.watch_key


def _find_mute(
    telling: PendingTelling, mutes: Sequence[DeskMute], context: TellingContext
) -> DeskMute | None:
    watch = telling.mention.match.watch_key
    return find_mute(mutes, telling.item, watch, lambda: hit_suppliers(telling, context))


def _build_telling(
    mention: Mention,
    item: StoredItem,
    readings: Mapping[int, StoryReadState],
    user: User,
    filters: TodayFilter,
) -> PendingTelling:
    edited = is_edited(item, mention, readings.get(item.story_id), user)
    before = item.first_seen_at < filters.since and filters.show in ("all", "unread")
    return PendingTelling(
        subscriber_id=NOBODY,
        mention=mention,
        item=item,
        what="edit" if item.revision > 1 and (edited or before) else "new",
        revision=item.revision,
        told_before=None,
    )


def _build_muted_entries(
    unit: Unit, context: TellingContext, muted: Sequence[tuple[PendingTelling, DeskMute]]
) -> tuple[MutedEntry, ...]:
    found = explain_tellings(unit, [telling for telling, _ in muted], context)
    by_item = {telling.item.item_id: mute for telling, mute in muted}
    entries = entries_of(found, context.names)
    return tuple(MutedEntry(entry=each, mute=by_item[each.item_id]) for each in entries)


def _build_occasion(user: User, filters: TodayFilter) -> Occasion:
    return Occasion(
        kind="digest",
        recipient=user.name,
        subscriptions=(),
        schedules=(),
        timezone="UTC",
        since=filters.since,
        now=filters.now,
    )

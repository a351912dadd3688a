"""Decides which stories of a digest are shown in full, in one line, or only counted. Pure.

Plain text and HTML are rendered from one layout, so that they have the same links.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from alerts.digest.aside_lines import AsideLine
from alerts.digest.digest import Digest, Section, WatchBlock
from alerts.digest.entry import Entry, WatchWords
from alerts.messages.headings import section_name

MAX_ALSO = 4
MAX_REPORTS = 10  # further reports of an event
MAX_IN_SHORT = 6
MAX_ASIDES = 20  # watches with matches in text around articles


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The number of stories shown in full, and of further ones shown by headline only."""

    full: int
    brief: int


# tried in order until the HTML is small enough
LADDER = (
    Room(full=30, brief=60),
    Room(full=20, brief=40),
    Room(full=12, brief=24),
    Room(full=6, brief=12),
    Room(full=2, brief=6),
    Room(full=1, brief=0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidBlock:
    """The shown entries of one watch. `hidden` counts those left out."""

    watch: WatchWords
    full: tuple[Entry, ...]
    brief: tuple[Entry, ...]
    hidden: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidSection:
    """The shown entries of one section. `count` is the number of all its stories."""

    name: str | None
    count: int
    blocks: tuple[LaidBlock, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidList:
    """The shown entries of a list. `hidden` counts those left out."""

    shown: tuple[Entry, ...]
    hidden: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Headlines:
    """The first headlines of a section, for the top of the message."""

    name: str
    count: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The shown entries of a digest."""

    in_short: tuple[Headlines, ...]
    sections: tuple[LaidSection, ...]
    changes: LaidList
    told: LaidList
    older: LaidList
    asides: tuple[AsideLine, ...] = ()
    hidden_asides: int = 0


def lay_out(digest: Digest, room: Room) -> Layout:
    """Divide `room` among sections, watches and outlets: a long one leaves room for others."""
    counts = [len(section.entries) for section in digest.sections]
    fulls = shares(counts, room.full)
    briefs = shares([n - full for n, full in zip(counts, fulls, strict=True)], room.brief)
    sections = tuple(
        _lay_out_section(section, full, brief)
        for section, full, brief in zip(digest.sections, fulls, briefs, strict=True)
    )
    return Layout(
        in_short=_choose_headlines(digest, sections, fulls),
        sections=sections,
        changes=_cut_list(digest.changes, max(1, room.full // 2)),
        told=_cut_list(digest.told, max(1, room.brief // 2)),
        older=_cut_list(digest.older, max(1, room.brief // 2)),
        asides=digest.asides[:MAX_ASIDES],
        hidden_asides=len(digest.asides[MAX_ASIDES:]),
    )


def shares(wanted: Sequence[int], room: int) -> list[int]:
    """Divide `room` places round-robin; return how many each gets, at most what it wants."""
    given = [0] * len(wanted)
    while room > 0 and given != list(wanted):
        for at, most in enumerate(wanted):
            if given[at] < most and room > 0:
                given[at] += 1
                room -= 1
    return given


def _lay_out_section(section: Section, full: int, brief: int) -> LaidSection:
    counts = [len(block.entries) for block in section.blocks]
    fulls = shares(counts, full)
    briefs = shares([n - taken for n, taken in zip(counts, fulls, strict=True)], brief)
    blocks = [
        _lay_out_block(block, *room)
        for block, *room in zip(section.blocks, fulls, briefs, strict=True)
    ]
    name = section_name(section) if len(section.blocks) == 1 else section.name
    return LaidSection(name=name, count=len(section.entries), blocks=tuple(blocks))


def _lay_out_block(block: WatchBlock, full: int, brief: int) -> LaidBlock:
    shown, rest = _choose_by_outlet(block.entries, full)
    lines, hidden = _choose_by_outlet(rest, brief)
    return LaidBlock(watch=block.watch, full=shown, brief=lines, hidden=len(hidden))


def _choose_by_outlet(
    entries: Sequence[Entry], room: int
) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Return the entries that get room, and the others, each in their order.

    Where there is not room for all, outlets get places in turn: one that lists thousands at once
    would else keep every other one from being named.
    """
    counts = Counter(entry.outlet for entry in entries)
    left = dict(zip(counts, shares(list(counts.values()), room), strict=True))
    chosen: list[Entry] = []
    others: list[Entry] = []
    for entry in entries:
        (chosen if left[entry.outlet] else others).append(entry)
        left[entry.outlet] -= left[entry.outlet] > 0
    return tuple(chosen), tuple(others)


def _choose_headlines(
    digest: Digest, sections: Sequence[LaidSection], fulls: Sequence[int]
) -> tuple[Headlines, ...]:
    # a table of contents is of use from three stories on
    if len(digest.entries) < 3:
        return ()
    # only stories that are shown in full below: text and HTML then have the same links
    takes = shares(fulls, MAX_IN_SHORT)
    return tuple(
        Headlines(
            name=section_name(section),
            count=len(section.entries),
            entries=tuple(entry for block in laid.blocks for entry in block.full)[:take],
        )
        for section, laid, take in zip(digest.sections, sections, takes, strict=True)
    )


def _cut_list(entries: Sequence[Entry], most: int) -> LaidList:
    return LaidList(shown=tuple(entries[:most]), hidden=max(0, len(entries) - most))

"""How much of a digest fits: which stories are shown in full, in one line, or only counted. Pure.

Text and HTML are both written from one layout, so that they carry the same links.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.digest.digest import Digest, Section
from alerts.digest.entry import Entry, WatchWords
from alerts.messages.wording import section_name

MAX_ALSO = 4
MAX_IN_SHORT = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How many stories may be shown in full, and how many more by their headline."""

    full: int
    brief: int


# the first is what a reader can take in; the others are for messages that would grow too long
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
    """What is shown of one watch. `hidden` stories are only counted."""

    watch: WatchWords
    full: tuple[Entry, ...]
    brief: tuple[Entry, ...]
    hidden: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidSection:
    """What is shown of one supplier. `count` is of all its stories."""

    name: str | None
    count: int
    blocks: tuple[LaidBlock, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A list of entries, cut to its room."""

    shown: tuple[Entry, ...]
    hidden: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Headlines:
    """A supplier's first headlines, for the top of the message."""

    name: str
    count: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """All that is shown of a digest."""

    in_short: tuple[Headlines, ...]
    sections: tuple[LaidSection, ...]
    changes: Laid
    told: Laid


def lay_out(digest: Digest, room: Room) -> Layout:
    """Share `room` among the sections, so that a loud supplier does not silence the others."""
    counts = [len(section.entries) for section in digest.sections]
    fulls = shares(counts, room.full)
    briefs = shares([n - full for n, full in zip(counts, fulls, strict=True)], room.brief)
    return Layout(
        in_short=_in_short(digest, fulls),
        sections=tuple(
            _section(section, full, brief)
            for section, full, brief in zip(digest.sections, fulls, briefs, strict=True)
        ),
        changes=_cut(digest.changes, max(1, room.full // 2)),
        told=_cut(digest.told, max(1, room.brief // 2)),
    )


def shares(wanted: Sequence[int], room: int) -> list[int]:
    """`room` places given out one at a time in turn, to each at most what it wants."""
    given = [0] * len(wanted)
    while room > 0 and given != list(wanted):
        for at, most in enumerate(wanted):
            if given[at] < most and room > 0:
                given[at] += 1
                room -= 1
    return given


def _section(section: Section, full: int, brief: int) -> LaidSection:
    blocks = []
    for block in section.blocks:
        shown = block.entries[:full]
        lines = block.entries[len(shown) :][:brief]
        full -= len(shown)
        brief -= len(lines)
        hidden = len(block.entries) - len(shown) - len(lines)
        blocks.append(LaidBlock(watch=block.watch, full=shown, brief=lines, hidden=hidden))
    name = section_name(section) if len(section.blocks) == 1 else section.name
    return LaidSection(name=name, count=len(section.entries), blocks=tuple(blocks))


def _in_short(digest: Digest, fulls: Sequence[int]) -> tuple[Headlines, ...]:
    # two stories need no table of contents
    if len(digest.entries) < 3:
        return ()
    # only what is shown in full below has a headline here: both parts of a mail link the same
    takes = shares(fulls, MAX_IN_SHORT)
    return tuple(
        Headlines(
            name=section_name(section), count=len(section.entries), entries=section.entries[:take]
        )
        for section, take in zip(digest.sections, takes, strict=True)
    )


def _cut(entries: Sequence[Entry], most: int) -> Laid:
    return Laid(shown=tuple(entries[:most]), hidden=max(0, len(entries) - most))

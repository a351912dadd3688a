"""Selects the stories of each section of Today that are shown, so that the page stays short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.digest.digest import Section, WatchBlock
from alerts.messages.headings import section_name

ARCHIVE = "From the archive"  # the name of the section of no supplier


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionShare:
    """A section as the page shows it. `total` counts its stories, `left_out` those not shown."""

    name: str
    section: Section
    total: int
    left_out: int


def share_out(sections: Sequence[Section], most: int, chosen: str = "") -> list[SectionShare]:
    """Return the first stories of every section, evenly, and as many as fit.

    Args:
        sections: of a digest.
        most: stories in all; every section shows at least one.
        chosen: the name of a section that is shown alone and whole; empty for all of them.
    """
    named = [(section_name(section) or ARCHIVE, section) for section in sections]
    if chosen:
        return [
            SectionShare(name=name, section=section, total=len(section.entries), left_out=0)
            for name, section in named
            if name == chosen
        ]
    share = _find_share([len(section.entries) for section in sections], most)
    return [_cut_section(name, section, share) for name, section in named]


def _find_share(counts: Sequence[int], most: int) -> int:
    """Return how many stories a section may show, so that all of them show `most` at the most."""
    share = 1
    while share < max(counts, default=0) and sum(min(n, share + 1) for n in counts) <= most:
        share += 1
    return share


def _cut_section(name: str, section: Section, share: int) -> SectionShare:
    total = len(section.entries)
    left = share
    blocks = []
    for block in section.blocks:
        entries = block.entries[:left]
        left -= len(entries)
        if entries:
            blocks.append(WatchBlock(watch=block.watch, entries=entries))
    shown = Section(name=section.name, blocks=tuple(blocks), official=section.official)
    return SectionShare(name=name, section=shown, total=total, left_out=total - len(shown.entries))

"""Describes a story that several outlets carry: who was first, what is copied. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from alerts.digest.syndication import OutletItem, StoryFacts
from alerts.text.sanitize import line

MAX_SAID = 2  # own sentences that are quoted
MAX_NAME = 60


def first_line(
    facts: StoryFacts, source: Callable[[str], str], clock: Callable[[datetime], str]
) -> str:
    """Format `First: The Ward Ledger, Tue 24 Nov, 05:10; 3 of the 4 others are copies.`"""
    first = facts.first
    seen = "" if first.when_is == "published" else "seen "
    return f"First: {source(first.source_key)}, {seen}{clock(first.when)}; {_count_copies(facts)}."


def _count_copies(facts: StoryFacts) -> str:
    others, copies = len(facts.outlet_items) - 1, facts.copies
    if others == 1:
        return "the other is a copy" if copies else "the other is written anew in part"
    if copies == others:
        return f"the {others} others are copies"
    if not copies:
        return f"none of the {others} others is a plain copy"
    return f"{copies} of the {others} others {'is a copy' if copies == 1 else 'are copies'}"


def release_line(facts: StoryFacts, own: OutletItem | None) -> str:
    """State the share of a text that is from a press release; empty without one in the story."""
    if own is None or not facts.suppliers:
        return ""
    named = line(" and ".join(facts.suppliers), MAX_NAME)
    if own.supplier is not None:
        return f"This is the press release of {named} itself."
    if own.release is None:
        return ""
    return f"{own.release:.0%} of this text is from the press release of {named}."


def own_line(own: OutletItem | None) -> str:
    """Quote the first sentences that only this outlet has; empty if there are none."""
    if own is None or not own.own:
        return ""
    shown = own.own[:MAX_SAID]
    rest = own.own_count - len(shown)
    more = f" and {rest} more" if rest > 0 else ""
    return f"Only here: {' '.join(f'“{text}”' for text in shown)}{more}"


def story_lines(
    facts: StoryFacts | None,
    item_id: int,
    source: Callable[[str], str],
    clock: Callable[[datetime], str],
) -> tuple[str, ...]:
    """Describe a story beside its list of outlets, in lines of text.

    Args:
        facts: None if the story has a single item.
        item_id: the item that is shown.
        source: returns the name of a source.
        clock: formats a time.
    """
    if facts is None:
        return ()
    own = facts.of(item_id)
    origin = f"{first_line(facts, source, clock)} {release_line(facts, own)}".strip()
    return tuple(text for text in (origin, own_line(own)) if text)

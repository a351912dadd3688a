"""Decides which mentions users of the desk have muted. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from storage.model import DeskMute, StoredItem


def find_mute(
    mutes: Sequence[DeskMute],
    item: StoredItem,
    watch_key: str,
    suppliers: Callable[[], Collection[str]],
) -> DeskMute | None:
    """Return a mute that covers a mention; None where it is to be told.

    A mention is muted by its suppliers only where all that it names are muted: what is also about
    another supplier is told.

    Args:
        mutes: those of one reader.
        item: the item of the mention.
        watch_key: the watch of the mention.
        suppliers: returns the keys of the suppliers that the hits name; called where it matters.
    """
    for mute in mutes:
        if mute.kind == "story" and mute.story_id == item.story_id:
            return mute
        if mute.kind == "outlet" and mute.source_key == item.source_key:
            return mute
        if mute.kind == "watch" and mute.watch_key == watch_key:
            return mute
    of_suppliers = {
        mute.supplier_key: mute
        for mute in mutes
        if mute.kind == "supplier" and mute.watch_key == watch_key
    }
    named = frozenset(suppliers()) if of_suppliers else frozenset()
    if named and named <= of_suppliers.keys():
        return of_suppliers[min(named)]
    return None

"""What the template of a story in a list asks for: its watches, suppliers, and where it began."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from alerts.digest.entry import Entry
from alerts.digest.syndication_text import first_line, release_line
from storage.model import Mention, StoredItem
from supplierwatch.desk import render
from supplierwatch.desk.page import Visit


def card_functions(
    visit: Visit, found: Iterable[tuple[Mention, StoredItem]]
) -> Mapping[str, Callable[..., Any]]:
    """Return the functions of the template `reading/story-card.html`.

    Args:
        visit: the request.
        found: the mentions of the stories that are shown.
    """
    context = visit.source.context
    watches: dict[int, dict[str, None]] = {}
    stories: dict[int, dict[str, None]] = {}
    for mention, item in found:
        known = stories.setdefault(item.story_id, {})
        if mention.match.watch_key:
            known[mention.match.watch_key] = None
        watches[item.item_id] = known
    keys = {name: key for key, name in context.supplier_names.items()}

    def watch_keys_of(item_id: int) -> list[str]:
        return list(watches.get(item_id, ()))

    def suppliers_named(name: str | None) -> list[tuple[str, str]]:
        return [(keys[name], name)] if name in keys else []

    def origin_of(entry: Entry) -> str:
        if entry.story is None:
            return ""
        own = entry.story.of(entry.item_id)
        first = first_line(entry.story, context.names.source, render.clock_text)
        return f"{first} {release_line(entry.story, own)}".strip()

    return {
        "watch_keys_of": watch_keys_of,
        "suppliers_named": suppliers_named,
        "origin_of": origin_of,
    }

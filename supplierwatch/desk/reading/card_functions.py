"""Functions for the template of a story in a list: where the story began."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from alerts.digest.entry import Entry
from supplierwatch.desk.page import PageRequest
from supplierwatch.desk.reading.story_origins import describe_first, describe_release


def card_functions(request: PageRequest) -> Mapping[str, Callable[..., Any]]:
    """Return the functions of the template `reading/story-card.html`."""
    context = request.source.context

    def origin_of(entry: Entry) -> str:
        if entry.story is None:
            return ""
        own = entry.story.of(entry.item_id)
        first = describe_first(entry.story, context.names.source)
        return f"{first} {describe_release(entry.story, own)}".strip()

    return {
        "origin_of": origin_of,
    }

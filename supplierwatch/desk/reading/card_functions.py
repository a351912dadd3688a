"""Functions for the template of a story in a list: where the story began."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from alerts.digest.entry import Entry
from alerts.digest.syndication_text import first_line, release_line
from supplierwatch.desk import render
from supplierwatch.desk.page import PageRequest


def card_functions(request: PageRequest) -> Mapping[str, Callable[..., Any]]:
    """Return the functions of the template `reading/story-card.html`."""
    context = request.source.context

    def origin_of(entry: Entry) -> str:
        if entry.story is None:
            return ""
        own = entry.story.of(entry.item_id)
        first = first_line(entry.story, context.names.source, render.clock_text)
        return f"{first} {release_line(entry.story, own)}".strip()

    return {
        "origin_of": origin_of,
    }

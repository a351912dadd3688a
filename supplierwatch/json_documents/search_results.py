"""Results of a search: the document of `search --json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from storage.model import StoredItem
from supplierwatch.formatting.shapes import item_json, why_json
from supplierwatch.formatting.times import iso

if TYPE_CHECKING:
    from alerts.digest.syndication import StoryFacts
    from alerts.query import Query
    from alerts.search.archive_search import SearchResult
    from alerts.search.aside_hint import AsideHint


def results_json(
    result: SearchResult,
    query: Query,
    names: Mapping[str, str],
    stories: Mapping[int, StoryFacts],
    aside: AsideHint | None = None,
) -> dict[str, Any]:
    """Return the document of `search --json` and `watches try --json`."""
    return {
        "query": query.canonical,
        "paraphrase": query.paraphrase,
        "warnings": [warning.message for warning in query.warnings],
        "stored": result.stored,
        "looked_at": result.looked_at,
        "complete": result.complete,
        "stopped": result.stopped,
        "looked_back_to": iso(result.oldest) if result.order == "date" else None,
        "since": iso(result.since),
        "aside": None
        if aside is None
        else {"found": aside.found, "complete": aside.complete, "query": aside.query},
        "found": [
            {
                **item_json(hit.item, names),
                "why": why_json(hit.item, hit.spans),
                "story": _story_json(hit.item, stories),
            }
            for hit in result.hits
        ],
    }


def _story_json(item: StoredItem, stories: Mapping[int, StoryFacts]) -> dict[str, object] | None:
    story = stories.get(item.story_id)
    return None if story is None else story.record()

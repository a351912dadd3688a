"""Describes an article: how much of its text is stored, and the verdict of each watch."""

from __future__ import annotations

from alerts.text.missing_text import why_thin
from storage.model import StoredItem
from supplierwatch.formatting.console import clean, plural
from supplierwatch.formatting.times import clock

VERDICTS = {
    "told": "found and sent",
    "pending": "found, still to be sent",
    "baseline": "found, never sent: it was there before",
    "untold": "found, sent to nobody: no subscription has this watch",
    "waiting": "matches, waits for the matcher",
    "earlier": "matches, but was stored before this watch was in force: not sent",
    "aside": "only in the page outside the article",
    "no": "not found",
}


def verdict_words(verdict: str, item: StoredItem) -> str:
    """Describe the verdict of a watch on an item."""
    if verdict == "baseline" and not item.baseline:
        return "found, never sent: first seen before this watch was in force"
    return VERDICTS[verdict]


def held_words(item: StoredItem) -> str:
    """Describe how much of the text is stored."""
    if item.pruned_at is not None:
        return f"title and teaser; the text was pruned, {clock(item.pruned_at)}"
    if item.text_state == "listed":
        return "title and teaser; the page is still to be fetched"
    if item.text_state == "thin":
        return f"title and teaser only: {clean(why_thin(item.thin_reason))}"
    description = f"full text, {plural(len(item.body.split()), 'word')}"
    if item.pages:
        description += f" on {plural(len(item.pages), 'page')}"
    if item.comments.strip():
        description += f"; and readers' comments, {plural(len(item.comments.split()), 'word')}"
    return description

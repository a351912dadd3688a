"""Describes an article: how much of its text is stored, and the verdict of each watch."""

from __future__ import annotations

from alerts.text.missing_text import why_thin
from storage.model import StoredItem
from supplierwatch.formatting.console import clean
from supplierwatch.formatting.times import clock
from supplierwatch.formatting.translation import (
    format_number,
    mark_text,
    ngettext,
    translate_phrase,
)
from supplierwatch.formatting.translation import gettext as _

VERDICTS = {
    "told": mark_text("found and sent"),
    "pending": mark_text("found, still to be sent"),
    "baseline": mark_text("found, never sent: it was there before"),
    "untold": mark_text("found, sent to nobody: no subscription has this watch"),
    "waiting": mark_text("matches, waits for the matcher"),
    "earlier": mark_text("matches, but was stored before this watch was in force: not sent"),
    "aside": mark_text("only in the page outside the article"),
    "no": mark_text("not found"),
}


def verdict_words(verdict: str, item: StoredItem) -> str:
    """Describe the verdict of a watch on an item."""
    if verdict == "baseline" and not item.baseline:
        return _("found, never sent: first seen before this watch was in force")
    return _(VERDICTS[verdict])


def held_words(item: StoredItem) -> str:
    """Describe how much of the text is stored."""
    if item.pruned_at is not None:
        at = clock(item.pruned_at)
        return _("title and teaser; the text was pruned, %(when)s", when=at)
    if item.text_state == "listed":
        return _("title and teaser; the page is still to be fetched")
    if item.text_state == "thin":
        why = clean(translate_phrase(why_thin(item.thin_reason)))
        return _("title and teaser only: %(why)s", why=why)
    words = len(item.body.split())
    description = ngettext(
        "full text, %(n)s word", "full text, %(n)s words", words, n=format_number(words)
    )
    if item.pages:
        pages = len(item.pages)
        on = ngettext("on %(n)s page", "on %(n)s pages", pages, n=format_number(pages))
        description += f" {on}"
    if item.comments.strip():
        words = len(item.comments.split())
        comments = ngettext(
            "and readers' comments, %(n)s word",
            "and readers' comments, %(n)s words",
            words,
            n=format_number(words),
        )
        description += f"; {comments}"
    return description

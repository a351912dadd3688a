"""Describes where a story began, in the language of the page, as messages do in English."""

from __future__ import annotations

from collections.abc import Callable

from alerts.digest.syndication import OutletItem, StoryFacts
from alerts.digest.syndication_text import MAX_NAME
from alerts.text.sanitize import line
from supplierwatch.desk import render
from supplierwatch.formatting.translation import format_share, ngettext
from supplierwatch.formatting.translation import gettext as _


def describe_first(facts: StoryFacts, source: Callable[[str], str]) -> str:
    """Say which outlet was first, and how many of the others are copies.

    Args:
        facts: of the story.
        source: returns the name of a source.
    """
    first = facts.first
    values = {
        "outlet": source(first.source_key),
        "when": render.clock_text(first.when),
        "others": _count_copies(facts),
    }
    if first.when_is == "published":
        return _("First: %(outlet)s, %(when)s; %(others)s.", **values)
    return _("First: %(outlet)s, seen %(when)s; %(others)s.", **values)


def _count_copies(facts: StoryFacts) -> str:
    others, copies = len(facts.outlet_items) - 1, facts.copies
    if others == 1:
        return _("the other is a copy") if copies else _("the other is written anew in part")
    if copies == others:
        return _("the %(n)s others are copies", n=others)
    if not copies:
        return _("none of the %(n)s others is a plain copy", n=others)
    return ngettext(
        "%(copies)s of the %(n)s others is a copy",
        "%(copies)s of the %(n)s others are copies",
        copies,
        copies=copies,
        n=others,
    )


def describe_release(facts: StoryFacts, own: OutletItem | None) -> str:
    """State the share of a text that is from a press release; empty without one in the story."""
    if own is None or not facts.suppliers:
        return ""
    named = line(_(" and ").join(facts.suppliers), MAX_NAME)
    if own.supplier is not None:
        return _("This is the press release of %(name)s itself.", name=named)
    if own.release is None:
        return ""
    return _(
        "%(share)s of this text is from the press release of %(name)s.",
        share=format_share(own.release),
        name=named,
    )

"""Renders a briefing that a user sends: what it holds, and its plain text. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.messages.plain_text import WIDTH, join_lines, wrap


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefedItem:
    """An entry as it is shown. `paragraphs` is its full text, empty where its licence forbids that.

    `link` is the publisher's address, None where it has none that is safe; `evidence` the page
    with texts, versions and hashes on the desk.
    """

    item_id: int
    title: str
    outlet: str
    at: datetime
    is_published: bool
    sentence: str
    comment: str
    paragraphs: tuple[str, ...]
    link: str | None
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefingDocument:
    """A briefing with its entries as they are shown."""

    title: str
    introduction: str
    author: str
    at: datetime
    items: tuple[BriefedItem, ...]


def date_line(item: BriefedItem) -> str:
    """Return the outlet and the date of an entry."""
    return f"{item.outlet}, {day(item.at)}{'' if item.is_published else ' (first seen)'}"


def day(moment: datetime) -> str:
    """Return a date as people write it: 3 March 2026."""
    return f"{moment.day} {moment:%B %Y}"


def paragraphs(text: str) -> list[str]:
    """Return the lines of a text that a user wrote, without empty ones."""
    return [stripped for each in text.splitlines() if (stripped := each.strip())]


def without_full_texts(document: BriefingDocument) -> BriefingDocument:
    """Return the same briefing with the sentence that matched in place of each full text."""
    return replace(document, items=tuple(replace(each, paragraphs=()) for each in document.items))


def briefing_text(document: BriefingDocument, sender: str) -> str:
    """Render a briefing as plain text, in 72 columns; `sender` is the user who sends it."""
    lines = [*wrap(document.title), f"{document.author}, {day(document.at)}"]
    lines += _wrap_all(paragraphs(document.introduction))
    for item in document.items:
        lines += ["", "", *wrap(item.title), "-" * min(WIDTH, len(item.title))]
        lines += wrap(date_line(item))
        lines += [item.link] if item.link else []
        lines += _wrap_all(paragraphs(item.comment))
        if item.paragraphs:
            lines += _wrap_all(item.paragraphs)
        elif item.sentence:
            lines += ["", *wrap(item.sentence, "  ")]
        lines += ["", "Evidence:", item.evidence]
    lines += ["", "-- ", *wrap(f"Put together and sent by {sender}.")]
    return join_lines(lines)


def _wrap_all(texts: Sequence[str]) -> list[str]:
    return [line for each in texts for line in ("", *wrap(each))]

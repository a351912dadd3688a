"""What an item was found by: the sentence with the words that hit highlighted."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from alerts.text.page_numbers import page_of, pages_of, pages_said
from alerts.text.sanitize import line
from alerts.text.sentences import Segment, best_excerpt, mark
from storage.model import FieldName, Span, StoredItem

HIT = "bold yellow"

# where a reader looks first; a hit in the title is shown in the title
_ORDER: tuple[FieldName, ...] = ("body", "summary", "comments", "author", "url")


def highlighted(segments: Sequence[Segment], *, style: str = "") -> Text:
    """Segments as text, the hits set off."""
    text = Text(style=style)
    for segment in segments:
        text.append(segment.text, HIT if segment.hit else None)
    return text


def title_of(item: StoredItem, spans: Sequence[Span] = ()) -> Text:
    """The title, hits in it highlighted."""
    if not item.title.strip():
        return Text("(no title)", style="bold dim")
    inside = [
        (span.start, span.end)
        for span in spans
        if span.field == "title" and 0 <= span.start < span.end <= len(item.title)
    ]
    return highlighted(mark(item.title, inside, 0, len(item.title)), style="bold")


def sentence_of(item: StoredItem, spans: Sequence[Span]) -> tuple[FieldName, Text] | None:
    """The field and the sentence that show best why `item` was found, title apart."""
    for field in _ORDER:
        excerpt = best_excerpt(field, text_of(item, field), spans)
        if excerpt is not None:
            return field, highlighted(excerpt.segments)
    return None


def page_hit(item: StoredItem, spans: Sequence[Span]) -> int | None:
    """The page of a document that the sentence shown stands on."""
    excerpt = best_excerpt("body", item.body, spans)
    if excerpt is not None and item.pages:
        return page_of(item, Span("body", excerpt.start, excerpt.start + 1))
    return None


def pages_words(item: StoredItem, spans: Sequence[Span]) -> str:
    """`page 37`, or several, of a document; nothing where it has none."""
    return pages_said(pages_of(item, spans))


def text_of(item: StoredItem, field: FieldName) -> str:
    """The text of `item` that spans of `field` count in."""
    if field == "author":
        return "; ".join(item.authors)
    if field == "url":
        return item.url or ""
    return str(getattr(item, field))


def words_hit(item: StoredItem, spans: Sequence[Span]) -> tuple[str, ...]:
    """The different texts that hit, as they stand in the item, in order of appearance."""
    seen: dict[str, str] = {}
    for span in sorted(spans):
        text = line(text_of(item, span.field)[span.start : span.end])
        if text:
            seen.setdefault(text.casefold(), text)
    return tuple(seen.values())

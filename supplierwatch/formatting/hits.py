"""Highlights matches: the title, the best sentence, the words and pages that matched."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from alerts.text.page_numbers import format_pages, page_of, pages_of
from alerts.text.sanitize import line
from alerts.text.sentences import Excerpt, Segment, best_excerpt, mark
from storage.model import FieldName, Span, StoredItem
from storage.rules.aside_rules import rule_in_words

HIT = "bold yellow"

# in order of preference; matches in the title are highlighted there
_ORDER: tuple[FieldName, ...] = ("body", "summary", "comments", "aside", "author", "url")


def highlighted(segments: Sequence[Segment], *, style: str = "") -> Text:
    """Return segments as text with the matches highlighted."""
    text = Text(style=style)
    for segment in segments:
        text.append(segment.text, HIT if segment.hit else None)
    return text


def title_of(item: StoredItem, spans: Sequence[Span] = ()) -> Text:
    """Return the title with matches highlighted."""
    if not item.title.strip():
        return Text("(no title)", style="bold dim")
    return highlighted(mark_title(item, spans), style="bold")


def mark_title(item: StoredItem, spans: Sequence[Span]) -> tuple[Segment, ...]:
    """Return the title as segments with the matches marked."""
    inside = [
        (span.start, span.end)
        for span in spans
        if span.field == "title" and 0 <= span.start < span.end <= len(item.title)
    ]
    return mark(item.title, inside, 0, len(item.title))


def sentence_of(item: StoredItem, spans: Sequence[Span]) -> tuple[FieldName, Text] | None:
    """Return the field and sentence that best show why `item` matched, without the title."""
    excerpt = excerpt_of(item, spans)
    return None if excerpt is None else (excerpt.field, highlighted(excerpt.segments))


def excerpt_of(item: StoredItem, spans: Sequence[Span]) -> Excerpt | None:
    """Return the sentence that best shows why `item` matched, without the title."""
    for field in _ORDER:
        excerpt = best_excerpt(field, text_of(item, field), spans)
        if excerpt is not None:
            return excerpt
    return None


def page_hit(item: StoredItem, spans: Sequence[Span]) -> int | None:
    """Return the page number of the sentence shown; None for items without pages."""
    excerpt = best_excerpt("body", item.body, spans)
    if excerpt is not None and item.pages:
        return page_of(item, Span("body", excerpt.start, excerpt.start + 1))
    return None


def pages_words(item: StoredItem, spans: Sequence[Span]) -> str:
    """Return `page 37` or several pages; empty for items without pages."""
    return format_pages(pages_of(item, spans))


def text_of(item: StoredItem, field: FieldName) -> str:
    """Return the text of `item` that spans of `field` refer to."""
    if field == "author":
        return "; ".join(item.authors)
    if field == "url":
        return item.url or ""
    return str(getattr(item, field))


def words_hit(item: StoredItem, spans: Sequence[Span]) -> tuple[str, ...]:
    """Return the distinct matched texts as written in the item, in order of appearance."""
    seen: dict[str, str] = {}
    for span in sorted(spans):
        text = line(text_of(item, span.field)[span.start : span.end])
        if text:
            seen.setdefault(text.casefold(), text)
    return tuple(seen.values())


def aside_rules_hit(item: StoredItem, spans: Sequence[Span]) -> tuple[str, ...]:
    """Return the rules, in words, that cut the blocks of the page that matched."""
    found: dict[str, None] = {}
    start = 0
    for block in item.asides:
        end = start + len(block.text)
        if any(s.field == "aside" and start <= s.start < max(end, start + 1) for s in spans):
            found[rule_in_words(block.rule, block.detail)] = None
        start = end + 1
    return tuple(found)

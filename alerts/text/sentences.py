"""Splits text into sentences, and selects the excerpt that is shown for a match. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from alerts.text.navigation import MAX_NAVIGATION, is_navigation
from alerts.text.sanitize import ELLIPSIS, fragment, shorten
from storage.model import FieldName, Span

MAX_EXCERPT = 320  # characters
MAX_TEASER = 240  # characters
MAX_REMEMBERED = 20_000  # characters of a text whose sentences are remembered

# The end of a sentence: a stop, closing quotes, whitespace, and a possible beginning of the next.
# Possessive and anchored at the first stop of a run: hostile runs of stops cost linear time.
_END = re.compile(
    r"(?<![.!?…])(?P<stop>[.!?…]++)[\"'”’»)\]]*+\s++(?=[\"'“‘«(\[]*+[^\W_a-z])"
    r"|(?P<hard>\n\s*+)|(?P<cjk>[。！？])"
)
_ABBREVIATIONS = frozenset(
    ("mr", "mrs", "ms", "dr", "prof", "st", "rev", "hon", "vs", "cf", "e.g", "i.e", "ltd", "inc")
)
_BEFORE_A_NUMBER = frozenset(
    ("no", "nos", "p", "pp", "vol", "art", "para", "fig", "figs", "approx", "est", "ca")
)
_LAST_WORD = re.compile(r"[^\s(\[\"“‘«]+$")
_NUMBER_NEXT = re.compile(r"\s+\d")
_INITIALS = re.compile(r"^(?:[^\W\d_]\.)*[^\W\d_]$")


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text; `hit` if it satisfied the query."""

    text: str
    hit: bool = False


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The text shown for a match, and the field that it is from.

    `start` is its offset in the field, `page` its page number from 1, if the item has pages.
    """

    field: FieldName
    segments: tuple[Segment, ...]
    start: int = 0
    page: int | None = None
    is_navigation: bool = False  # it leads elsewhere, or advertises: no sentence of the article


def sentence_bounds(text: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) offsets of sentences, without surrounding whitespace."""
    start = 0
    for found in _END.finditer(text):
        if found["stop"] and not _ends_sentence(text, found.start(), found["stop"]):
            continue
        end = found.end()
        yield from _trim(text, start, end)
        start = end
    yield from _trim(text, start, len(text))


def _remember_bounds(text: str) -> Iterable[tuple[int, int]]:
    """Return the sentences of a text; pages and messages show the same texts again and again."""
    return _bounds_of(text) if len(text) <= MAX_REMEMBERED else sentence_bounds(text)


@lru_cache(maxsize=400)
def _bounds_of(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(sentence_bounds(text))


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of `text`, in order."""
    return tuple(text[start:end] for start, end in sentence_bounds(text))


def mark(text: str, spans: Sequence[tuple[int, int]], start: int, end: int) -> tuple[Segment, ...]:
    """Split `text[start:end]` into segments, and mark those inside `spans`, which may overlap."""
    segments: list[Segment] = []
    at = start
    for left, right in merged(spans):
        left, right = max(left, at), min(right, end)
        if left >= right:
            continue
        if left > at:
            segments.append(Segment(fragment(text[at:left])))
        segments.append(Segment(fragment(text[left:right]), hit=True))
        at = right
    if at < end:
        segments.append(Segment(fragment(text[at:end])))
    return tuple(segment for segment in segments if segment.text)


def merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sort spans and merge those that overlap or touch."""
    result: list[tuple[int, int]] = []
    for left, right in sorted(spans):
        if result and left <= result[-1][1]:
            result[-1] = (result[-1][0], max(right, result[-1][1]))
        else:
            result.append((left, right))
    return result


def best_excerpt(
    field: FieldName,
    text: str,
    spans: Sequence[Span],
    *,
    also: Sequence[Span] = (),
    limit: int = MAX_EXCERPT,
) -> Excerpt | None:
    """Select the sentence of `text` with the most different hits, the earliest of equals.

    Navigation and advertisements are selected only where no other sentence has a hit.

    Args:
        field: that `text` is from; spans of other fields are ignored.
        text: the whole field.
        spans: the hits that select the sentence.
        also: further hits that are only marked.
        limit: in characters; a longer sentence is cut around its first hit.

    Returns:
        The excerpt, or None if no span is in `text`.
    """
    inside = _spans_in_field(field, text, spans)
    if not inside:
        return None
    best: tuple[int, int] | None = None
    best_score = (False, 0)
    at = 0
    for start, end in _remember_bounds(text):
        # both are sorted, so each hit is read once and not once per sentence
        while at < len(inside) and inside[at][1] <= start:
            at += 1
        if at == len(inside):
            break
        words = set()
        here = at
        while here < len(inside) and inside[here][0] < end:
            words.add(text[inside[here][0] : inside[here][1]].casefold())
            here += 1
        if not words:
            continue
        score = (
            not is_navigation(text[start : min(end, start + MAX_NAVIGATION + 1)]),
            len(words),
        )
        if score > best_score:
            best, best_score = (start, end), score
    if best is None:
        return None
    start, end = _cut_around_hit(text, best, inside, limit)
    segments = mark(text, [*inside, *_spans_in_field(field, text, also)], start, end)
    if start > best[0]:
        segments = (Segment(ELLIPSIS + " "), *segments)
    if end < best[1]:
        segments = (*segments, Segment(" " + ELLIPSIS))
    return Excerpt(field, segments, start, is_navigation=not best_score[0])


def teaser(text: str, *, limit: int = MAX_TEASER) -> str:
    """Return the first sentences within `limit` characters, for an item without an excerpt."""
    taken = ""
    for sentence in sentences(text):
        joined = f"{taken} {fragment(sentence)}".strip()
        if taken and len(joined) > limit:
            break
        taken = joined
        if len(taken) > limit // 2:
            break
    return shorten(taken, limit)


def _spans_in_field(field: FieldName, text: str, spans: Sequence[Span]) -> list[tuple[int, int]]:
    return sorted(
        (span.start, span.end)
        for span in spans
        if span.field == field and 0 <= span.start < span.end <= len(text)
    )


def _ends_sentence(text: str, at: int, stop: str) -> bool:
    if stop != ".":
        return True
    last = _LAST_WORD.search(text, max(0, at - 24), at)
    word = last.group().lower().lstrip("'") if last else ""
    if word in _BEFORE_A_NUMBER:
        return not _NUMBER_NEXT.match(text, at + 1)
    # abbreviations and initials (J. Smith, U.S. Senate) do not end a sentence
    return not (word in _ABBREVIATIONS or _INITIALS.match(word))


def _trim(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def _cut_around_hit(
    text: str, sentence: tuple[int, int], spans: Sequence[tuple[int, int]], limit: int
) -> tuple[int, int]:
    start, end = sentence
    if end - start <= limit:
        return start, end
    first = next(span for span in spans if span[1] > start)
    left = max(start, min(first[0] - limit // 3, end - limit))
    right = max(min(end, left + limit), min(end, first[1]))
    if left > start:
        blank = text.find(" ", left, first[0])
        left = blank + 1 if blank != -1 else left
    if right < end:
        blank = text.rfind(" ", max(first[1], left), right)
        right = blank if blank != -1 else right
    return left, right

"""What each node means: whether it holds in a document, and by which words.

Exact and without state. Cost is bounded by the words of the document times the terms of the query.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from alerts.query.document import Segment, Text
from alerts.query.fields import DEFAULT_SCOPE
from alerts.query.nodes import (
    And,
    AtLeast,
    Compare,
    Filter,
    First,
    Macro,
    Near,
    Node,
    Not,
    NotNear,
    Or,
    Scoped,
    Term,
    Word,
)

_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\xa0": " "})


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Tokens first..last of a segment (its index), with the places that satisfied a term."""

    segment: int
    first: int
    last: int
    words: tuple[int, int]
    spans: tuple[tuple[int, int], ...]


Found = list[Occurrence]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which segments are looked at: fields, a page (0: all), and how far into the text."""

    fields: tuple[str, ...] = DEFAULT_SCOPE
    page: int = 0
    first_words: int = 0
    lead: bool = False


def holds(node: Node, text: Text, scope: Scope) -> tuple[bool, Found]:
    """Whether `node` holds, and the occurrences that make it hold."""
    match node:
        case And(parts):
            return _all(parts, text, scope)
        case Or(parts):
            results = [holds(part, text, scope) for part in parts]
            found = [o for ok, occurrences in results if ok for o in occurrences]
            return any(ok for ok, _ in results), found
        case Not(part):
            return not holds(part, text, scope)[0], []
        case Scoped(field, part):
            return holds(part, text, _narrowed(scope, field))
        case First(words, part):
            return holds(part, text, Scope(scope.fields, scope.page, words, scope.lead))
        case Macro(_, part):
            return holds(part, text, scope)
        case Filter(name, value):
            return _filter(name, value, text), []
        case Compare():
            return _compare(node, text), []
        case AtLeast(count, part):
            occurrences = find(part, text, scope)
            return len(occurrences) >= count, occurrences
    occurrences = find(node, text, scope)
    return bool(occurrences), occurrences


def _all(parts: tuple[Node, ...], text: Text, scope: Scope) -> tuple[bool, Found]:
    found: Found = []
    for part in parts:
        ok, occurrences = holds(part, text, scope)
        if not ok:
            return False, []
        found.extend(occurrences)
    return True, found


def _narrowed(scope: Scope, field: str) -> Scope:
    if field == "lead":
        return Scope(("summary", "body"), scope.page, scope.first_words, lead=True)
    return Scope((field,), scope.page, scope.first_words)


def find(node: Node, text: Text, scope: Scope) -> Found:
    """The occurrences of a node that has places: terms, groups of OR, proximities."""
    match node:
        case Term():
            return _term(node, text, scope)
        case Or(parts):
            unique = {o: None for part in parts for o in find(part, text, scope)}
            return sorted(unique, key=lambda o: (o.segment, o.first, o.last))
        case Near(left, right):
            return _near(node, find(left, text, scope), find(right, text, scope), text)
        case NotNear(left, right, distance):
            return _not_near(find(left, text, scope), find(right, text, scope), distance)
        case Macro(_, part):
            return find(part, text, scope)
        case Scoped(field, part):
            return find(part, text, _narrowed(scope, field))
        case _:
            return holds(node, text, scope)[1]


# terms


def _term(term: Term, text: Text, scope: Scope) -> Found:
    found: Found = []
    counted = 0
    for number, segment in enumerate(text.segments):
        if segment.field not in scope.fields or (
            scope.page and segment.page not in (0, scope.page)
        ):
            continue
        hits = _raw(term, segment, number) if term.mode == "raw" else _phrase(term, segment, number)
        if scope.lead:
            hits = _in_lead(hits, segment, text)
        if scope.first_words:
            left = scope.first_words - counted
            hits = [o for o in hits if o.words[1] < left]
            counted += segment.tokens[-1].word + 1 if segment.tokens else 0
        found.extend(hits)
    return found


def _in_lead(hits: Found, segment: Segment, text: Text) -> Found:
    """The lead is the summary; where there is none, the first paragraph of the body."""
    if segment.field == "summary":
        return hits
    if text.document.summary.strip() or segment.page > 1:
        return []
    return [o for o in hits if segment.paragraphs[o.last] == segment.paragraphs[0]]


def _phrase(term: Term, segment: Segment, number: int) -> Found:
    first, *rest = term.words
    found: Found = []
    for start, end in _word_places(first, segment, term.mode):
        last = end
        for word in rest:
            following = _word_at(word, segment, last + 1, term.mode)
            if following is None:
                break
            last = following
        else:
            found.append(_occurrence(segment, number, start, last))
    return found


def _occurrence(segment: Segment, number: int, start: int, last: int) -> Occurrence:
    tokens = segment.tokens
    span = (tokens[start].start + segment.offset, tokens[last].end + segment.offset)
    return Occurrence(number, start, last, (tokens[start].word, tokens[last].word), (span,))


def _word_places(word: Word, segment: Segment, mode: str) -> Iterable[tuple[int, int]]:
    """(first, last) token of every place of a word."""
    seen: dict[tuple[int, int], None] = {}
    for alternative in word.alternatives:
        head = alternative[0]
        if "*" in head or "?" in head:
            pattern = _pattern(head)
            for norm, places in segment.places.items():
                if pattern.fullmatch(norm):
                    seen.update(dict.fromkeys((at, at) for at in places))
            continue
        norm = head.casefold()
        for at in segment.places.get(norm, ()):
            last = _sequence_at(alternative, segment, at, mode)
            if last is not None:
                seen[at, last] = None
        if len(alternative) == 1:
            for at, last in segment.joined.get(norm, ()):
                if (
                    mode != "case"
                    or "".join(t.cased for t in segment.tokens[at : last + 1]) == head
                ):
                    seen[at, last] = None
    return sorted(seen)


def _word_at(word: Word, segment: Segment, at: int, mode: str) -> int | None:
    """The last token of a word that begins at token `at`."""
    if at >= len(segment.tokens):
        return None
    for alternative in word.alternatives:
        last = _sequence_at(alternative, segment, at, mode)
        if last is not None:
            return last
        if len(alternative) == 1:
            norm = alternative[0].casefold()
            for start, end in segment.joined.get(norm, ()):
                if start == at:
                    return end
    return None


def _sequence_at(alternative: tuple[str, ...], segment: Segment, at: int, mode: str) -> int | None:
    tokens = segment.tokens
    if at + len(alternative) > len(tokens):
        return None
    for wanted, token in zip(alternative, tokens[at:], strict=False):
        if "*" in wanted or "?" in wanted:
            if not _pattern(wanted).fullmatch(token.norm):
                return None
        elif (token.cased if mode == "case" else token.norm) != wanted:
            return None
    return at + len(alternative) - 1


@lru_cache(maxsize=20_000)
def _pattern(wild: str) -> re.Pattern[str]:
    body = "".join(
        r"\w*" if c == "*" else r"\w" if c == "?" else re.escape(c.casefold()) for c in wild
    )
    return re.compile(re.sub(r"(\\w\*)+", r"\\w*", body))


def _raw(term: Term, segment: Segment, number: int) -> Found:
    found: Found = []
    wanted = term.text.translate(_QUOTES)
    for hit in _raw_pattern(wanted).finditer(segment.text.translate(_QUOTES)):
        ends = [token.end for token in segment.tokens]
        first = min(bisect_right(ends, hit.start()), len(segment.tokens) - 1)
        last = max(first, bisect_left([t.start for t in segment.tokens], hit.end()) - 1)
        words = (
            (segment.tokens[first].word, segment.tokens[last].word) if segment.tokens else (0, 0)
        )
        span = (hit.start() + segment.offset, hit.end() + segment.offset)
        found.append(Occurrence(number, first, last, words, (span,)))
    return found


@lru_cache(maxsize=5_000)
def _raw_pattern(wanted: str) -> re.Pattern[str]:
    before = r"(?<!\w)" if wanted[:1].isalnum() else ""
    after = r"(?!\w)" if wanted[-1:].isalnum() else ""
    return re.compile(before + re.escape(wanted) + after)


# proximity


def _near(node: Near, left: Found, right: Found, text: Text) -> Found:
    found: dict[Occurrence, None] = {}
    by_segment: dict[int, Found] = {}
    for one in right:
        by_segment.setdefault(one.segment, []).append(one)
    for a in left:
        for b in by_segment.get(a.segment, ()):
            if _apart(a, b) and _together(node, a, b, text):
                found[_joined(a, b)] = None
    return sorted(found, key=lambda o: (o.segment, o.first, o.last))


def _apart(a: Occurrence, b: Occurrence) -> bool:
    return a.words[1] < b.words[0] or b.words[1] < a.words[0]


def _together(node: Near, a: Occurrence, b: Occurrence, text: Text) -> bool:
    if node.bound != "words":
        segment = text.segments[a.segment]
        numbers = segment.sentences if node.bound == "sentence" else segment.paragraphs
        return numbers[a.first] == numbers[b.last] and numbers[a.last] == numbers[b.first]
    if a.words[1] < b.words[0]:
        return b.words[0] - a.words[1] - 1 <= node.distance
    return not node.ordered and a.words[0] - b.words[1] - 1 <= node.distance


def _joined(a: Occurrence, b: Occurrence) -> Occurrence:
    return Occurrence(
        a.segment,
        min(a.first, b.first),
        max(a.last, b.last),
        (min(a.words[0], b.words[0]), max(a.words[1], b.words[1])),
        tuple(sorted({*a.spans, *b.spans})),
    )


def _not_near(left: Found, right: Found, distance: int) -> Found:
    return [
        a
        for a in left
        if not any(b.segment == a.segment and _gap(a, b) <= distance for b in right if b != a)
    ]


def _gap(a: Occurrence, b: Occurrence) -> int:
    if a.words[1] < b.words[0]:
        return b.words[0] - a.words[1] - 1
    if b.words[1] < a.words[0]:
        return a.words[0] - b.words[1] - 1
    return 0


# properties of the item


def _filter(name: str, value: str, text: Text) -> bool:
    document = text.document
    match name:
        case "site":
            host, wanted = document.site.lower(), value.removeprefix("www.").lstrip(".")
            return host == wanted or host.endswith("." + wanted)
        case "source":
            return value in (document.source.lower(), document.source_name.lower())
        case "lang":
            return document.language.lower()[:2] == value[:2]
        case _:
            return document.kind == value


def _compare(node: Compare, text: Text) -> bool:
    have = text.document.value if node.name == "value" else text.document.date
    if have is None:
        return False
    if node.relation == "=":
        return have == node.bound
    return have >= node.bound if node.relation == ">" else have <= node.bound  # type: ignore[operator]

"""What a query means, by brute force: every stretch of every text is tried, nothing is clever.

Shares with the engine the words of a text (`tokens`), the tables of fields and filters, and what
the forms of a word and the borders of sentences are. Shares none of the searching: no presearch,
no index of places, no sorted lists.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from itertools import pairwise, product

from alerts.query import Document
from alerts.query.model.fields import DEFAULT_SCOPE, FIELD_NAMES
from alerts.query.model.nodes import (
    And,
    Apply,
    Field,
    Filter,
    Macro,
    Near,
    Node,
    Not,
    Or,
    Prefer,
    ProximityGroup,
    Spellings,
    Term,
    TermPart,
)
from alerts.query.syntax.filters import test_filter
from alerts.query.text.boundaries import first_paragraph, paragraph_starts, sentence_starts
from alerts.query.text.document import AUTHORS_APART
from alerts.query.text.folding import plain_signs
from alerts.query.text.split_words import may_be_one
from alerts.query.text.stemming import forms
from alerts.query.text.tokens import tokenise

# (start, end, places of the terms), in tokens
Stretch = tuple[int, int, frozenset[tuple[int, int]]]
Spans = set[tuple[str, int, int]]


class RefZone:
    """A text and its tokens."""

    def __init__(self, field: str, text: str, offset: int, words_before: int = 0) -> None:
        self.field, self.text, self.offset = field, text, offset
        self.tokens = tokenise(text)
        self.words_before = words_before

    @property
    def word_count(self) -> int:
        return len({token.word for token in self.tokens})

    @cached_property
    def paragraphs(self) -> list[int]:
        starts = paragraph_starts(self.text)
        return [bisect_right(starts, token.start) for token in self.tokens]

    @cached_property
    def sentences(self) -> list[int]:
        starts = sentence_starts(self.text)
        return [bisect_right(starts, token.start) for token in self.tokens]


class RefPage:
    """A document, or one page of it, by field."""

    def __init__(self, document: Document, body: str, offset: int) -> None:
        self.document = document
        title = RefZone("title", document.title, 0)
        summary = RefZone("summary", document.summary, 0, title.word_count)
        before = title.word_count + summary.word_count
        paragraph = RefZone("body", first_paragraph(body), offset, before)
        authors, at = [], 0
        for author in document.authors:
            authors.append(RefZone("author", author, at))
            at += len(author) + len(AUTHORS_APART)
        self.zones = {
            "title": [title],
            "summary": [summary],
            "body": [RefZone("body", body, offset, before)],
            "lead": [summary if summary.tokens else paragraph],
            "author": authors,
            "source": [RefZone("source", t, 0) for t in (document.source_name, document.source)],
            "comments": [RefZone("comments", document.comments, 0)],
            "url": [RefZone("url", document.url, 0)],
            "buyer": [RefZone("buyer", document.buyer, 0)],
            "supplier": [RefZone("supplier", document.supplier, 0)],
        }

    def of(self, scope: tuple[str, ...]) -> list[RefZone]:
        return [zone for field in scope for zone in self.zones[field]]


def reference(node: Node, document: Document) -> Spans | None:
    """The characters that make a document match, None if it does not."""
    spans: Spans = set()
    matched = False
    for page in _pages(document):
        if _holds(node, page, DEFAULT_SCOPE):
            matched = True
            spans |= _spans(node, page, DEFAULT_SCOPE)
    return spans if matched else None


def _pages(document: Document) -> list[RefPage]:
    if not document.pages:
        return [RefPage(document, document.body, 0)]
    whole = document.text_of("body")
    pages, at = [], 0
    for page in document.pages:
        at = whole.index(page, at)
        pages.append(RefPage(document, page, at))
        at += len(page)
    return pages


def _holds(node: Node, page: RefPage, scope: tuple[str, ...]) -> bool:
    match node:
        case And(parts):
            return all(_holds(part, page, scope) for part in parts)
        case Or(parts):
            return any(_holds(part, page, scope) for part in parts)
        case Not(part):
            return not _holds(part, page, scope)
        case Field(name, part):
            return _holds(part, page, FIELD_NAMES[name].scope)
        case Macro(_, part) | Prefer(part) | Spellings(part=part):
            return _holds(part, page, scope)
        case Filter():
            return test_filter(node, page.document)
        case _:
            return any(stretches for _, stretches in _everywhere(node, page, scope))


def _everywhere(
    node: Node, page: RefPage, scope: tuple[str, ...]
) -> list[tuple[RefZone, list[Stretch]]]:
    if not isinstance(node, Apply):
        return [(zone, _stretches(node, zone)) for zone in page.of(scope)]
    found = _everywhere(node.part, page, scope)
    if node.function == "first":
        return [
            (z, [s for s in ss if z.words_before + z.tokens[s[1] - 1].word < node.number])
            for z, ss in found
        ]
    return found if sum(_most_apart(ss) for _, ss in found) >= node.number else []


def _most_apart(stretches: list[Stretch]) -> int:
    """The size of the largest set of stretches that do not overlap: each is taken, or is not."""
    if not stretches:
        return 0
    first, *rest = stretches
    apart = [s for s in rest if s[1] <= first[0] or first[1] <= s[0]]
    return max(1 + _most_apart(apart), _most_apart(rest) if len(apart) < len(rest) else 0)


def _stretches(node: Node, zone: RefZone) -> list[Stretch]:
    match node:
        case Term():
            return _shortest(_term(node, zone))
        case Or(parts):
            return _merge([s for part in parts for s in _stretches(part, zone)])
        case Macro(_, part) | Spellings(part=part):
            return _stretches(part, zone)
        case Near(negated=True):
            return [
                a
                for a in _stretches(node.left, zone)
                if not any(
                    _close(node, a, b, zone) and a[:2] != b[:2]
                    for b in _stretches(node.right, zone)
                )
            ]
        case Near():
            return _shortest(
                [
                    (min(a[0], b[0]), max(a[1], b[1]), a[2] | b[2])
                    for a in _stretches(node.left, zone)
                    for b in _stretches(node.right, zone)
                    if _beside(node, a, b, zone)
                ]
            )
        case ProximityGroup(parts, distance):
            most = distance + sum(_length(part) for part in parts)
            return _shortest(
                [
                    (chosen[0][0], chosen[-1][1], frozenset().union(*(s[2] for s in chosen)))
                    for chosen in map(sorted, product(*(_stretches(p, zone) for p in parts)))
                    if all(a[1] <= b[0] for a, b in pairwise(chosen))
                    and _word(zone, chosen[-1][1] - 1) - _word(zone, chosen[0][0]) < most
                ]
            )
    raise AssertionError(node)


def _beside(node: Near, a: Stretch, b: Stretch, zone: RefZone) -> bool:
    if b[1] <= a[0] and node.operator != "ONEAR":
        a, b = b, a
    if a[1] > b[0]:
        return False
    if node.operator in ("SENTENCE", "PARAGRAPH"):
        numbers = zone.sentences if node.operator == "SENTENCE" else zone.paragraphs
        return len({numbers[at] for at in (a[0], a[1] - 1, b[0], b[1] - 1)}) == 1
    return _word(zone, b[0]) - _word(zone, a[1] - 1) - 1 <= node.distance


def _close(node: Near, a: Stretch, b: Stretch, zone: RefZone) -> bool:
    """Whether `b` is near enough to `a` to take it out; overlapping is near."""
    if node.operator in ("SENTENCE", "PARAGRAPH"):
        numbers = zone.sentences if node.operator == "SENTENCE" else zone.paragraphs
        mine = {numbers[at] for at in range(a[0], a[1])}
        return bool(mine & {numbers[at] for at in range(b[0], b[1])})
    if node.operator == "ONEAR" and b[0] < a[0]:
        return False
    first, second = sorted((a, b))
    return _word(zone, second[0]) - _word(zone, first[1] - 1) - 1 <= node.distance


def _word(zone: RefZone, at: int) -> int:
    return zone.tokens[at].word


def _length(node: Node) -> int:
    match node:
        case Term(words):
            return len(words)
        case Near():
            return _length(node.left) + (0 if node.negated else _length(node.right))
        case ProximityGroup(parts):
            return sum(_length(part) for part in parts)
        case Or(parts):
            return max(_length(part) for part in parts)
        case Macro(_, part) | Spellings(part=part):
            return _length(part)
    raise AssertionError(node)


def _shortest(stretches: list[Stretch]) -> list[Stretch]:
    return [
        a
        for a in _merge(stretches)
        if not any(a[0] <= b[0] and b[1] <= a[1] and a[:2] != b[:2] for b in stretches)
    ]


def _merge(stretches: list[Stretch]) -> list[Stretch]:
    return [
        (*place, frozenset().union(*(s[2] for s in stretches if s[:2] == place)))
        for place in sorted({s[:2] for s in stretches})
    ]


def _term(term: Term, zone: RefZone) -> list[Stretch]:
    parts = term.parts
    longest = 4 * len(parts)
    return [
        (start, end, frozenset({(start, end)}))
        for start in range(len(zone.tokens))
        for end in range(start + 1, min(start + longest, len(zone.tokens)) + 1)
        if _reads(parts, zone, start, end) and _exactly(term, zone, start, end)
    ]


def _reads(parts: tuple[TermPart, ...], zone: RefZone, start: int, end: int) -> bool:
    """Whether the tokens start..end can be cut so that they read as the parts do."""
    if not parts or start == end:
        return not parts and start == end
    for taken in range(1, min(4, end - start) + 1):
        tokens = zone.tokens[start : start + taken]
        label = "".join(token.folded for token in tokens)
        within_word = len({token.word for token in tokens}) == 1
        if not within_word and not (taken == 2 and _written_apart(zone, start)):
            continue
        for used in range(1, min(4, len(parts)) + 1):
            said = parts[:used]
            if used == 1 and said[0].kind == "wild":
                fits = within_word and _fits(said[0].text, label)
            elif used == 1 and said[0].kind == "stem":
                fits = label in forms(said[0].text)
            else:
                fits = all(p.kind == "word" for p in said) and label == "".join(
                    p.text for p in said
                )
            if fits and _reads(parts[used:], zone, start + taken, end):
                return True
    return False


def _written_apart(zone: RefZone, at: int) -> bool:
    one, two = zone.tokens[at], zone.tokens[at + 1]
    between = zone.text[one.end : two.start]
    return may_be_one(one.folded, two.folded) and len(between) == 1 and between.isspace()


def _fits(wildcard: str, word: str) -> bool:
    if not wildcard:
        return not word
    if wildcard[0] == "*":
        return any(_fits(wildcard[1:], word[at:]) for at in range(len(word) + 1))
    return bool(word) and wildcard[0] in ("?", word[0]) and _fits(wildcard[1:], word[1:])


def _exactly(term: Term, zone: RefZone, start: int, end: int) -> bool:
    tokens = zone.tokens[start:end]
    if term.exact == "case":
        wanted = "".join(part.cased for part in term.parts)
        return _fits(wanted, "".join(token.cased for token in tokens))
    if term.exact in ("raw", "signs"):
        written = plain_signs(term.key[0])
        inner = tokenise(written)
        before, behind = inner[0].start, len(written) - inner[-1].end
        begin, finish = tokens[0].start - before, tokens[-1].end + behind
        around = plain_signs(zone.text)[max(begin, 0) : finish]
        same_length = begin >= 0 and finish <= len(zone.text)
        edges = around.strip() == around
        said = " ".join(around.split())
        said = said.lower() if term.exact == "signs" else said
        return same_length and edges and said == written
    return True


def _spans(node: Node, page: RefPage, scope: tuple[str, ...]) -> Spans:
    match node:
        case And(parts):
            return set().union(*(_spans(part, page, scope) for part in parts))
        case Or(parts):
            return set().union(*(_spans(p, page, scope) for p in parts if _holds(p, page, scope)))
        case Field(name, part):
            return _spans(part, page, FIELD_NAMES[name].scope)
        case Macro(_, part) | Prefer(part) | Spellings(part=part):
            return _spans(part, page, scope)
        case Not() | Filter():
            return set()
    return {
        (z.field, z.tokens[start].start + z.offset, z.tokens[end - 1].end + z.offset)
        for z, stretches in _everywhere(node, page, scope)
        for _, _, terms in stretches
        for start, end in terms
    }

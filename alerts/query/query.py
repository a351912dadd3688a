"""A compiled query: what was written, what it means, and whether a document matches."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from alerts.query.document import Document, Text
from alerts.query.errors import QueryError, QueryWarning
from alerts.query.evaluate import Found, Scope, holds
from alerts.query.nodes import (
    And,
    AtLeast,
    First,
    Macro,
    Near,
    Node,
    Not,
    NotNear,
    Or,
    Scoped,
    Term,
)
from alerts.query.parser import parse, walk
from alerts.query.presearch import Needs, needs_of
from alerts.query.printing import canonical, paraphrase
from alerts.query.suppliers import SupplierTerms
from alerts.query.warnings import warnings_of
from storage.model import FieldName, Span

_SHOWN = ("title", "summary", "body", "comments", "author", "url")
MOST_SPANS = 500


@dataclass(frozen=True, slots=True)
class Hit:
    """A query that matched, with the text that says why. `key` is set by an index."""

    key: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query that is ready to match.

    `fingerprint` is equal for queries of one meaning: it covers what macros stand for.
    `needs` is None where no word is needed (filters alone).
    """

    text: str
    canonical: str
    paraphrase: str
    warnings: tuple[QueryWarning, ...]
    fingerprint: str
    node: Node
    needs: Needs | None

    def matches(self, document: Document) -> Hit | None:
        """The match of one document, or None."""
        return self.match_text(Text(document))

    def match_text(self, text: Text) -> Hit | None:
        """The same over a document that was prepared before."""
        pages = range(1, text.pages + 1) if text.pages else (0,)
        matched = False
        found: Found = []
        for page in pages:
            ok, occurrences = holds(self.node, text, Scope(page=page))
            matched = matched or ok
            found.extend(occurrences if ok else ())
        return Hit("", spans_of(found, text)) if matched else None


def spans_of(found: Found, text: Text) -> tuple[Span, ...]:
    """Distinct spans in the order of the fields."""
    spans = {
        Span(cast(FieldName, text.segments[o.segment].field), start, end)
        for o in found
        for start, end in o.spans
        if text.segments[o.segment].field in _SHOWN
    }
    return tuple(sorted(spans, key=lambda s: (_SHOWN.index(s.field), s.start, s.end))[:MOST_SPANS])


def compile_query(
    text: str,
    *,
    suppliers: Mapping[str, SupplierTerms] | None = None,
    allow_filters_only: bool = False,
) -> Query:
    """Read a query.

    Args:
        text: the query.
        suppliers: what macros stand for.
        allow_filters_only: whether it may do without a word to look for (archive searches may).

    Raises:
        QueryError: with the column, a caret line and what to write instead.
    """
    macros = {key: terms.node for key, terms in (suppliers or {}).items()}
    node, warnings = parse(text, macros)
    if not allow_filters_only and not _positive(node):
        raise QueryError(
            "this query has nothing to look for: it only excludes or filters",
            query=text, column=1,
            mend="Add a word, phrase, author, buyer, supplier or url that must be there.",
        )  # fmt: skip
    printed = canonical(node)
    meaning = canonical(_expanded(node))
    return Query(
        text=text,
        canonical=printed,
        paraphrase=paraphrase(node),
        warnings=(*warnings, *warnings_of(node)),
        fingerprint=hashlib.sha256(meaning.encode()).hexdigest()[:40],
        node=node,
        needs=needs_of(node),
    )


def _positive(node: Node) -> bool:
    match node:
        case Term():
            return True
        case And(parts):
            return any(_positive(part) for part in parts)
        case Or(parts):
            return all(_positive(part) for part in parts)
        case Near(left, right):
            return _positive(left) or _positive(right)
        case NotNear(left, _):
            return _positive(left)
        case AtLeast(_, part) | First(_, part) | Scoped(_, part) | Macro(_, part):
            return _positive(part)
        case _:
            return False


def _expanded(node: Node) -> Node:
    match node:
        case Macro(_, part):
            return _expanded(part)
        case And(parts):
            return And(tuple(_expanded(p) for p in parts))
        case Or(parts):
            return Or(tuple(_expanded(p) for p in parts))
        case Not(part):
            return Not(_expanded(part))
        case Near(left, right, distance, ordered, bound):
            return Near(_expanded(left), _expanded(right), distance, ordered, bound)
        case NotNear(left, right, distance):
            return NotNear(_expanded(left), _expanded(right), distance)
        case AtLeast(count, part):
            return AtLeast(count, _expanded(part))
        case First(words, part):
            return First(words, _expanded(part))
        case Scoped(field, part):
            return Scoped(field, _expanded(part))
        case _:
            return node


def terms_of(node: Node) -> list[Term]:
    """Every term of a query, in the order written."""
    return [one for one in walk(node) if isinstance(one, Term)]

"""Compiles a query and matches it against documents."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from alerts.query.evaluation.evaluate import Evidence, evidence, holds
from alerts.query.evaluation.presearch import Needs, needs_of
from alerts.query.macros import SupplierTerms
from alerts.query.model.fields import DEFAULT_SCOPE, SHOWN
from alerts.query.model.nodes import Node
from alerts.query.model.query_errors import QueryWarning
from alerts.query.reporting.canonical import canonical
from alerts.query.reporting.checks import check_positive
from alerts.query.reporting.paraphrase import paraphrase
from alerts.query.reporting.query_warnings import warnings_of
from alerts.query.syntax.parser import parse
from alerts.query.text.document import Document, PreparedDocument
from alerts.query.text.zone import Zone
from storage.model import FieldName, Span

# Increase it where the same query comes to mean something else: each watch then gets a new version,
# for which the archive is a baseline, so that an upgrade tells nobody what was there before.
MEANING = 3
MAX_SPANS = 500
MAX_PLACES = 20_000  # evaluated for the spans of one item


@dataclass(frozen=True, slots=True)
class QueryHit:
    """The spans of one matching query in one document.

    Args:
        key: of the watch, set by `WatchIndex`; empty for a single query.
        spans: character ranges in the document's fields, in reading order.
        preferred: the spans of the part with the greatest weight, if the query has weights.
    """

    key: str
    spans: tuple[Span, ...]
    preferred: tuple[Span, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Query:
    """A parsed query. `needs` is empty if the query can match an item without any of its words."""

    text: str
    node: Node
    needs: Needs
    written_warnings: tuple[QueryWarning, ...]

    @cached_property
    def canonical(self) -> str:
        """The query in canonical form; parsing that gives an equal query."""
        return canonical(self.node)

    @cached_property
    def paraphrase(self) -> str:
        """The query as an English sentence."""
        return paraphrase(self.node)

    @cached_property
    def fingerprint(self) -> str:
        """A hash (40 hex digits) of `MEANING` and the canonical form with macros expanded."""
        meant = f"{MEANING} {canonical(self.node, expanded=True)}"
        return hashlib.sha256(meant.encode()).hexdigest()[:40]

    @cached_property
    def warnings(self) -> tuple[QueryWarning, ...]:
        """Warnings for the author of the query."""
        return (*self.written_warnings, *warnings_of(self.node))

    def matches(self, document: Document) -> QueryHit | None:
        """Match one document; None if it does not match."""
        prepared = PreparedDocument(document)
        return self.hit(prepared) if self.holds_in(prepared) else None

    def matches_at_all(self, document: Document) -> bool:
        """Return whether one document matches; many times faster than `matches`, without spans."""
        return self.holds_in(PreparedDocument(document))

    def holds_in(self, prepared: PreparedDocument) -> bool:
        """Return whether a document matches; if it has pages, whether one of them does."""
        return any(holds(self.node, text, DEFAULT_SCOPE) for text in prepared.texts)

    def hit(self, prepared: PreparedDocument, key: str = "") -> QueryHit:
        """Collect the spans of a document for which `holds_in` is true."""
        found: list[Evidence] = []
        for text in prepared.texts:
            if holds(self.node, text, DEFAULT_SCOPE):
                places = evidence(self.node, text, DEFAULT_SCOPE)
                found.extend(islice(places, MAX_PLACES - len(found)))
        greatest = max((place.weight for place in found), default=0)
        preferred = [p for p in found if p.weight == greatest] if greatest else []
        return QueryHit(key, spans_of(found), spans_of(preferred))

    def hit_around(self, prepared: PreparedDocument, block: Zone, key: str = "") -> QueryHit | None:
        """Match a document with a block that was cut from its page as if it stood in it.

        None if that does not match, or if nothing in the block is evidence.
        """
        found: list[Evidence] = []
        for text in prepared.texts:
            around = text.with_block(block)
            if holds(self.node, around, DEFAULT_SCOPE):
                places = evidence(self.node, around, DEFAULT_SCOPE)
                found.extend(islice(places, MAX_PLACES - len(found)))
        if not any(place.zone is block for place in found):
            return None
        return QueryHit(key, spans_of(found))


def spans_of(found: list[Evidence]) -> tuple[Span, ...]:
    """Character spans of evidence in the displayed fields, in reading order, overlaps merged."""
    by_field: dict[FieldName, set[tuple[int, int]]] = {}
    for item in found:
        for field in SHOWN:
            if item.zone.field == field:
                by_field.setdefault(field, set()).add(item.zone.characters(item.place))
    spans: list[Span] = []
    for field in SHOWN:
        for start, end in sorted(by_field.get(field, ())):
            if spans and spans[-1].field == field and start < spans[-1].end:
                spans[-1] = Span(field, spans[-1].start, max(end, spans[-1].end))
            else:
                spans.append(Span(field, start, end))
    return tuple(spans[:MAX_SPANS])


def compile_query(
    text: str,
    *,
    suppliers: Mapping[str, SupplierTerms] | None = None,
    allow_filters_only: bool = False,
) -> Query:
    """Parse and check a query.

    Args:
        text: the query as written.
        suppliers: compiled macros, by supplier key.
        allow_filters_only: accept a query without a search term (archive searches may be so).

    Raises:
        QueryError: the query cannot be used; the error has the column, a caret line and a fix.
    """
    macros = {key: terms.node for key, terms in (suppliers or {}).items()}
    node, warnings = parse(text, macros)
    if not allow_filters_only:
        check_positive(node, text)
    return Query(text=text, node=node, needs=needs_of(node), written_warnings=tuple(warnings))

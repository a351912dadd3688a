"""A compiled query: what was written, what it means, and whether an item matches."""

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
from alerts.query.text.document import Document, Text
from storage.model import FieldName, Span

MOST_SPANS = 500
MOST_PLACES = 20_000  # that are looked at for the spans of one item


@dataclass(frozen=True, slots=True)
class QueryHit:
    """A query that matched, with the text that says why. `key` is set by an index.

    `preferred`: the spans of the part with the greatest weight, if the query has weights.
    """

    key: str
    spans: tuple[Span, ...]
    preferred: tuple[Span, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Query:
    """A query that is ready to match. `needs` is empty where it can match without any word."""

    text: str
    node: Node
    needs: Needs
    written_warnings: tuple[QueryWarning, ...]

    @cached_property
    def canonical(self) -> str:
        """The query in its one form; reading it again gives the same query."""
        return canonical(self.node)

    @cached_property
    def paraphrase(self) -> str:
        """The query as an English sentence."""
        return paraphrase(self.node)

    @cached_property
    def fingerprint(self) -> str:
        """Equal for queries of one meaning: it covers what macros stand for."""
        return hashlib.sha256(canonical(self.node, expanded=True).encode()).hexdigest()[:40]

    @cached_property
    def warnings(self) -> tuple[QueryWarning, ...]:
        """What its author should look at."""
        return (*self.written_warnings, *warnings_of(self.node))

    def matches(self, document: Document) -> QueryHit | None:
        """The match of one document, or None."""
        text = Text(document)
        return self.hit(text) if self.holds_in(text) else None

    def holds_in(self, text: Text) -> bool:
        """Whether an item matches; one with pages, whether one of them does."""
        return any(holds(self.node, sheet, DEFAULT_SCOPE) for sheet in text.sheets)

    def hit(self, text: Text, key: str = "") -> QueryHit:
        """The places that make an item match that does."""
        found: list[Evidence] = []
        for sheet in text.sheets:
            if holds(self.node, sheet, DEFAULT_SCOPE):
                places = evidence(self.node, sheet, DEFAULT_SCOPE)
                found.extend(islice(places, MOST_PLACES - len(found)))
        most = max((one.weight for one in found), default=0)
        preferred = [one for one in found if one.weight == most] if most else []
        return QueryHit(key, spans_of(found), spans_of(preferred))


def spans_of(found: list[Evidence]) -> tuple[Span, ...]:
    """The characters of places in shown fields, in reading order, those that overlap made one."""
    by_field: dict[FieldName, set[tuple[int, int]]] = {}
    for one in found:
        for field in SHOWN:
            if one.zone.field == field:
                by_field.setdefault(field, set()).add(one.zone.characters(one.place))
    spans: list[Span] = []
    for field in SHOWN:
        for start, end in sorted(by_field.get(field, ())):
            if spans and spans[-1].field == field and start < spans[-1].end:
                spans[-1] = Span(field, spans[-1].start, max(end, spans[-1].end))
            else:
                spans.append(Span(field, start, end))
    return tuple(spans[:MOST_SPANS])


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
    if not allow_filters_only:
        check_positive(node, text)
    return Query(text=text, node=node, needs=needs_of(node), written_warnings=tuple(warnings))

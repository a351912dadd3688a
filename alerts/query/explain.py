"""Why a query matched a document, clause by clause, or which clause it failed at."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.query.document import Document, Text
from alerts.query.evaluate import Scope, holds
from alerts.query.nodes import And, Macro, Node, Not, Or
from alerts.query.printing import canonical
from alerts.query.query import Query, spans_of
from storage.model import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A part of a query, whether it holds, and the text that made it hold.

    `excluded`: the clause is a NOT whose inside was found, at these spans.
    """

    text: str
    holds: bool
    excluded: bool
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The answer for one query and one document. `failed`: the first clause that does not hold."""

    matched: bool
    clauses: tuple[Clause, ...]
    failed: Clause | None
    words: tuple[str, ...] = ()  # what the failing clause's spans hold, for a NOT

    @property
    def lines(self) -> tuple[str, ...]:
        """The answer in words, for one who asks why they were not told."""
        if self.failed is None:
            return ("every clause holds",)
        if self.failed.excluded:
            found = ", ".join(f"“{word}”" for word in self.words[:3]) or "what it excludes"
            return (f"excluded by {self.failed.text}: the item has {found}",)
        met = [clause.text for clause in self.clauses if clause.holds]
        also = (f"what holds: {'; '.join(met)}",) if met else ()
        return (f"nothing satisfies {self.failed.text}", *also)


def explain(query: Query, document: Document) -> Explanation:
    """Take the query apart at its top and say what holds."""
    text = Text(document)
    pages = list(range(1, text.pages + 1)) or [0]
    best: list[Clause] = []
    for page in pages:
        clauses = [_clause(part, text, Scope(page=page)) for part in _parts(query.node)]
        if not best or sum(c.holds for c in clauses) > sum(c.holds for c in best):
            best = clauses
    failed = next((clause for clause in best if not clause.holds), None)
    words = _words(failed, document) if failed is not None else ()
    return Explanation(matched=failed is None, clauses=tuple(best), failed=failed, words=words)


def _words(clause: Clause, document: Document) -> tuple[str, ...]:
    fields = {
        "title": document.title,
        "summary": document.summary,
        "body": "\n".join(document.pages) or document.body,
        "comments": document.comments,
        "author": "; ".join(document.authors),
        "url": document.url,
    }
    found = (fields[span.field][span.start : span.end] for span in clause.spans)
    return tuple(dict.fromkeys(found))


def _parts(node: Node) -> tuple[Node, ...]:
    match node:
        case And(parts):
            return parts
        case Macro(_, part) if isinstance(part, And):
            return part.parts
        case _:
            return (node,)


def _clause(node: Node, text: Text, scope: Scope) -> Clause:
    if isinstance(node, Not):
        inside, found = holds(node.part, text, scope)
        return Clause(
            text=canonical(node), holds=not inside, excluded=inside, spans=spans_of(found, text)
        )
    ok, found = holds(node, text, scope)
    if not ok and isinstance(node, Or):
        found = []
    return Clause(text=canonical(node), holds=ok, excluded=False, spans=spans_of(found, text))

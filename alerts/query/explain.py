"""Explains, clause by clause, why a query matched an item or where it failed. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.query.evaluation.evaluate import Scope, evidence, find, gather, holds
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
)
from alerts.query.query import Query, spans_of
from alerts.query.reporting.canonical import canonical
from alerts.query.syntax.operators import INFIX
from alerts.query.text.document import Document, EvaluatedText, PreparedDocument
from alerts.query.text.occurrences import count_disjoint
from storage.model import Span

MAX_COMPARED = 200  # occurrences of each side, when the smallest distance is computed


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseResult:
    """The result of one clause of a query: whether it holds, and the spans that satisfy it.

    Args:
        text: the clause in canonical form.
        holds: whether the document satisfies it.
        excluded: the clause is a NOT whose operand was found, at `spans`.
        spans: character ranges in the document's fields.
        why: what is missing, where that is known; empty otherwise.
    """

    text: str
    holds: bool
    excluded: bool
    spans: tuple[Span, ...]
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The explanation of one query on one document. `failed`: the first clause that does not hold.

    For an item with pages, the page that satisfies most clauses is explained.
    """

    matched: bool
    clauses: tuple[ClauseResult, ...]
    failed: ClauseResult | None
    words: tuple[str, ...] = ()  # the text at the failing clause's spans, for a NOT
    page: int | None = None  # the explained page, from 1

    @property
    def lines(self) -> tuple[str, ...]:
        """The explanation in plain English, one sentence to a line."""
        if self.failed is None:
            return ("every clause holds",)
        if self.failed.excluded:
            found = ", ".join(f"“{word}”" for word in self.words[:3]) or "what it excludes"
            return (f"excluded by {self.failed.text}: the item has {found}",)
        why = f": {self.failed.why}" if self.failed.why else ""
        met = [clause.text for clause in self.clauses if clause.holds]
        also = (f"what holds: {'; '.join(met)}",) if met else ()
        return (f"nothing satisfies {self.failed.text}{why}", *also)


def explain(query: Query, document: Document) -> Explanation:
    """Evaluate each clause of a query on a document, with the spans that satisfy it."""
    prepared = PreparedDocument(document)
    parts = _split_clauses(query.node, DEFAULT_SCOPE, "")
    by_page = [
        [_evaluate_clause(part, text, scope, field) for part, scope, field in parts]
        for text in prepared.texts
    ]
    page = max(range(len(by_page)), key=lambda number: _count_met(by_page[number]))
    clauses = by_page[page]
    failed = next((clause for clause in clauses if not clause.holds), None)
    return Explanation(
        matched=failed is None,
        clauses=tuple(clauses),
        failed=failed,
        words=_matched_words(failed, document) if failed is not None else (),
        page=page + 1 if document.pages else None,
    )


def _count_met(clauses: list[ClauseResult]) -> int:
    return sum(clause.holds for clause in clauses)


def _matched_words(clause: ClauseResult, document: Document) -> tuple[str, ...]:
    words = (document.text_of(span.field)[span.start : span.end] for span in clause.spans)
    return tuple(dict.fromkeys(words))


def _split_clauses(node: Node, scope: Scope, field: str) -> list[tuple[Node, Scope, str]]:
    """Split a query into the clauses that must all hold: (node, scope, field name or empty)."""
    match node:
        case And(parts):
            return [clause for part in parts for clause in _split_clauses(part, scope, field)]
        case Field(name, part):
            return _split_clauses(part, FIELD_NAMES[name].scope, name)
        case Macro(_, part) if isinstance(part, And):
            return _split_clauses(part, scope, field)
        case _:
            return [(node, scope, field)]


def _evaluate_clause(node: Node, text: EvaluatedText, scope: Scope, field: str) -> ClauseResult:
    shown = canonical(Field(field, node) if field else node)
    if isinstance(node, Not):
        inside = holds(node.part, text, scope)
        found = list(evidence(node.part, text, scope)) if inside else []
        return ClauseResult(text=shown, holds=not inside, excluded=inside, spans=spans_of(found))
    if holds(node, text, scope):
        spans = spans_of(list(evidence(node, text, scope)))
        return ClauseResult(text=shown, holds=True, excluded=False, spans=spans)
    why = _explain_failure(node, text, scope)
    return ClauseResult(text=shown, holds=False, excluded=False, spans=(), why=why)


def _explain_failure(node: Node, text: EvaluatedText, scope: Scope) -> str:
    """Say what is missing for a node that does not hold; empty if its canonical form shows it."""
    match node:
        case Near(left=left, right=right):
            return _explain_near(node, left, right, text, scope)
        case ProximityGroup(parts):
            missing = [canonical(p) for p in parts if not holds(p, text, scope)]
            return f"{', '.join(missing)} does not occur" if missing else (
                "all of it occurs, but not so close together"
            )  # fmt: skip
        case Apply("atleast", number, part):
            count = sum(count_disjoint(found) for _, found in gather(part, text, scope))
            return f"it occurs {count} times, not {number}"
        case Apply("first", number, part) if holds(part, text, scope):
            return f"it occurs only behind the first {number} words"
        case Term(exact="case") | Term(exact="raw") | Term(exact="signs"):
            return _explain_exact(node, text, scope)
        case Filter(name):
            return _explain_filter(name, text)
        case Or(parts) | And(parts):
            reasons = [(canonical(part), _explain_failure(part, text, scope)) for part in parts]
            return "; ".join(f"{shown}: {why}" for shown, why in reasons if why)
        case Field(name, part):
            return _explain_failure(part, text, FIELD_NAMES[name].scope)
        case Spellings():
            return ""
        case Macro(_, part) | Prefer(part):
            return _explain_failure(part, text, scope)
        case _:
            return ""


def _explain_near(near: Near, left: Node, right: Node, text: EvaluatedText, scope: Scope) -> str:
    missing = [canonical(side) for side in (left, right) if not holds(side, text, scope)]
    if near.negated:
        if left_missing := [side for side in missing if side == canonical(left)]:
            return f"{left_missing[0]} does not occur"
        return f"each {canonical(left)} has {canonical(right)} close by"
    if missing:
        return f"{' and '.join(missing)} {'does' if len(missing) == 1 else 'do'} not occur"
    row = INFIX[near.operator]
    if row.name not in ("NEAR", "ONEAR"):
        return "both occur, but apart"
    gaps = [
        max(0, zone.numbers[two.start] - zone.numbers[one.end - 1] - 1)
        for zone in text.zones(scope)
        if zone.parts
        for a in find(left, zone)[:MAX_COMPARED]
        for b in find(right, zone)[:MAX_COMPARED]
        for one, two in ([(a, b)] if row.ordered or a <= b else [(b, a)])
        if one.end <= two.start
    ]
    if not gaps:
        return "both occur, but not in one field" if not row.ordered else (
            "both occur, but not in this order in one field"
        )  # fmt: skip
    return f"both occur, but at least {min(gaps)} words lie between, and {near.distance} may"


def _explain_exact(term: Term, text: EvaluatedText, scope: Scope) -> str:
    loose = Term(term.words, "", term.written)
    found: list[str] = []
    for zone in text.zones(scope):
        for occurrence in find(loose, zone)[:3]:
            start, end = zone.characters((occurrence.start, occurrence.end))
            found.append(zone.text[start - zone.offset : end - zone.offset])
    return (
        f"it occurs only as {', '.join(f'“{word}”' for word in dict.fromkeys(found))}"
        if found
        else ""
    )


def _explain_filter(name: str, text: EvaluatedText) -> str:
    document = text.document
    value = {
        "site": document.host,
        "lang": document.language,
        "type": document.kind,
        "value": "" if document.value is None else f"{document.value:,.15g}",
        "date": "" if document.date is None else str(document.date),
    }.get(name, "")
    return f"the item has {value}" if value else f"the item does not say its {name}"

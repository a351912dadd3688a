"""Why a query matched an item, clause by clause, or at which clause or word it failed. Pure."""

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
    Term,
)
from alerts.query.query import Query, spans_of
from alerts.query.reporting.canonical import canonical
from alerts.query.syntax.operators import INFIX
from alerts.query.text.document import Document, EvaluatedText, Text
from alerts.query.text.occurrences import apart
from storage.model import Span

MOST_COMPARED = 200  # places of either side, for the distance that is told


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseResult:
    """A part of a query, whether it holds, and the text that made it hold.

    `excluded`: the clause is a NOT whose inside was found, at these spans. `why`: what is missing,
    where that can be said.
    """

    text: str
    holds: bool
    excluded: bool
    spans: tuple[Span, ...]
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The answer for one query and one document. `failed`: the first clause that does not hold.

    Of an item with pages, the page that satisfies most clauses is explained.
    """

    matched: bool
    clauses: tuple[ClauseResult, ...]
    failed: ClauseResult | None
    words: tuple[str, ...] = ()  # what the failing clause's spans hold, for a NOT
    page: int | None = None  # which page, from 1

    @property
    def lines(self) -> tuple[str, ...]:
        """The answer in words, for one who asks why they were told, or were not."""
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
    """Take the query apart and say of each clause whether it holds, and by which words."""
    text = Text(document)
    parts = _parts(query.node, DEFAULT_SCOPE, "")
    by_page = [
        [_clause(part, sheet, scope, around) for part, scope, around in parts]
        for sheet in text.sheets
    ]
    page = max(range(len(by_page)), key=lambda number: _met(by_page[number]))
    clauses = by_page[page]
    failed = next((clause for clause in clauses if not clause.holds), None)
    return Explanation(
        matched=failed is None,
        clauses=tuple(clauses),
        failed=failed,
        words=_words(failed, document) if failed is not None else (),
        page=page + 1 if document.pages else None,
    )


def _met(clauses: list[ClauseResult]) -> int:
    return sum(clause.holds for clause in clauses)


def _words(clause: ClauseResult, document: Document) -> tuple[str, ...]:
    found = (document.text_of(span.field)[span.start : span.end] for span in clause.spans)
    return tuple(dict.fromkeys(found))


def _parts(node: Node, scope: Scope, around: str) -> list[tuple[Node, Scope, str]]:
    """The clauses that must all hold, each with its scope and the field that it stands in."""
    match node:
        case And(parts):
            return [one for part in parts for one in _parts(part, scope, around)]
        case Field(name, part):
            return _parts(part, FIELD_NAMES[name].scope, name)
        case Macro(_, part) if isinstance(part, And):
            return _parts(part, scope, around)
        case _:
            return [(node, scope, around)]


def _clause(node: Node, sheet: EvaluatedText, scope: Scope, around: str) -> ClauseResult:
    shown = canonical(Field(around, node) if around else node)
    if isinstance(node, Not):
        inside = holds(node.part, sheet, scope)
        found = list(evidence(node.part, sheet, scope)) if inside else []
        return ClauseResult(text=shown, holds=not inside, excluded=inside, spans=spans_of(found))
    if holds(node, sheet, scope):
        spans = spans_of(list(evidence(node, sheet, scope)))
        return ClauseResult(text=shown, holds=True, excluded=False, spans=spans)
    why = _why(node, sheet, scope)
    return ClauseResult(text=shown, holds=False, excluded=False, spans=(), why=why)


def _why(node: Node, sheet: EvaluatedText, scope: Scope) -> str:
    """What is missing for a node that does not hold; empty where its own text says it."""
    match node:
        case Near(left=left, right=right):
            return _why_not_near(node, left, right, sheet, scope)
        case ProximityGroup(parts):
            missing = [canonical(p) for p in parts if not holds(p, sheet, scope)]
            return f"{', '.join(missing)} does not occur" if missing else (
                "all of it occurs, but not so close together"
            )  # fmt: skip
        case Apply("atleast", number, part):
            count = sum(apart(found) for _, found in gather(part, sheet, scope))
            return f"it occurs {count} times, not {number}"
        case Apply("first", number, part) if holds(part, sheet, scope):
            return f"it occurs only behind the first {number} words"
        case Term(exact="case") | Term(exact="raw"):
            return _why_not_exact(node, sheet, scope)
        case Filter(name):
            return _why_filtered(name, sheet)
        case Or(parts) | And(parts):
            reasons = [(canonical(part), _why(part, sheet, scope)) for part in parts]
            return "; ".join(f"{text}: {why}" for text, why in reasons if why)
        case Field(name, part):
            return _why(part, sheet, FIELD_NAMES[name].scope)
        case Macro(_, part) | Prefer(part):
            return _why(part, sheet, scope)
        case _:
            return ""


def _why_not_near(near: Near, left: Node, right: Node, sheet: EvaluatedText, scope: Scope) -> str:
    missing = [canonical(side) for side in (left, right) if not holds(side, sheet, scope)]
    if near.negated:
        if left_missing := [text for text in missing if text == canonical(left)]:
            return f"{left_missing[0]} does not occur"
        return f"each {canonical(left)} has {canonical(right)} close by"
    if missing:
        return f"{' and '.join(missing)} {'does' if len(missing) == 1 else 'do'} not occur"
    row = INFIX[near.operator]
    if row.name not in ("NEAR", "ONEAR"):
        return "both occur, but apart"
    gaps = [
        max(0, zone.numbers[two.start] - zone.numbers[one.end - 1] - 1)
        for zone in sheet.zones(scope)
        if zone.parts
        for a in find(left, zone)[:MOST_COMPARED]
        for b in find(right, zone)[:MOST_COMPARED]
        for one, two in ([(a, b)] if row.ordered or a <= b else [(b, a)])
        if one.end <= two.start
    ]
    if not gaps:
        return "both occur, but not in one field" if not row.ordered else (
            "both occur, but not in this order in one field"
        )  # fmt: skip
    return f"both occur, but at least {min(gaps)} words lie between, and {near.distance} may"


def _why_not_exact(term: Term, sheet: EvaluatedText, scope: Scope) -> str:
    loose = Term(term.words, "", term.written)
    found: list[str] = []
    for zone in sheet.zones(scope):
        for one in find(loose, zone)[:3]:
            start, end = zone.characters((one.start, one.end))
            found.append(zone.text[start - zone.offset : end - zone.offset])
    return (
        f"it occurs only as {', '.join(f'“{text}”' for text in dict.fromkeys(found))}"
        if found
        else ""
    )


def _why_filtered(name: str, sheet: EvaluatedText) -> str:
    document = sheet.document
    have = {
        "site": document.host,
        "lang": document.language,
        "type": document.kind,
        "value": "" if document.value is None else f"{document.value:,.15g}",
        "date": "" if document.date is None else str(document.date),
    }.get(name, "")
    return f"the item has {have}" if have else f"the item does not say its {name}"

"""The parts of a query that a proposal may change, and queries with one part changed. Pure.

The text stays as it was written where that is possible, else the query is printed in canonical
form. What comes out is compared with the query that is meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from alerts.query import Query, QueryError, SupplierTerms, compile_query
from alerts.query.model.fields import DEFAULT_SCOPE, FIELD_NAMES
from alerts.query.model.nodes import (
    And,
    Field,
    Macro,
    Node,
    Not,
    Or,
    Prefer,
    Spellings,
    Term,
    is_placed,
)
from alerts.query.reporting.canonical import canonical

AS_IT_IS = "{}"
Suppliers = Mapping[str, SupplierTerms]
# a term as it is written at its column: in quotes, a supplier, or a word
_WRITTEN = re.compile(r'"[^"]*"|“[^”]*”|@?[^\s()"“”:]+')


@dataclass(frozen=True, slots=True)
class QueryPart:
    """A term or supplier of a query that is looked for in `scope`, and not excluded."""

    node: Term | Spellings | Macro
    scope: tuple[str, ...]

    @property
    def text(self) -> str:
        """The part in canonical form."""
        return canonical(self.node)


def find_parts(query: Query) -> tuple[QueryPart, ...]:
    """Return the parts of a query that stand alone: not within NOT, proximity or a function."""
    found: dict[str, QueryPart] = {}

    def visit(node: Node, scope: tuple[str, ...]) -> None:
        match node:
            case And(parts) | Or(parts):
                for part in parts:
                    visit(part, scope)
            case Field(name, part):
                if FIELD_NAMES[name].counts:
                    visit(part, FIELD_NAMES[name].scope)
            case Prefer(part):
                visit(part, scope)
            case Term() | Spellings():
                found.setdefault(canonical(node), QueryPart(node, scope))
            case Macro() if is_placed(node):
                found.setdefault(canonical(node), QueryPart(node, scope))

    visit(query.node, DEFAULT_SCOPE)
    return tuple(found.values())


def replace_part(query: Query, part: QueryPart, made: str, suppliers: Suppliers) -> Query | None:
    """Return the query with a part replaced at each place where it stands alone.

    Args:
        query: to change.
        part: of `find_parts`.
        made: what stands in its place, with `AS_IT_IS` for the part as it was written.
        suppliers: that the query may name.

    Returns:
        the changed query; None where the language does not allow it.
    """
    try:
        new = compile_query(made.replace(AS_IT_IS, part.text), suppliers=suppliers)
        node = _replace(query.node, part.node, new.node)
        wanted = canonical(node)
        edited = [_edit_text(query, part.node, form) for form in (made, f"({made})")]
        for text in (*edited, wanted):
            try:
                changed = compile_query(text, suppliers=suppliers)
            except QueryError:
                continue
            if changed.canonical == wanted and _warns_of_no_more(changed, query):
                return changed
    except QueryError:
        return None
    return None


def exclude_everywhere(query: Query, excluded: str, suppliers: Suppliers) -> Query | None:
    """Return the query with `NOT excluded`; None where the language does not allow it."""
    try:
        part = compile_query(excluded, suppliers=suppliers, allow_filters_only=True).node
        before = query.node.parts if isinstance(query.node, And) else (query.node,)
        wanted = canonical(And((*before, Not(part))))
        for text in (f"{query.text} NOT {excluded}", f"({query.text}) NOT {excluded}", wanted):
            changed = compile_query(text, suppliers=suppliers)
            if changed.canonical == wanted and _warns_of_no_more(changed, query):
                return changed
    except QueryError:
        return None
    return None


def _warns_of_no_more(changed: Query, before: Query) -> bool:
    return len(changed.written_warnings) <= len(before.written_warnings)


def _replace(node: Node, old: Node, new: Node) -> Node:
    match node:
        case And(parts):
            return _join(And, [_replace(part, old, new) for part in parts])
        case Or(parts):
            return _join(Or, [_replace(part, old, new) for part in parts])
        case Field(name, part, column):
            return Field(name, _replace(part, old, new), column)
        case Prefer(part, weight):
            return Prefer(_replace(part, old, new), weight)
    return new if node == old else node


def _join(kind: type[And] | type[Or], parts: list[Node]) -> Node:
    joined: list[Node] = []
    for part in parts:
        joined.extend(part.parts if isinstance(part, kind) else (part,))
    return kind(tuple(joined))


def _edit_text(query: Query, old: Term | Spellings | Macro, made: str) -> str:
    """Return the text of a query with a term replaced wherever it stands alone."""
    columns: list[int] = []

    def visit(node: Node) -> None:
        match node:
            case And(parts) | Or(parts):
                for part in parts:
                    visit(part)
            case Field(_, part) | Prefer(part):
                visit(part)
            case Term() | Spellings() | Macro() if node == old:
                columns.append(node.column)

    visit(query.node)
    text = query.text
    for column in sorted(columns, reverse=True):
        written = _WRITTEN.match(text, column - 1)
        if written is not None:
            new = made.replace(AS_IT_IS, written[0])
            text = f"{text[: written.start()]}{new}{text[written.end() :]}"
    return text

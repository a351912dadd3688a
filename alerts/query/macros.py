"""Compiles supplier macros: `@key` matches any of a supplier's names, or its query."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.query.model.nodes import Node, Or
from alerts.query.model.query_errors import QueryError
from alerts.query.reporting.checks import check_positive
from alerts.query.syntax.parser import parse
from alerts.query.text.entities import decode_entities
from alerts.query.text.spellings import make_spellings
from alerts.query.text.terms import TermProblem
from config.model import Supplier

_INNER_SIGN = re.compile(r"\w[*?]\w")


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierTerms:
    """A supplier key and the query node that its macro expands to."""

    key: str
    node: Node


def compile_suppliers(suppliers: Sequence[Supplier]) -> Mapping[str, SupplierTerms]:
    """Compile the macro of each supplier, by supplier key.

    Where a supplier has names and a query, either matches.

    Raises:
        QueryError: a supplier's name or query cannot be used.
    """
    return {s.key: SupplierTerms(key=s.key, node=_build_node(s)) for s in suppliers}


def _build_node(supplier: Supplier) -> Node:
    parts: list[Node] = []
    for name in supplier.names:
        try:
            parts.append(_make_name(decode_entities(name)))
        except TermProblem as problem:
            raise QueryError(
                f"the name {name!r} of supplier {supplier.key} cannot be looked for: {problem}",
                query=name, column=1, hint=problem.hint,
            ) from None  # fmt: skip
    if supplier.query is not None:
        node, _ = parse(supplier.query, {}, macros=False)
        check_positive(node, supplier.query)
        parts.extend(node.parts if isinstance(node, Or) else (node,))
    if not parts:
        raise QueryError(
            f"supplier {supplier.key} has neither names nor a query", query=supplier.key, column=1,
            hint='Write names = ["..."]',
        )  # fmt: skip
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def _make_name(name: str) -> Node:
    """Build a supplier's name: never in the plural; * and ? are literal: A*STAR, Yahoo?."""
    if _INNER_SIGN.search(name):
        return make_spellings(name, exact="signs")
    return make_spellings(name.replace("*", " ").replace("?", " "))

"""What a supplier's macro stands for: any of its names, or the query that replaces them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.query.errors import QueryError
from alerts.query.nodes import Node, Or
from alerts.query.parser import parse
from alerts.query.terms import make_term
from config.model import Supplier


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierTerms:
    """A supplier by key, and the node that finds it."""

    key: str
    node: Node


def compile_suppliers(suppliers: Sequence[Supplier]) -> Mapping[str, SupplierTerms]:
    """Supplier key -> its terms. Where a query is given too, either finds the supplier.

    Raises:
        QueryError: a supplier's query cannot be read.
    """
    made = {}
    for supplier in suppliers:
        made[supplier.key] = SupplierTerms(key=supplier.key, node=_node(supplier))
    return made


def _node(supplier: Supplier) -> Node:
    parts: list[Node] = []
    for name in supplier.names:
        term = make_term(name, column=1, quoted=True)
        if not term.words:
            raise QueryError(
                f"the name {name!r} has no word in it", query=name, column=1,
                mend='Use query = \'raw:"..."\' for names made of signs.',
            )  # fmt: skip
        parts.append(term)
    if supplier.query is not None:
        node, _ = parse(supplier.query, {}, bare=True)
        parts.append(node)
    return parts[0] if len(parts) == 1 else Or(tuple(parts))

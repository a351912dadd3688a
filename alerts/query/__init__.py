"""The watch language: parses queries, matches items, and explains each match."""

from alerts.query.explain import ClauseResult, Explanation, explain
from alerts.query.index.watch_index import WatchIndex
from alerts.query.macros import SupplierTerms, compile_suppliers
from alerts.query.model.query_errors import QueryError
from alerts.query.query import Query, QueryHit, compile_query
from alerts.query.text.document import Document

__all__ = [
    "ClauseResult",
    "Document",
    "Explanation",
    "Query",
    "QueryError",
    "QueryHit",
    "SupplierTerms",
    "WatchIndex",
    "compile_query",
    "compile_suppliers",
    "explain",
]

"""The watch language: reads queries, matches items, and says why."""

from alerts.query.document import Document
from alerts.query.errors import QueryError
from alerts.query.explain import Clause, Explanation, explain
from alerts.query.index import WatchIndex
from alerts.query.query import Hit, Query, compile_query
from alerts.query.suppliers import SupplierTerms, compile_suppliers

__all__ = [
    "Clause",
    "Document",
    "Explanation",
    "Hit",
    "Query",
    "QueryError",
    "SupplierTerms",
    "WatchIndex",
    "compile_query",
    "compile_suppliers",
    "explain",
]

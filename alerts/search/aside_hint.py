"""Count the items that a search finds only in text that was set aside from their pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from alerts.query import Query
from alerts.query.evaluation.presearch import needs_of
from alerts.query.model.nodes import And, Field, Filter, Node, Not, is_placed, walk
from alerts.search.archive_search import SearchRequest, search_archive
from storage.store import Store

MOST = 20  # items that are counted
SECONDS = 0.5
_PROPERTIES = ("source", "buyer", "supplier", "author", "url")  # they are no text of a page


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideHint:
    """How many more items a search finds in text that was set aside, and by which query.

    `complete`: whether all were counted.
    """

    found: int
    complete: bool
    query: str


def count_asides(
    store: Store, query: Query, names: Mapping[str, str], request: SearchRequest
) -> AsideHint | None:
    """Count the items that match a query in the blocks cut from their pages, and not as articles.

    Args:
        store: the archive.
        query: that was searched for.
        names: source key -> its name, for `source:`.
        request: of the search; its limit and time are those of this module at most.

    Returns:
        None where nothing was found, or the query says itself in which text it searches.
    """
    node = aside_node(query.node)
    if node is None:
        return None
    only = And((node, Not(query.node)))
    wanted = replace(query, node=only, needs=needs_of(only))
    limits = replace(
        request,
        limit=min(MOST, request.limit),
        seconds=min(SECONDS, request.seconds),
        order="date",
        counts_stored=False,
    )
    result = search_archive(store, wanted, names, limits)
    if not result.hits:
        return None
    shown = replace(query, node=node, needs=needs_of(node))
    return AsideHint(found=len(result.hits), complete=result.complete, query=shown.canonical)


def aside_node(node: Node) -> Node | None:
    """Return the query that looks for the same words in what was cut from pages; None if none can.

    Filters and properties of items stay beside it; what asks for a field of the text has none.
    """
    parts = node.parts if isinstance(node, And) else (node,)
    text = tuple(part for part in parts if not _has_property(part))
    rest = tuple(part for part in parts if _has_property(part))
    if not any(is_placed(one) for part in text for one in walk(part)):
        return None
    if any(not _is_property(part) for part in rest):
        return None
    around = Field("aside", text[0] if len(text) == 1 else And(text))
    return And((around, *rest)) if rest else around


def _has_property(node: Node) -> bool:
    return any(isinstance(one, Field | Filter) for one in walk(node))


def _is_property(node: Node) -> bool:
    inner = node.part if isinstance(node, Not) else node
    return isinstance(inner, Filter) or (isinstance(inner, Field) and inner.name in _PROPERTIES)

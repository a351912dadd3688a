"""Checks that a watch has a term to search for. Pure."""

from __future__ import annotations

from alerts.query.model.fields import FIELD_NAMES
from alerts.query.model.nodes import (
    And,
    Apply,
    Field,
    Filter,
    Macro,
    Node,
    Not,
    Or,
    Prefer,
    column_of,
)
from alerts.query.model.query_errors import QueryError


def check_positive(node: Node, query: str) -> None:
    """Check that every item that matches contains a term of the query.

    Raises:
        QueryError: the query, or one of its alternatives, only excludes or filters.
    """
    wordless = find_wordless(node)
    if wordless is None:
        return
    if isinstance(wordless, Not):
        message = "this only excludes, so that nearly every item would match"
        hint = (
            "Add what must be there: a word, phrase, author, buyer, supplier or url, AND NOT this"
        )
        if wordless is not node:
            hint = "Write AND NOT, or put brackets around what belongs together"
    else:
        message = "this only filters: there is nothing to look for"
        hint = "Add a word, phrase, author, buyer, supplier or url that must be there"
    raise QueryError(message, query=query, column=column_of(wordless), hint=hint)


def find_wordless(node: Node) -> Node | None:
    """Find a part that items without any term of the query can satisfy; None if there is none."""
    match node:
        case And(parts):
            each = [find_wordless(part) for part in parts]
            if None in each:
                return None
            return next((part for part in each if not isinstance(part, Filter)), each[0])
        case Or(parts):
            return next((bad for part in parts if (bad := find_wordless(part)) is not None), None)
        case Field(name, part):
            return find_wordless(part) if FIELD_NAMES[name].counts else node
        case Macro(_, part) | Prefer(part) | Apply(_, _, part):
            return find_wordless(part)
        case Not() | Filter():
            return node
        case _:
            return None

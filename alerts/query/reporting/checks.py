"""What makes a query no watch: nothing to look for. Pure."""

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
    """Refuse a query that some item satisfies without a word of it.

    Raises:
        QueryError: it only excludes or filters, or does so in one of its alternatives.
    """
    guilty = unfounded(node)
    if guilty is None:
        return
    if isinstance(guilty, Not):
        message = "this only excludes, so that nearly every item would match"
        mend = (
            "Add what must be there: a word, phrase, author, buyer, supplier or url, AND NOT this"
        )
        if guilty is not node:
            mend = "Write AND NOT, or put brackets around what belongs together"
    else:
        message = "this only filters: there is nothing to look for"
        mend = "Add a word, phrase, author, buyer, supplier or url that must be there"
    raise QueryError(message, query=query, column=column_of(guilty), mend=mend)


def unfounded(node: Node) -> Node | None:
    """The part that lets items through which have no word of the query; None if there is none."""
    match node:
        case And(parts):
            each = [unfounded(part) for part in parts]
            if None in each:
                return None
            return next((part for part in each if not isinstance(part, Filter)), each[0])
        case Or(parts):
            return next((bad for part in parts if (bad := unfounded(part)) is not None), None)
        case Field(name, part):
            return unfounded(part) if FIELD_NAMES[name].counts else node
        case Macro(_, part) | Prefer(part) | Apply(_, _, part):
            return unfounded(part)
        case Not() | Filter():
            return node
        case _:
            return None

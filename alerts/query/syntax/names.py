"""What stands before a colon or bracket: fields, filters, `cs`, `raw`, `stem`; what is not ours."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from alerts.query.model.fields import COUNTED, FIELD_NAMES, FieldRow
from alerts.query.model.nodes import Apply, Field, Filter, Node, Or, walk
from alerts.query.syntax.combining import not_counted
from alerts.query.syntax.filters import FILTER_NAMES, FilterRow, ValueProblem, read_filter
from alerts.query.syntax.lexer import MODIFIERS, Lexeme
from alerts.query.syntax.operators import FUNCTIONS
from alerts.query.syntax.vendors import NAMES

if TYPE_CHECKING:
    from alerts.query.syntax.parser import Parser

_LOST = re.compile(r"\w[&+#@$%]+(?:\w|$)|^[.#$]\w|\w\+")
MOST_VALUES = 500


def named(parser: Parser, lexeme: Lexeme) -> Node:
    """The node of `name:...` or `name(...)`."""
    name = lexeme.text
    if name in MODIFIERS:
        return _modified(parser, lexeme)
    if name in FIELD_NAMES:
        return _fielded(parser, FIELD_NAMES[name], lexeme)
    if name in FILTER_NAMES:
        return _filtered(parser, FILTER_NAMES[name], lexeme)
    form = f"{name}( )" if lexeme.called else f"{name}:"
    if name in NAMES:
        raise parser.error(f"{form} is not known here", lexeme.column, f"Write {NAMES[name]}")
    known = [*FIELD_NAMES, *FILTER_NAMES, *MODIFIERS, *FUNCTIONS]
    likely = nearest(name, known)
    if likely is not None:
        shown = f"{likely}(...)" if lexeme.called else f"{likely}:"
        if likely in FUNCTIONS:
            shown = f"{likely}/3(x)"
        raise parser.error(f"{form} is not known here", lexeme.column, f"Did you mean {shown}?")
    if lexeme.called:
        mend = f"Put a blank before the bracket if {name} is a word to look for"
    else:
        mend = (
            f'Quote it if it is text: "{name}: ..."; fields are title:, body:, author:, url:, ...'
        )
    raise parser.error(f"there is no {'function' if lexeme.called else 'field'} {form}",
                       lexeme.column, mend)  # fmt: skip


def _fielded(parser: Parser, row: FieldRow, lexeme: Lexeme) -> Node:
    inside = parser.inside(lexeme)
    if not COUNTED.issuperset(row.scope):
        for one in walk(inside):
            if isinstance(one, Apply) and FUNCTIONS[one.function].default_only:
                raise not_counted(parser, one.function, one.column, row.name)
    return Field(row.name, inside, lexeme.column)


def _modified(parser: Parser, lexeme: Lexeme) -> Node:
    before = parser.exact, parser.stemmed
    parser.exact = {"cs": "case", "raw": "raw"}.get(lexeme.text, "")  # type: ignore[assignment]
    parser.stemmed = lexeme.text == "stem"
    node = parser.inside(lexeme)
    parser.exact, parser.stemmed = before
    return node


def _filtered(parser: Parser, row: FilterRow, lexeme: Lexeme) -> Node:
    opening = parser.took("(")
    values: list[Node] = []
    while value := parser.took("word", "phrase"):
        values.append(replace(filter_of(parser, row.name, value.text, value), column=lexeme.column))
        if opening is None:
            break
        parser.took("OR")
    if opening is not None and not parser.took(")"):
        raise parser.error(
            f"{row.name}:( ) takes values with OR between them", parser.now.column,
            f"Write {row.example}",
        )  # fmt: skip
    if not values:
        raise parser.error(f"{row.name}: needs a value", lexeme.column, f"Write {row.example}")
    if len(values) > MOST_VALUES:
        raise parser.error(
            f"{row.name}: takes at most {MOST_VALUES} values", lexeme.column, "Split the query"
        )
    return values[0] if len(values) == 1 else Or(tuple(values))


def filter_of(parser: Parser, name: str, written: str, lexeme: Lexeme) -> Filter:
    """The filter for what was written behind a name."""
    try:
        return read_filter(FILTER_NAMES[name], written, lexeme.column)
    except ValueProblem as problem:
        raise parser.error(str(problem), lexeme.column, problem.mend) from None


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `name` was probably meant to be."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.7)
    return close[0] if close else None


def lost_signs(written: str) -> bool:
    """Whether `written` has signs that may be part of a name and that terms do not compare."""
    return "/" not in written and _LOST.search(written) is not None

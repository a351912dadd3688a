"""Parses names before a colon or bracket: fields, filters, `cs`, `raw`, `stem`; unknown names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from alerts.query.model.fields import COUNTED, FIELD_NAMES, FieldRow
from alerts.query.model.nodes import Apply, Exactness, Field, Filter, Node, Or, walk
from alerts.query.syntax.combining import not_counted_error
from alerts.query.syntax.filters import FILTER_NAMES, FilterRow, ValueProblem, read_filter
from alerts.query.syntax.lexer import MODIFIERS, Lexeme
from alerts.query.syntax.operators import FUNCTIONS
from alerts.query.syntax.vendors import NAMES
from config.values.invalid_value import nearest

if TYPE_CHECKING:
    from alerts.query.syntax.parser import Parser

MAX_VALUES = 500
_EXACT: dict[str, Exactness] = {"cs": "case", "raw": "raw", "signs": "signs"}


def parse_name(parser: Parser, lexeme: Lexeme) -> Node:
    """Parse `name:...` or `name(...)`.

    Raises:
        QueryError: the name is unknown, or its operand cannot be used.
    """
    name = lexeme.text
    if name in MODIFIERS:
        return _parse_modifier(parser, lexeme)
    if name in FIELD_NAMES:
        return _parse_field(parser, FIELD_NAMES[name], lexeme)
    if name in FILTER_NAMES:
        return _parse_filter(parser, FILTER_NAMES[name], lexeme)
    form = f"{name}( )" if lexeme.called else f"{name}:"
    if name in NAMES:
        raise parser.error(f"{form} is not known here", lexeme.column, f"Write {NAMES[name]}")
    known = [*FIELD_NAMES, *FILTER_NAMES, *MODIFIERS, *FUNCTIONS]
    suggestion = nearest(name, known)
    if suggestion is not None:
        shown = f"{suggestion}(...)" if lexeme.called else f"{suggestion}:"
        if suggestion in FUNCTIONS:
            shown = f"{suggestion}/3(x)"
        raise parser.error(f"{form} is not known here", lexeme.column, f"Did you mean {shown}?")
    if lexeme.called:
        hint = f"Put a blank before the bracket if {name} is a word to look for"
    else:
        hint = (
            f'Quote it if it is text: "{name}: ..."; fields are title:, body:, author:, url:, ...'
        )
    raise parser.error(f"there is no {'function' if lexeme.called else 'field'} {form}",
                       lexeme.column, hint)  # fmt: skip


def _parse_field(parser: Parser, row: FieldRow, lexeme: Lexeme) -> Node:
    inside = parser.parse_operand(lexeme)
    if not COUNTED.issuperset(row.scope):
        for node in walk(inside):
            if isinstance(node, Apply) and FUNCTIONS[node.function].default_only:
                raise not_counted_error(parser, node.function, node.column, row.name)
    return Field(row.name, inside, lexeme.column)


def _parse_modifier(parser: Parser, lexeme: Lexeme) -> Node:
    before = parser.exact, parser.stemmed, parser.plural
    if lexeme.text == "plural" and (parser.exact or parser.stemmed):
        raise parser.error(
            "plural( ) cannot stand within cs( ), raw( ), signs( ) or stem( )", lexeme.column,
            'Write both forms out: cs("EPR" OR "EPRs")',
        )  # fmt: skip
    parser.exact = _EXACT.get(lexeme.text, "")
    parser.stemmed = lexeme.text == "stem"
    parser.plural = lexeme.text == "plural"
    node = parser.parse_operand(lexeme)
    parser.exact, parser.stemmed, parser.plural = before
    return node


def _parse_filter(parser: Parser, row: FilterRow, lexeme: Lexeme) -> Node:
    opening = parser.take_if("(")
    values: list[Node] = []
    while value := parser.take_if("word", "phrase"):
        values.append(
            replace(make_filter(parser, row.name, value.text, value), column=lexeme.column)
        )
        if opening is None:
            break
        parser.take_if("OR")
    if opening is not None and not parser.take_if(")"):
        raise parser.error(
            f"{row.name}:( ) takes values with OR between them", parser.current.column,
            f"Write {row.example}",
        )  # fmt: skip
    if not values:
        raise parser.error(f"{row.name}: needs a value", lexeme.column, f"Write {row.example}")
    if len(values) > MAX_VALUES:
        raise parser.error(
            f"{row.name}: takes at most {MAX_VALUES} values", lexeme.column, "Split the query"
        )
    return values[0] if len(values) == 1 else Or(tuple(values))


def make_filter(parser: Parser, name: str, written: str, lexeme: Lexeme) -> Filter:
    """Create the filter for a value written after a name.

    Raises:
        QueryError: the value cannot be parsed.
    """
    try:
        return read_filter(FILTER_NAMES[name], written, lexeme.column)
    except ValueProblem as problem:
        raise parser.error(str(problem), lexeme.column, problem.hint) from None

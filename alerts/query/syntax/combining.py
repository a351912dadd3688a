"""Builds proximity, window and function nodes, and raises errors for invalid operands."""

from __future__ import annotations

from alerts.query.model.fields import COUNTED, FIELD_NAMES
from alerts.query.model.nodes import (
    And,
    Apply,
    Field,
    Macro,
    Near,
    Node,
    Not,
    Or,
    Prefer,
    ProximityGroup,
    Spellings,
    Term,
    column_of,
    is_placed,
    walk,
)
from alerts.query.syntax.cursor import Cursor
from alerts.query.syntax.lexer import Lexeme
from alerts.query.syntax.operators import FUNCTIONS, INFIX, MAX_DISTANCE, NEAR_DEFAULT
from alerts.query.text.spellings import make_spellings

MAX_NEAR = 8
MAX_IN_WINDOW = 8
_OUTSIDE: dict[type[Node], str] = {
    And: "Write the AND outside: (a NEAR/5 b) AND (a NEAR/5 c)",
    Not: "Write the NOT outside: (a NEAR/5 b) NOT c, or a NOT NEAR/5 c",
    Field: "Put the field around it: {name}:(a NEAR/5 b)",
    Apply: "Put the function around it: {name}/3(a NEAR/5 b)",
    Macro: "This supplier is found by more than names; write the names you mean",
    Prefer: "Put the weight behind the whole: (a NEAR/5 b)^9",
}


def make_near(cursor: Cursor, left: Node, operator: Lexeme, right: Node) -> Node:
    """Join two nodes by an infix operator.

    Raises:
        QueryError: an operand is not placed, or the distance or nesting is too great.
    """
    row = INFIX[operator.text]
    distance = NEAR_DEFAULT if operator.number is None else operator.number
    _check_distance(cursor, distance, operator)
    if isinstance(left, Field) and isinstance(right, Field) and left.name == right.name:
        # title:a NEAR title:b is title:(a NEAR b)
        return Field(left.name, make_near(cursor, left.part, operator, right.part), left.column)
    for side in (left, right):
        _check_placed(cursor, side, operator)
    node = Near(
        row.name, distance if row.takes_number else 0, left, right, operator.negated,
        operator.column,
    )  # fmt: skip
    _check_depth(cursor, node, operator)
    return node


def make_window(cursor: Cursor, node: Node, opening: Lexeme, suffix: Lexeme) -> Node:
    """Build `"a b"~5` or `(a AND b)~5`: all of these within a range of words.

    Args:
        cursor: for errors.
        node: what stands before the suffix.
        opening: its first lexeme, a phrase or a bracket.
        suffix: `~` with its number.

    Raises:
        QueryError: `node` is no phrase or AND group, or has too many parts.
    """
    number = suffix.number or 0
    _check_distance(cursor, number, suffix)
    parts: tuple[Node, ...] = ()
    if isinstance(node, Spellings) and opening.kind == "phrase":
        parts = tuple(
            make_spellings(word, plural=node.plural, column=node.column)
            for word in node.written.split()
        )
    elif isinstance(node, Term) and node.exact not in ("raw", "signs") and opening.kind == "phrase":
        parts = _split_words(node)
    elif isinstance(node, And) and opening.kind == "(":
        parts = node.parts
    if len(parts) < 2:
        raise cursor.error(
            "~ stands behind a phrase of several words or a group of AND", suffix.column,
            'Write "data platform"~5, or (a AND (b OR c))~5; for inexact words, palant*',
        )  # fmt: skip
    if len(parts) > MAX_IN_WINDOW:
        raise cursor.error(
            f"~ takes at most {MAX_IN_WINDOW} words or groups", suffix.column,
            "Join shorter ones with AND",
        )  # fmt: skip
    for part in parts:
        _check_placed(cursor, part, suffix)
    window = ProximityGroup(parts, number, column_of(node))
    _check_depth(cursor, window, suffix)
    return window


def _split_words(term: Term) -> tuple[Term, ...]:
    """Split a phrase into one term for each word."""
    terms, used = [], 0
    for word in term.words:
        key = term.key[used : used + len(word)] if term.exact == "case" else ()
        used += len(word)
        text = "-".join(part.cased for part in word)
        terms.append(Term((word,), term.exact, text, term.column, key))
    return tuple(terms)


def apply_function(cursor: Cursor, lexeme: Lexeme, inside: Node) -> Node:
    """Apply a function with its number to its operand.

    Fields and weights are moved outside the function; `first` is distributed over AND, OR and NOT.

    Raises:
        QueryError: the operand is not placed, or in a field whose words `first` does not count.
    """
    row, number = FUNCTIONS[lexeme.text], lexeme.number or 0
    match inside:
        case Field(field, part):
            if row.default_only and not COUNTED.issuperset(FIELD_NAMES[field].scope):
                raise not_counted_error(cursor, row.name, lexeme.column, field)
            return Field(field, apply_function(cursor, lexeme, part), inside.column)
        case Prefer(part, weight):
            return Prefer(apply_function(cursor, lexeme, part), weight)
        case And(parts) if row.default_only:
            return And(tuple(apply_function(cursor, lexeme, part) for part in parts))
        case Or(parts) if row.default_only and not is_placed(inside):
            return Or(tuple(apply_function(cursor, lexeme, part) for part in parts))
        case Not(part) if row.default_only:
            return Not(apply_function(cursor, lexeme, part), inside.column)
        case Macro(_, part) if not is_placed(inside):
            return apply_function(cursor, lexeme, part)
    if not is_placed(inside) and not isinstance(inside, Apply):
        raise cursor.error(
            f"{row.name} takes words, phrases, groups of OR and proximities", lexeme.column,
            f"Write {row.name}/{number}(a OR b); AND and NOT stand outside",
        )  # fmt: skip
    return Apply(row.name, number, inside, lexeme.column)


def not_counted_error(cursor: Cursor, function: str, column: int, field: str) -> Exception:
    """Create the error for first/n in a field whose words it does not count."""
    return cursor.error(
        f"{function} counts the words of title, summary and body", column,
        f"Take it out of {field}:",
    )  # fmt: skip


def _check_distance(cursor: Cursor, number: int, operator: Lexeme) -> None:
    if number > MAX_DISTANCE:
        raise cursor.error(
            f"at most {MAX_DISTANCE} words may lie between, not {number}", operator.column,
            "Write PARAGRAPH or AND for words that stand further apart",
        )  # fmt: skip


def _check_placed(cursor: Cursor, node: Node, operator: Lexeme) -> None:
    if is_placed(node):
        return
    wrong = next(n for n in walk(node) if not is_placed(n) and not isinstance(n, Or))
    name = wrong.name if isinstance(wrong, Field) else getattr(wrong, "function", "")
    hint = _OUTSIDE.get(type(wrong), "Write the filter outside: (a NEAR/5 b) AND lang:en")
    raise cursor.error(
        f"{cursor.text_of(operator)} takes words, phrases and groups of OR on both sides",
        operator.column, hint.format(name=name),
    )  # fmt: skip


def _check_depth(cursor: Cursor, node: Node, operator: Lexeme) -> None:
    if _near_depth(node) > MAX_NEAR:
        raise cursor.error(
            f"more than {MAX_NEAR} operators of proximity in each other", operator.column,
            "Join shorter ones with AND",
        )  # fmt: skip


def _near_depth(node: Node) -> int:
    match node:
        case Near(_, _, left, right):
            return 1 + max(_near_depth(left), _near_depth(right))
        case ProximityGroup(parts):
            return 1 + max(map(_near_depth, parts))
        case Or(parts):
            return max(map(_near_depth, parts))
        case Macro(_, part):
            return _near_depth(part)
        case _:
            return 0

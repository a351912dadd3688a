"""Prints a query in its one canonical form; reading that again gives the same query. Pure."""

from __future__ import annotations

import re

from alerts.query.model.nodes import (
    And,
    Apply,
    Field,
    Filter,
    Macro,
    Near,
    Node,
    Not,
    Or,
    Prefer,
    ProximityGroup,
    Term,
    TermPart,
)
from alerts.query.syntax.filters import shown_value
from alerts.query.syntax.operators import INFIX
from alerts.query.syntax.vendors import SIGNS

# how tightly what is printed holds together
_OR, _AND, _NOT, _NEAR, _NAMED, _ATOM = range(6)
_PLAIN_WORD = re.compile(r"[^\W_]++(?:[*?\w]*+|(?:-[^\W_]++)*+)")
_PLAIN_VALUE = re.compile(r"\w[\w.:+-]*")
_TAKEN = frozenset({"and", "or", "not"})


def canonical(node: Node, *, expanded: bool = False) -> str:
    """The query as this project writes it.

    Args:
        node: the query.
        expanded: print what macros stand for, so that equal text is equal meaning.
    """
    return _print(node, expanded)[0]


def _print(node: Node, expanded: bool) -> tuple[str, int]:
    def inside(part: Node, least: int) -> str:
        text, holds = _print(part, expanded)
        return text if holds >= least else f"({text})"

    match node:
        case Term():
            return print_term(node), _ATOM
        case Or(parts):
            # AND within OR has brackets, so that what is printed does not warn
            return " OR ".join(inside(part, _NOT) for part in parts), _OR
        case And(parts):
            return " AND ".join(inside(part, _NOT) for part in parts), _AND
        case Not(part):
            return f"NOT {inside(part, _NEAR)}", _NOT
        case Near(operator, distance, left, right, negated):
            row = INFIX[operator]
            number = f"/{distance}" if row.takes_number else ""
            shown = f"{'NOT ' if negated else ''}{operator}{number}"
            return f"{inside(left, _NEAR)} {shown} {inside(right, _ATOM)}", _NEAR
        case ProximityGroup(parts, distance):
            if all(isinstance(part, Term) and _folded_word(part) for part in parts):
                words = " ".join(_word(part.words[0]) for part in parts if isinstance(part, Term))
                return f'"{words}"~{distance}', _ATOM
            return f"({' AND '.join(inside(part, _NOT) for part in parts)})~{distance}", _ATOM
        case Apply(function, number, part):
            return f"{function}/{number}({_print(part, expanded)[0]})", _ATOM
        case Field(name, part):
            return f"{name}:{inside(part, _ATOM)}", _NAMED
        case Filter(name, relation):
            sign = ":" if relation == "=" else relation
            value = shown_value(node)
            shown = value if _PLAIN_VALUE.fullmatch(value) else _quoted(value)
            return f"{name}{sign}{shown}", _NAMED
        case Prefer(part, weight):
            return f"{inside(part, _ATOM)}^{weight}", _ATOM
        case Macro(key, part):
            return (inside(part, _ATOM) if expanded else f"@{key}"), _ATOM


def _folded_word(term: Term) -> bool:
    return (
        len(term.words) == 1 and not term.exact and all(part.kind != "stem" for part in term.parts)
    )


def print_term(term: Term) -> str:
    """A term as this project writes it."""
    if term.exact == "raw":
        return f"raw:{_quoted(term.key[0])}"
    text = " ".join(
        "-".join(part.cased if term.exact == "case" else part.text for part in word)
        for word in term.words
    )
    if term.exact == "case":
        return f"cs({_quoted(text)})"
    if any(part.kind == "stem" for part in term.parts):
        return f"stem({_quoted(text)})" if " " in text else f"stem({text})"
    if len(term.words) > 1 or not _PLAIN_WORD.fullmatch(text) or _is_taken(text):
        return _quoted(text)
    return text


def _is_taken(word: str) -> bool:
    return word in _TAKEN or any(expression.match(word) for expression, _, _ in SIGNS)


def _word(parts: tuple[TermPart, ...]) -> str:
    return "-".join(part.text for part in parts)


def _quoted(text: str) -> str:
    return f'"{text}"'

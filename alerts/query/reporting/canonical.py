"""Prints a query in canonical form; parsing that gives an equal query. Pure."""

from __future__ import annotations

import re
from itertools import pairwise
from unicodedata import normalize

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
    Spellings,
    Term,
    TermPart,
)
from alerts.query.syntax.filters import format_value
from alerts.query.syntax.operators import INFIX
from alerts.query.syntax.vendors import SIGNS
from alerts.query.text.scripts import has_unspaced
from alerts.query.text.tokens import words_of

# precedence of printed text, from loose to tight
_OR, _AND, _NOT, _NEAR, _NAMED, _ATOM = range(6)
_PLAIN_WORD = re.compile(r"[^\W_]++(?:[*?\w]*+|(?:-[^\W_]++)*+)")
_PLAIN_VALUE = re.compile(r"\w[\w.:+-]*")
_RESERVED = frozenset({"and", "or", "not"})


def canonical(node: Node, *, expanded: bool = False) -> str:
    """Print a query in canonical form.

    Args:
        node: the query.
        expanded: print macros expanded, so that equal text means an equal query.
    """
    return _print(node, expanded)[0]


def _print(node: Node, expanded: bool) -> tuple[str, int]:
    def bracketed(part: Node, least: int) -> str:
        text, precedence = _print(part, expanded)
        return text if precedence >= least else f"({text})"

    match node:
        case Term():
            return print_term(node), _ATOM
        case Spellings(_, _, plural, written):
            return (f"plural({_quote(written)})" if plural else _quote(written)), _ATOM
        case Or(parts):
            # AND within OR gets brackets, so that the printed query gives no warning
            return " OR ".join(bracketed(part, _NOT) for part in parts), _OR
        case And(parts):
            return " AND ".join(bracketed(part, _NOT) for part in parts), _AND
        case Not(part):
            return f"NOT {bracketed(part, _NEAR)}", _NOT
        case Near(operator, distance, left, right, negated):
            row = INFIX[operator]
            number = f"/{distance}" if row.takes_number else ""
            shown = f"{'NOT ' if negated else ''}{operator}{number}"
            return f"{bracketed(left, _NEAR)} {shown} {bracketed(right, _ATOM)}", _NEAR
        case ProximityGroup(parts, distance):
            if all(isinstance(part, Term) and _is_plain_word(part) for part in parts):
                words = " ".join(
                    _print_word(part.words[0]) for part in parts if isinstance(part, Term)
                )
                return f'"{words}"~{distance}', _ATOM
            return f"({' AND '.join(bracketed(part, _NOT) for part in parts)})~{distance}", _ATOM
        case Apply(function, number, part):
            return f"{function}/{number}({_print(part, expanded)[0]})", _ATOM
        case Field(name, part):
            return f"{name}:{bracketed(part, _ATOM)}", _NAMED
        case Filter(name, relation):
            sign = ":" if relation == "=" else relation
            value = format_value(node)
            shown = value if _PLAIN_VALUE.fullmatch(value) else _quote(value)
            return f"{name}{sign}{shown}", _NAMED
        case Prefer(part, weight):
            return f"{bracketed(part, _ATOM)}^{weight}", _ATOM
        case Macro(key, part):
            return (bracketed(part, _ATOM) if expanded else f"@{key}"), _ATOM


def _is_plain_word(term: Term) -> bool:
    return (
        len(term.words) == 1 and not term.exact and all(part.kind != "stem" for part in term.parts)
    )


def print_term(term: Term) -> str:
    """Print a term in canonical form."""
    if term.exact in ("raw", "signs"):
        return f"{term.exact}:{_quote(term.key[0])}"
    text = _print_words(
        ["-".join(part.cased if term.exact == "case" else part.text for part in word)
         for word in term.words]
    )  # fmt: skip
    if term.exact == "case":
        return f"cs({_quote(text)})"
    if any(part.kind == "stem" for part in term.parts):
        return f"stem({_quote(text)})" if " " in text else f"stem({text})"
    if len(term.words) > 1 or not _PLAIN_WORD.fullmatch(text) or _is_reserved(text):
        return _quote(text)
    return text


def _print_words(words: list[str]) -> str:
    """Print words with blanks between them, except in scripts that have none."""
    text = words[0]
    for before, word in pairwise(words):
        text += word if has_unspaced(before[-1]) and has_unspaced(word[0]) else f" {word}"
    text = normalize("NFC", text)  # Korean syllables, which folding takes apart
    spaced = " ".join(words)
    return text if list(words_of(text)) == list(words_of(spaced)) else spaced


def _is_reserved(word: str) -> bool:
    return word in _RESERVED or any(expression.match(word) for expression, _, _ in SIGNS)


def _print_word(parts: tuple[TermPart, ...]) -> str:
    return "-".join(part.text for part in parts)


def _quote(text: str) -> str:
    return f'"{text}"'

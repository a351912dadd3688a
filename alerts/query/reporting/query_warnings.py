"""Warns about queries that work but may match something unintended. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from alerts.query.model.common_words import EVERYDAY_WORDS, FIELD_WORDS
from alerts.query.model.fields import COUNTED, DEFAULT_SCOPE, FIELD_NAMES
from alerts.query.model.nodes import (
    And,
    Apply,
    Field,
    Filter,
    Near,
    Node,
    Not,
    Or,
    Prefer,
    Spellings,
    Term,
)
from alerts.query.model.query_errors import QueryWarning
from alerts.query.reporting.contradictions import find_contradictions

MAX_ACRONYM = 4  # letters


def warnings_of(node: Node) -> list[QueryWarning]:
    """Warn about everyday words that match alone, and parts that can never match."""
    return [*_find_ambiguous(node), *find_contradictions(node, DEFAULT_SCOPE)]


def _find_ambiguous(node: Node) -> Iterator[QueryWarning]:
    seen: set[str] = set()
    for term in _sufficient_terms(node):
        word = "".join(part.text for part in term.parts)
        if term.exact or len(term.parts) > 1 or term.parts[0].kind != "word" or word in seen:
            continue
        if word not in EVERYDAY_WORDS or word in FIELD_WORDS:
            continue
        seen.add(word)
        cased = term.parts[0].cased
        forms = [cased] if cased != word else [word.title()]
        if cased == word and len(word) <= MAX_ACRONYM:
            forms.insert(0, word.upper())
        shown = " or ".join(f'cs("{form}")' for form in forms)
        yield QueryWarning(
            message=f"{cased} is an everyday word: it will be found where something else is meant",
            hint=f"Write {shown} for exactly this case, or add a word that goes with it",
            column=term.column,
        )


def _sufficient_terms(node: Node) -> list[Term]:
    """Terms each of which alone is enough for a match."""
    match node:
        case Term():
            return [node]
        case Spellings(term):
            return [term]
        case Or(parts):
            return [term for part in parts for term in _sufficient_terms(part)]
        case And(parts):
            wanted = [part for part in parts if not isinstance(part, Not | Filter)]
            return _sufficient_terms(wanted[0]) if len(wanted) == 1 else []
        case Near(_, _, left, _, True):
            return _sufficient_terms(left)
        case Field(name, part):
            return _sufficient_terms(part) if COUNTED.issuperset(FIELD_NAMES[name].scope) else []
        case Apply(_, _, part) | Prefer(part):
            return _sufficient_terms(part)
        case _:
            return []

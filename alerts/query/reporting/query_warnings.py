"""What to tell the author of a query that works but may surprise. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from alerts.query.model.common_words import COMMON_WORDS
from alerts.query.model.fields import COUNTED, DEFAULT_SCOPE, FIELD_NAMES
from alerts.query.model.nodes import And, Apply, Field, Filter, Near, Node, Not, Or, Prefer, Term
from alerts.query.model.query_errors import QueryWarning
from alerts.query.reporting.contradictions import never_true

SHORT = 4


def warnings_of(node: Node) -> list[QueryWarning]:
    """Short and common terms that no other word accompanies, and parts that can never match."""
    return [*_ambiguous(node), *never_true(node, DEFAULT_SCOPE)]


def _ambiguous(node: Node) -> Iterator[QueryWarning]:
    told: set[str] = set()
    for term in _alone(node):
        word = "".join(part.text for part in term.parts)
        if term.exact or len(term.parts) > 1 or term.parts[0].kind != "word" or word in told:
            continue
        if not word.isalpha() or (len(word) > SHORT and word not in COMMON_WORDS):
            continue
        told.add(word)
        why = "is an everyday word" if word in COMMON_WORDS else f"has only {len(word)} letters"
        cased = term.parts[0].cased
        forms = [cased] if cased != word else [word.title()] if len(word) > SHORT else []
        forms = forms or [word.upper(), *([word.title()] if word in COMMON_WORDS else [])]
        shown = " or ".join(f'cs("{form}")' for form in forms)
        yield QueryWarning(
            message=f"{cased} {why}: it will be found where something else is meant",
            mend=f"Write {shown} for exactly this case, or add a word that goes with it",
            column=term.column,
        )


def _alone(node: Node) -> list[Term]:
    """Terms that are enough for a match by themselves."""
    match node:
        case Term():
            return [node]
        case Or(parts):
            return [term for part in parts for term in _alone(part)]
        case And(parts):
            wanted = [part for part in parts if not isinstance(part, Not | Filter)]
            return _alone(wanted[0]) if len(wanted) == 1 else []
        case Near(_, _, left, _, True):
            return _alone(left)
        case Field(name, part):
            return _alone(part) if COUNTED.issuperset(FIELD_NAMES[name].scope) else []
        case Apply(_, _, part) | Prefer(part):
            return _alone(part)
        case _:
            return []

"""Paraphrases a query in plain English. Pure."""

from __future__ import annotations

from alerts.query.model.fields import FIELD_NAMES
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
)
from alerts.query.syntax.filters import FILTERS
from alerts.query.syntax.operators import FUNCTIONS, INFIX
from alerts.query.text.stemming import forms

MAX_NAMED = 8  # alternatives of an OR that are listed


def paraphrase(node: Node) -> str:
    """Paraphrase a query as one English sentence."""
    text = _describe(node)
    return text[:1].upper() + text[1:] + "."


def _describe(node: Node) -> str:
    match node:
        case Term():
            return _describe_term(node)
        case Spellings(term, _, True):
            return f"{_describe_term(term)} (singular or plural)"
        case Spellings(term):
            return _describe_term(term)
        case Or(parts):
            return _describe_or([_describe_inner(part) for part in parts])
        case And(parts):
            return _describe_and(parts)
        case Not(part):
            return f"without {_describe_inner(part)}"
        case Near(operator, distance, left, right, negated):
            says = INFIX[operator].says.format(n=distance)
            if negated:
                return f"{_describe_inner(left)} somewhere not {says} {_describe_inner(right)}"
            return f"{_describe_inner(left)} {says} {_describe_inner(right)}"
        case ProximityGroup(parts, distance):
            listed = ", ".join(_describe_inner(part) for part in parts)
            return f"{listed} close together (at most {distance} other words among them)"
        case Apply(function, number, part):
            return FUNCTIONS[function].says.format(x=_describe_inner(part), n=number)
        case Field(name, part):
            return f"{_describe_inner(part)} {FIELD_NAMES[name].says}"
        case Filter(name):
            return FILTERS[name].says(node)
        case Prefer(part):
            return f"{_describe_inner(part)} (shown first)"
        case Macro(key, part):
            return f"the supplier {key} ({_describe(part)})"


def _describe_inner(node: Node) -> str:
    text = _describe(node)
    return f"({text})" if isinstance(node, Or | And | Near | ProximityGroup) else text


def _describe_or(alternatives: list[str]) -> str:
    if len(alternatives) > MAX_NAMED:
        more = len(alternatives) - MAX_NAMED
        return f"any of {', '.join(alternatives[:MAX_NAMED])} and {more} more"
    return f"{', '.join(alternatives[:-1])} or {alternatives[-1]}"


def _describe_and(parts: tuple[Node, ...]) -> str:
    wanted = [_describe_inner(p) for p in parts if not isinstance(p, Not | Filter)]
    filters = [_describe(p) for p in parts if isinstance(p, Filter)]
    unwanted = [_describe_inner(p.part) for p in parts if isinstance(p, Not)]
    text = " and ".join(wanted) or "anything"
    if filters:
        text += ", " + " and ".join(filters)
    return text + "".join(f", but not {part}" for part in unwanted)


def _describe_term(term: Term) -> str:
    shown = f"“{term.written.strip() or ' '.join(p.cased for p in term.parts)}”"
    kinds = {part.kind for part in term.parts}
    if term.exact == "case":
        return f"{shown} in exactly that case"
    if term.exact == "raw":
        return f"{shown} exactly as written"
    if term.exact == "signs":
        return f"{shown} with these signs"
    if "stem" in kinds:
        others = [form for form in forms(term.parts[0].text)[1:4] if len(term.parts) == 1]
        return f"any form of {shown}" + (f" ({', '.join(others)}, ...)" if others else "")
    if "wild" in kinds:
        return f"a word like {shown}" if len(term.words) == 1 else f"a phrase like {shown}"
    return shown

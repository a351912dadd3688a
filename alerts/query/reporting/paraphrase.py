"""Says in plain English what a query asks. Pure."""

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
    Term,
)
from alerts.query.syntax.filters import FILTERS
from alerts.query.syntax.operators import FUNCTIONS, INFIX
from alerts.query.text.stemming import forms

MOST_SAID = 8  # of a long list


def paraphrase(node: Node) -> str:
    """The query as one English sentence."""
    said = _say(node)
    return said[:1].upper() + said[1:] + "."


def _say(node: Node) -> str:
    match node:
        case Term():
            return _term(node)
        case Or(parts):
            return _either([_inner(part) for part in parts])
        case And(parts):
            return _all(parts)
        case Not(part):
            return f"without {_inner(part)}"
        case Near(operator, distance, left, right, negated):
            says = INFIX[operator].says.format(n=distance)
            if negated:
                return f"{_inner(left)} somewhere not {says} {_inner(right)}"
            return f"{_inner(left)} {says} {_inner(right)}"
        case ProximityGroup(parts, distance):
            said = ", ".join(_inner(part) for part in parts)
            return f"{said} close together (at most {distance} other words among them)"
        case Apply(function, number, part):
            return FUNCTIONS[function].says.format(x=_inner(part), n=number)
        case Field(name, part):
            return f"{_inner(part)} {FIELD_NAMES[name].says}"
        case Filter(name):
            return FILTERS[name].says(node)
        case Prefer(part):
            return f"{_inner(part)} (shown first)"
        case Macro(key, part):
            return f"the supplier {key} ({_say(part)})"


def _inner(node: Node) -> str:
    said = _say(node)
    return f"({said})" if isinstance(node, Or | And | Near | ProximityGroup) else said


def _either(said: list[str]) -> str:
    if len(said) > MOST_SAID:
        return f"any of {', '.join(said[:MOST_SAID])} and {len(said) - MOST_SAID} more"
    return f"{', '.join(said[:-1])} or {said[-1]}"


def _all(parts: tuple[Node, ...]) -> str:
    wanted = [_inner(p) for p in parts if not isinstance(p, Not | Filter)]
    filters = [_say(p) for p in parts if isinstance(p, Filter)]
    unwanted = [_inner(p.part) for p in parts if isinstance(p, Not)]
    said = " and ".join(wanted) or "anything"
    if filters:
        said += ", " + " and ".join(filters)
    return said + "".join(f", but not {one}" for one in unwanted)


def _term(term: Term) -> str:
    shown = f"“{term.written.strip() or ' '.join(p.cased for p in term.parts)}”"
    kinds = {part.kind for part in term.parts}
    if term.exact == "case":
        return f"{shown} in exactly that case"
    if term.exact == "raw":
        return f"{shown} exactly as written"
    if "stem" in kinds:
        others = [form for form in forms(term.parts[0].text)[1:4] if len(term.parts) == 1]
        return f"any form of {shown}" + (f" ({', '.join(others)}, ...)" if others else "")
    if "wild" in kinds:
        return f"a word like {shown}" if len(term.words) == 1 else f"a phrase like {shown}"
    return shown

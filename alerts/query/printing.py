"""Prints a query: in its one canonical form, and in plain English. Pure."""

from __future__ import annotations

from alerts.query.nodes import (
    And,
    AtLeast,
    Compare,
    Filter,
    First,
    Macro,
    Near,
    Node,
    Not,
    NotNear,
    Or,
    Scoped,
    Term,
)

_OR, _AND, _NOT, _NEAR, _ATOM = range(5)
_FIELD_WORDS = {
    "title": "the title",
    "lead": "the opening", "body": "the body", "comments": "readers' comments",
    "author": "the author's name", "url": "the address", "buyer": "the buyer",
    "supplier": "the supplier",
}  # fmt: skip
_FILTER_WORDS = {
    "site": "published on {}", "source": "from the source {}", "lang": "in the language {}",
    "type": "of the type {}",
}  # fmt: skip


def canonical(node: Node) -> str:
    """The query as this project writes it; parsing it again gives the same query."""
    return _print(node)[0]


def _print(node: Node) -> tuple[str, int]:
    match node:
        case Term():
            return _term(node), _ATOM
        case Or(parts):
            return " OR ".join(_in(part, _AND) for part in parts), _OR
        case And(parts):
            return " AND ".join(_in(part, _NOT) for part in parts), _AND
        case Not(part):
            return "NOT " + _in(part, _NEAR), _NOT
        case Near(left, right, distance, ordered, bound):
            word = bound.upper() if bound != "words" else f"{'O' if ordered else ''}NEAR/{distance}"
            return f"{_in(left, _NEAR)} {word} {_in(right, _ATOM)}", _NEAR
        case NotNear(left, right, distance):
            return f"{_in(left, _NEAR)} NOT NEAR/{distance} {_in(right, _ATOM)}", _NEAR
        case AtLeast(count, part):
            return f"atleast/{count}({_print(part)[0]})", _ATOM
        case First(words, part):
            return f"first/{words}({_print(part)[0]})", _ATOM
        case Scoped(field, part):
            inner = _in(part, _ATOM)
            return f"{field}:{inner}", _ATOM
        case Filter(name, value):
            return f'{name}:"{value}"', _ATOM
        case Compare(name, relation, bound):
            shown = f"{bound:g}" if isinstance(bound, float) else str(bound)
            return f"{name}{relation}{shown}", _ATOM
        case Macro(key):
            return f"@{key}", _ATOM


def _in(node: Node, level: int) -> str:
    text, own = _print(node)
    return text if own >= level else f"({text})"


def _term(term: Term) -> str:
    quoted = '"' + " ".join(term.text.split()) + '"'
    match term.mode:
        case "case":
            return f"cs({quoted})"
        case "raw":
            return f'raw:"{term.text}"'
    plain = term.text.isalnum() and term.text.upper() not in (
        "AND", "OR", "NOT", "NEAR", "ONEAR", "SENTENCE", "PARAGRAPH",
    )  # fmt: skip
    return term.text.lower() if plain else quoted.lower()


def paraphrase(node: Node) -> str:
    """What the query asks, as an English sentence."""
    said = _say(node)
    return said[:1].upper() + said[1:] + "."


def _say(node: Node) -> str:
    match node:
        case Term():
            return _say_term(node)
        case Or(parts):
            if len(parts) > 8:
                shown = ", ".join(_say(p) for p in parts[:8])
                return f"any of {shown} and {len(parts) - 8} more"
            if len(parts) == 2:
                return f"{_group(parts[0])} or {_group(parts[1])}"
            return "any of " + ", ".join(_group(p) for p in parts)
        case And(parts):
            wanted = [_group(p) for p in parts if not isinstance(p, Not)]
            unwanted = [_group(p.part) for p in parts if isinstance(p, Not)]
            said = " and ".join(wanted)
            return (
                said + "".join(f", but not {u}" for u in unwanted)
                if said
                else " and ".join(f"not {u}" for u in unwanted)
            )
        case Not(part):
            return f"not {_group(part)}"
        case Near(left, right, distance, ordered, bound):
            if bound != "words":
                return f"{_group(left)} and {_group(right)} in one {bound}"
            where = "followed by" if ordered else "near"
            return f"{_group(left)} {where} {_group(right)} (at most {distance} words between)"
        case NotNear(left, right, distance):
            return f"{_group(left)} somewhere with no {_group(right)} within {distance} words"
        case AtLeast(count, part):
            return f"{_group(part)} at least {count} times"
        case First(words, part):
            return f"{_group(part)} within the first {words} words"
        case Scoped(field, part):
            return f"{_group(part)} in {_FIELD_WORDS[field]}"
        case Filter(name, value):
            return _FILTER_WORDS[name].format(value)
        case Compare(name, relation, bound):
            relative = {">": "at least", "<": "at most", "=": "exactly"}[relation]
            if name == "date":
                relative = {">": "on or after", "<": "on or before", "=": "on"}[relation]
                return f"published {relative} {bound}"
            return f"a value of {relative} {bound:,.0f}"
        case Macro(key, part):
            return f"the supplier {key} ({_say(part)})"


def _group(node: Node) -> str:
    said = _say(node)
    return f"({said})" if isinstance(node, Or | And) else said


def _say_term(term: Term) -> str:
    shown = f"“{term.text}”"
    if term.mode == "case":
        return f"{shown} in exactly that case"
    if term.mode == "raw":
        return f"{shown} exactly as written"
    if "*" in term.text or "?" in term.text:
        return f"a word like {shown}" if len(term.words) == 1 else f"a phrase like {shown}"
    return shown

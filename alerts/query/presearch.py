"""For each query, words of which one must occur: most queries are never evaluated."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.query.nodes import (
    And,
    AtLeast,
    First,
    Macro,
    Near,
    Node,
    NotNear,
    Or,
    Scoped,
    Term,
)
from alerts.query.tokens import tokenise


@dataclass(frozen=True, slots=True)
class Needs:
    """One of these tokens, or a token that begins with one of these prefixes, must occur."""

    tokens: frozenset[str]
    prefixes: frozenset[str] = frozenset()

    @property
    def cost(self) -> tuple[int, int, int]:
        """Smaller is rarer: prefixes hit much, short words hit often."""
        shortest = min((len(t) for t in self.tokens), default=0)
        return (len(self.prefixes), len(self.tokens), -shortest)


def needs_of(node: Node) -> Needs | None:
    """The cheapest sound set for a node; None where it can match without any word."""
    match node:
        case Term():
            return _of_term(node)
        case And(parts):
            known = [n for part in parts if (n := needs_of(part)) is not None]
            return min(known, key=lambda n: n.cost) if known else None
        case Or(parts):
            each = [needs_of(part) for part in parts]
            if any(n is None for n in each):
                return None
            return Needs(
                frozenset(t for n in each if n for t in n.tokens),
                frozenset(p for n in each if n for p in n.prefixes),
            )
        case Near(left, right):
            known = [n for part in (left, right) if (n := needs_of(part)) is not None]
            return min(known, key=lambda n: n.cost) if known else None
        case NotNear(left, _):
            return needs_of(left)
        case AtLeast(_, part) | First(_, part) | Scoped(_, part) | Macro(_, part):
            return needs_of(part)
        case _:
            return None


def _of_term(term: Term) -> Needs | None:
    if term.mode == "raw":
        tokens = [t.norm for t in tokenise(term.text)]
        return Needs(frozenset({max(tokens, key=len)})) if tokens else None
    each = []
    for word in term.words:
        heads: set[str] = set()
        prefixes: set[str] = set()
        for alternative in word.alternatives:
            plain = [part for part in alternative if "*" not in part and "?" not in part]
            if plain:
                heads.add(max(plain, key=len).casefold())
            else:
                wild = alternative[0]
                prefixes.add(wild[: min(wild.find(c) if c in wild else len(wild) for c in "*?")])
        each.append(Needs(frozenset(heads), frozenset(prefixes)))
    return min(each, key=lambda n: n.cost) if each else None

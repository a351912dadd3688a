"""What to tell the author of a query that works but may surprise. Pure."""

from __future__ import annotations

from alerts.query.errors import QueryWarning
from alerts.query.nodes import And, AtLeast, First, Near, Node, Not, NotNear, Or, Scoped, Term

SHORT = 4
# names of suppliers and products in this field that are English words or everyday acronyms
COMMON = frozenset(
    [
        "access",
        "advance",
        "alpha",
        "apple",
        "beacon",
        "better",
        "bolt",
        "care",
        "clear",
        "clinic",
        "core",
        "cube",
        "data",
        "digital",
        "direct",
        "edge",
        "epic",
        "first",
        "focus",
        "harmony",
        "health",
        "horizon",
        "insight",
        "key",
        "lead",
        "leap",
        "link",
        "live",
        "lumen",
        "meditech",
        "medway",
        "mind",
        "nexus",
        "nova",
        "omni",
        "one",
        "open",
        "oracle",
        "orbit",
        "orion",
        "patient",
        "peak",
        "pulse",
        "record",
        "rio",
        "safe",
        "sense",
        "servelec",
        "signal",
        "smart",
        "spine",
        "strata",
        "sunrise",
        "tiger",
        "trust",
        "unify",
        "vision",
        "vital",
        "wave",
        "ice",
        "pas",
        "epr",
        "fdp",
        "his",
        "ris",
        "ehr",
        "gp",
        "it",
        "ai",
        "app",
        "emis",
        "tpp",
        "system",
    ]
)


def warnings_of(node: Node) -> list[QueryWarning]:
    """Short and common terms that stand alone, and parts that can never match."""
    made: list[QueryWarning] = []
    for term in _alone(node):
        bare = term.text.strip().lower()
        if term.mode != "fold" or " " in bare or not bare.isalpha():
            continue
        if len(bare) <= SHORT or bare in COMMON:
            why = "is short" if bare not in COMMON else "is also an everyday word"
            made.append(
                QueryWarning(
                    message=f"{term.text} {why} and will match as one",
                    mend=f'Write cs("{_capital(bare)}")'
                    " for that exact case, or add a word that goes with it.",
                    column=term.column,
                )
            )
    made.extend(_never(node))
    return made


def _capital(word: str) -> str:
    return word.upper() if len(word) <= SHORT else word.title()


def _alone(node: Node) -> list[Term]:
    """Terms that no other word must accompany."""
    match node:
        case Term():
            return [node]
        case Or(parts):
            return [t for part in parts for t in _alone(part)]
        case And(parts):
            wanted = [part for part in parts if not isinstance(part, Not)]
            return _alone(wanted[0]) if len(wanted) == 1 else []
        case NotNear(left, _):
            return _alone(left)
        case AtLeast(_, part) | First(_, part) | Scoped(_, part):
            return _alone(part)
        case _:
            return []


def _never(node: Node) -> list[QueryWarning]:
    match node:
        case And(parts):
            excluded = [p.part for p in parts if isinstance(p, Not)]
            for part in parts:
                if any(_same(part, bad) for bad in excluded):
                    return [
                        QueryWarning(
                            message="this can never match: a part is wanted and excluded at once",
                            mend="Take one of the two out.",
                        )
                    ]
            return [w for part in parts for w in _never(part)]
        case Or(parts):
            return [w for part in parts for w in _never(part)]
        case Near(left, right):
            return _never(left) + _never(right)
        case _:
            return []


def _same(one: Node, other: Node) -> bool:
    if isinstance(one, Term) and isinstance(other, Term):
        return (one.words, one.mode) == (other.words, other.mode)
    return one == other

"""From lexemes to nodes. Precedence: proximity, NOT, AND (also side by side), OR."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import date

from alerts.query.errors import QueryError, QueryWarning
from alerts.query.fields import ALL_NAMES, FILTERS, FOREIGN, OURS, TEXT_FIELDS, TYPES
from alerts.query.lexer import Lexeme, lex
from alerts.query.nodes import (
    And,
    AtLeast,
    Compare,
    Filter,
    First,
    Macro,
    Mode,
    Near,
    Node,
    Not,
    NotNear,
    Or,
    Scoped,
    Term,
)
from alerts.query.terms import FEWEST_LITERALS, literals, make_term

NEAR_DEFAULT = 4
MOST_CHARACTERS = 20_000
MOST_TERMS = 2_000
DEEPEST = 60
WIDEST = 200
_PROXIMITY = ("NEAR", "ONEAR", "NOT NEAR", "SENTENCE", "PARAGRAPH")


def parse(
    query: str, suppliers: Mapping[str, Node], *, bare: bool = False
) -> tuple[Node, list[QueryWarning]]:
    """The node of a query and what to warn of.

    Args:
        query: as written.
        suppliers: what `@key` stands for.
        bare: whether this is a supplier's own query, in which there are no macros.

    Raises:
        QueryError: where it cannot be read.
    """
    return _Parser(query, suppliers, bare=bare).parse()


class _Parser:
    def __init__(self, query: str, suppliers: Mapping[str, Node], *, bare: bool) -> None:
        self.query = query
        self.suppliers = suppliers
        self.bare = bare
        self.warnings: list[QueryWarning] = []
        self.at = 0
        self.depth = 0
        self.terms = 0
        if len(query) > MOST_CHARACTERS:
            raise self.error(
                f"a query has at most {MOST_CHARACTERS:,} characters; this one has {len(query):,}",
                1, "Split it into several watches.",
            )  # fmt: skip
        self.lexemes = lex(query, ALL_NAMES)

    def error(self, message: str, column: int, mend: str) -> QueryError:
        return QueryError(message, query=self.query, column=column, mend=mend)

    def now(self) -> Lexeme:
        return self.lexemes[self.at]

    def take(self) -> Lexeme:
        lexeme = self.now()
        self.at += 1
        return lexeme

    def parse(self) -> tuple[Node, list[QueryWarning]]:
        if self.now().kind == "end":
            raise self.error("the query is empty", 1, "Write a word or a phrase in quotes.")
        node = self.either()
        if self.now().kind == ")":
            raise self.error(
                "this bracket closes nothing", self.now().column, "Take it out, or open one before."
            )
        if self.now().kind != "end":
            raise self.error(
                f"{self.now().text!r} cannot stand here", self.now().column,
                "Write AND or OR between the two sides.",
            )  # fmt: skip
        return node, self.warnings

    def either(self) -> Node:
        start = self.now().column
        parts = [self.both()]
        joined = self.mixed
        while self.now().kind == "operator" and self.now().text == "OR":
            self.take()
            parts.append(self.both())
            joined = joined or self.mixed
        if len(parts) > 1 and joined:
            self.warnings.append(
                QueryWarning(
                    message="AND and OR stand side by side without brackets: AND binds first",
                    mend="Put brackets around what belongs together.",
                    column=start,
                )
            )
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    mixed = False

    def both(self) -> Node:
        parts = [self.negation()]
        while True:
            lexeme = self.now()
            if lexeme.kind == "operator" and lexeme.text == "AND":
                self.take()
                parts.append(self.negation())
            elif lexeme.kind == "operator" and lexeme.text == "AND NOT":
                self.take()
                parts.append(Not(self.near(), lexeme.column))
            elif self.starts(lexeme):
                parts.append(self.negation())
            else:
                break
        self.mixed = len([p for p in parts if not isinstance(p, Not)]) > 1
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    @staticmethod
    def starts(lexeme: Lexeme) -> bool:
        if lexeme.kind == "operator":
            return lexeme.text == "NOT"
        return lexeme.kind not in ("end", ")", "~", "^")

    def negation(self) -> Node:
        lexeme = self.now()
        if lexeme.kind == "operator" and lexeme.text == "NOT":
            self.take()
            return Not(self.negation(), lexeme.column)
        if lexeme.kind == "-":
            self.take()
            return Not(self.near(), lexeme.column)
        if lexeme.kind == "!" and self.lexemes[self.at + 1].kind in ("(", "field"):
            self.take()
            return Not(self.near(), lexeme.column)
        return self.near()

    def near(self) -> Node:
        node = self.atom()
        while self.now().kind == "operator" and self.now().text in _PROXIMITY:
            operator = self.take()
            self.operand(node, operator)
            right = self.atom()
            self.operand(right, operator)
            node = self.combine(node, right, operator)
        return node

    def combine(self, left: Node, right: Node, operator: Lexeme) -> Node:
        distance = NEAR_DEFAULT if operator.number is None else operator.number
        if distance > WIDEST:
            raise self.error(
                f"at most {WIDEST} words may lie between", operator.column,
                "Use AND, SENTENCE or PARAGRAPH for words that stand further apart.",
            )  # fmt: skip
        match operator.text:
            case "NOT NEAR":
                return NotNear(left, right, distance)
            case "SENTENCE":
                return Near(left, right, 0, bound="sentence")
            case "PARAGRAPH":
                return Near(left, right, 0, bound="paragraph")
            case "ONEAR":
                return Near(left, right, distance, ordered=True)
        return Near(left, right, distance)

    def operand(self, node: Node, operator: Lexeme) -> None:
        wrong = next((p for p in walk(node) if isinstance(p, And | Not | Filter | Compare)), None)
        if wrong is not None:
            raise self.error(
                f"{operator.text} takes words, phrases and groups of OR on both sides",
                operator.column,
                "Write the AND outside: (a NEAR/5 b) AND c",
            )

    def atom(self) -> Node:
        lexeme = self.take()
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(
                f"brackets are nested more than {DEEPEST} deep", lexeme.column, "Split the query."
            )
        node = self.one(lexeme)
        self.depth -= 1
        while self.now().kind in ("^", "~"):
            suffix = self.take()
            if suffix.kind == "~":
                node = self.within(node, suffix)
        return node

    def one(self, lexeme: Lexeme) -> Node:
        match lexeme.kind:
            case "(":
                return self.group(lexeme)
            case "phrase":
                return self.term(lexeme, quoted=True)
            case "word":
                return self.word(lexeme)
            case "!":
                return self.cased(lexeme)
            case "macro":
                return self.macro(lexeme)
            case "function":
                return self.function(lexeme)
            case "field":
                return self.field(lexeme)
            case "compare":
                return self.compare(lexeme)
        what = "the query ends" if lexeme.kind == "end" else f"{lexeme.text!r} stands"
        raise self.error(
            f"{what} where a word, a phrase or a bracket was expected", lexeme.column,
            "Write a word or phrase on both sides of an operator; quote an operator to look for it "
            'as a word: "and"',
        )  # fmt: skip

    def group(self, opening: Lexeme) -> Node:
        node = self.either()
        self.mixed = False
        if self.now().kind != ")":
            raise self.error(
                "this bracket is never closed", opening.column, "Close it with ) where it ends."
            )
        self.take()
        return node

    def word(self, lexeme: Lexeme) -> Node:
        text = lexeme.text
        name, colon, rest = text.partition(":")
        if colon and rest and re.fullmatch(r"[A-Za-z]+", name) and not rest.startswith("//"):
            near = difflib.get_close_matches(name.lower(), sorted(OURS), n=1)
            mend = f"Did you mean {near[0]}: ?" if near else f"Fields: {', '.join(sorted(OURS))}"
            raise self.error(
                f"there is no field {name}:",
                lexeme.column,
                f'{mend} Quote it to look for it: "{text}"',
            )
        return self.term(lexeme)

    def term(self, lexeme: Lexeme, *, mode: Mode = "fold", quoted: bool = False) -> Term:
        made = make_term(lexeme.text, mode=mode, column=lexeme.column, quoted=quoted)
        self.terms += 1
        if self.terms > MOST_TERMS:
            raise self.error(
                f"a query has at most {MOST_TERMS:,} terms", lexeme.column, "Split the query."
            )
        if mode == "raw":
            if not lexeme.text.strip():
                raise self.error("raw: needs text", lexeme.column, 'Write raw:"AT&T"')
            return made
        if not made.words:
            raise self.error(
                f"there is no word in {lexeme.text!r}", lexeme.column,
                'Use raw:"..." to look for signs.',
            )  # fmt: skip
        for word in made.words:
            for part in word.alternatives[0]:
                if ("*" in part or "?" in part) and literals(part) < FEWEST_LITERALS:
                    raise self.error(
                        f"{part!r} would match too much: a wildcard needs {FEWEST_LITERALS} "
                        "letters before it",
                        lexeme.column, "Write more of the word: palant*",
                    )  # fmt: skip
        return made

    def cased(self, bang: Lexeme) -> Node:
        lexeme = self.take()
        if lexeme.kind not in ("word", "phrase"):
            raise self.error("! needs a word", bang.column, '!"ICE" looks for ICE in that case')
        return self.case(lexeme)

    def case(self, lexeme: Lexeme) -> Term:
        if lexeme.text == lexeme.text.lower() and not any(c.isdigit() for c in lexeme.text):
            self.warnings.append(
                QueryWarning(
                    message=f"cs({lexeme.text}) finds lower case only",
                    mend="Write the capitals that the name has.",
                    column=lexeme.column,
                )
            )
        return self.term(lexeme, mode="case", quoted=True)

    def macro(self, lexeme: Lexeme) -> Node:
        if self.bare:
            raise self.error(
                "a supplier's query has no macros", lexeme.column, "Write its names out."
            )
        if lexeme.text not in self.suppliers:
            near = difflib.get_close_matches(lexeme.text, sorted(self.suppliers), n=1)
            known = ", ".join("@" + key for key in sorted(self.suppliers)[:12]) or "none"
            raise self.error(
                f"there is no supplier @{lexeme.text}", lexeme.column,
                f"Did you mean @{near[0]}?" if near else f"Suppliers: {known}",
            )  # fmt: skip
        return Macro(lexeme.text, self.suppliers[lexeme.text])

    def function(self, lexeme: Lexeme) -> Node:
        part = self.atom()
        number = lexeme.number or 0
        if number < 1:
            raise self.error(
                f"{lexeme.text} needs a number from 1", lexeme.column, f"Write {lexeme.text}/3(x)"
            )
        return AtLeast(number, part) if lexeme.text == "atleast" else First(number, part)

    def field(self, lexeme: Lexeme) -> Node:
        name = lexeme.text
        if name in FOREIGN:
            raise self.error(f"there is no {name}: here", lexeme.column, FOREIGN[name])
        if name in ("cs", "raw"):
            return self.exact(name, lexeme)
        if name in FILTERS:
            return self.filter(FILTERS[name], lexeme)
        return Scoped(TEXT_FIELDS[name], self.atom())

    def exact(self, name: str, lexeme: Lexeme) -> Node:
        bracket = self.now().kind == "("
        if bracket:
            self.take()
        parts: list[Node] = []
        while self.now().kind in ("word", "phrase"):
            one = self.take()
            parts.append(self.term(one, mode="raw") if name == "raw" else self.case(one))
            if not bracket:
                break
            if self.now().kind == "operator" and self.now().text == "OR":
                self.take()
        if bracket:
            if self.now().kind != ")":
                raise self.error(
                    f"{name}( ) takes words and phrases", self.now().column, f'Write {name}("ICE")'
                )
            self.take()
        if not parts:
            raise self.error(f"{name} needs a word", lexeme.column, f'Write {name}("ICE")')
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def filter(self, name: str, lexeme: Lexeme) -> Node:
        bracket = self.now().kind == "("
        if bracket:
            self.take()
        values: list[Node] = []
        while self.now().kind in ("word", "phrase"):
            one = self.take()
            value = one.text.lower()
            if name == "type":
                if value not in TYPES:
                    known = ", ".join(sorted(set(TYPES)))
                    raise self.error(f"there is no type {value}", one.column, f"Types: {known}")
                value = TYPES[value]
            values.append(Filter(name, value))
            if not bracket:
                break
            if self.now().kind == "operator" and self.now().text == "OR":
                self.take()
        if bracket and self.take().kind != ")":
            raise self.error(
                "this bracket is never closed", lexeme.column, f"Write {lexeme.text}:value"
            )
        if not values:
            raise self.error(
                f"{lexeme.text}: needs a value", lexeme.column, f"Write {lexeme.text}:value"
            )
        return values[0] if len(values) == 1 else Or(tuple(values))

    def compare(self, lexeme: Lexeme) -> Node:
        found = re.match(r"(value|date)\s*:?\s*(<=|>=|<|>|=)\s*(.+)", lexeme.text, re.IGNORECASE)
        if found is None:
            raise self.error("this comparison is incomplete", lexeme.column, "Write value>100000")
        name, relation, bound = found[1].lower(), found[2][0], found[3]
        try:
            limit: float | date = _number(bound) if name == "value" else _day(bound)
        except ValueError:
            mend = "Write value>100000" if name == "value" else "Write date>2026-01-31"
            raise self.error(f"{bound!r} cannot be read", lexeme.column, mend) from None
        return Compare(name, relation, limit, lexeme.text)  # type: ignore[arg-type]

    def within(self, node: Node, suffix: Lexeme) -> Node:
        """`"a b"~5`: the words of a phrase, or the sides of a group, within n words."""
        distance = suffix.number or 0
        if isinstance(node, Term) and len(node.text.split()) > 1:
            parts: list[Node] = [
                make_term(w, mode=node.mode, column=node.column) for w in node.text.split()
            ]
        elif isinstance(node, And):
            parts = list(node.parts)
        else:
            raise self.error(
                "~ stands behind a phrase or a group of AND",
                suffix.column,
                'Write "data platform"~5',
            )
        made = parts[0]
        for part in parts[1:]:
            self.operand(part, suffix)
            made = Near(made, part, distance)
        return made


def walk(node: Node) -> list[Node]:
    """The node and all below it, macros included."""
    made: list[Node] = [node]
    match node:
        case And(parts) | Or(parts):
            children: tuple[Node, ...] = parts
        case Not(part) | AtLeast(_, part) | First(_, part) | Scoped(_, part) | Macro(_, part):
            children = (part,)
        case Near(left, right) | NotNear(left, right):
            children = (left, right)
        case _:
            children = ()
    for child in children:
        made.extend(walk(child))
    return made


def _number(text: str) -> float:
    text = text.lower().lstrip("£$€").replace(",", "")
    scale = 1.0
    for suffix, by in (("bn", 1e9), ("mn", 1e6), ("m", 1e6), ("k", 1e3)):
        if text.endswith(suffix):
            text, scale = text.removesuffix(suffix), by
            break
    return float(text) * scale


def _day(text: str) -> date:
    parts = [int(part) for part in text.split("-")]
    return date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)

"""Parses lexemes into nodes. Precedence from tight to loose: proximity, NOT, AND, OR.

query = and ("OR" and)*
and   = not (["AND"] not)*
not   = ("NOT" | "-" | "!")* near
near  = atom (INFIX atom)*
atom  = (word | phrase | macro | comparison | "(" query ")" | name ":" atom | name "(" query ")")
        ("~n" | "^n")*
"""

from __future__ import annotations

from collections.abc import Mapping

from alerts.query.model.nodes import And, Exactness, Macro, Node, Not, Or, Prefer, Spellings, Term
from alerts.query.model.query_errors import QueryWarning
from alerts.query.syntax import names
from alerts.query.syntax.combining import apply_function, make_near, make_window
from alerts.query.syntax.cursor import Cursor
from alerts.query.syntax.lexer import Lexeme
from alerts.query.syntax.operators import FUNCTIONS
from alerts.query.syntax.written_signs import warn_of_signs
from alerts.query.text.entities import decode_entities
from alerts.query.text.plurals import common_singular
from alerts.query.text.spellings import make_spellings
from alerts.query.text.terms import TermProblem
from config.values.invalid_value import nearest

MAX_WEIGHT = 99


def parse(
    query: str, suppliers: Mapping[str, Node], *, macros: bool = True
) -> tuple[Node, list[QueryWarning]]:
    """Parse a query into its node, with warnings about how it is written.

    Args:
        query: as written.
        suppliers: the node of each macro, by supplier key.
        macros: False for a supplier's own query, which may not use macros.

    Raises:
        QueryError: the query cannot be parsed.
    """
    parser = Parser(query, suppliers if macros else None)
    return parser.parse_query(), parser.warnings


class Parser(Cursor):
    """Parses one query. `exact`, `stemmed`, `plural`: set by cs(), stem(), plural()..."""

    def __init__(self, query: str, suppliers: Mapping[str, Node] | None) -> None:
        super().__init__(query)
        self._suppliers = suppliers
        self.exact: Exactness = ""
        self.stemmed = False
        self.plural = False

    def parse_query(self) -> Node:
        """Parse the whole query.

        Raises:
            QueryError: it is empty or not valid.
        """
        if self.current.kind == "end":
            raise self.error("the query is empty", 1, 'Write a word, or a phrase in "quotes"')
        node = self._parse_or()
        left = self.current
        if left.kind == ")":
            raise self.error(
                "this bracket closes nothing", left.column, "Take it out, or open one before it"
            )
        if left.kind != "end":
            raise self.error(
                f"{self.text_of(left)} cannot stand here", left.column,
                "Expected AND, OR, NOT, NEAR/n or the end",
            )  # fmt: skip
        return node

    def _parse_or(self) -> Node:
        start = self.current.column
        node, mixed = self._parse_and()
        parts = [node]
        while self.take_if("OR"):
            node, joined = self._parse_and()
            parts.append(node)
            mixed = mixed or joined
        if len(parts) > 1 and mixed:
            self.warn(
                "AND and OR stand side by side without brackets: AND and NOT bind first", start,
                "Put brackets around what belongs together, as in a AND (b OR c)",
            )  # fmt: skip
        return _flatten(Or, parts)

    def _parse_and(self) -> tuple[Node, bool]:
        """Parse a conjunction; also return whether it has several parts without brackets."""
        parts = [self._parse_not()]
        while self.take_if("AND") or self.current.kind not in ("end", ")", "OR", "infix", "~", "^"):
            parts.append(self._parse_not())
        return _flatten(And, parts), len(parts) > 1

    def _parse_not(self) -> Node:
        nots: list[Lexeme] = []
        while lexeme := self._take_negation():
            nots.append(lexeme)
        node = self._parse_near()
        return Not(node, nots[0].column) if len(nots) % 2 else node

    def _take_negation(self) -> Lexeme | None:
        # ! is NOT before a bracket or field only: !"ICE" is exact case
        if self.current.kind == "!" and self.next.kind not in ("(", "name", "function"):
            return None
        return self.take_if("NOT", "-", "!")

    def _parse_near(self) -> Node:
        left = self._parse_atom()
        while operator := self.take_if("infix"):
            left = make_near(self, left, operator, self._parse_atom())
        return left

    def _parse_atom(self) -> Node:
        lexeme = self.take()
        self.enter(lexeme)
        node = self._parse_primary(lexeme)
        self.leave()
        while suffix := self.take_if("~", "^"):
            if suffix.kind == "~":
                node = make_window(self, node, lexeme, suffix)
            else:
                inner = node.part if isinstance(node, Prefer) else node
                node = Prefer(inner, min(suffix.number or 0, MAX_WEIGHT))
        return node

    def _parse_primary(self, lexeme: Lexeme) -> Node:
        match lexeme.kind:
            case "(":
                return self._parse_group(lexeme)
            case "word" | "phrase":
                return self._make_term(lexeme, self.exact)
            case "!":
                return self._parse_exclamation(lexeme)
            case "macro":
                return self._expand_macro(lexeme)
            case "function":
                return self._parse_function(lexeme)
            case "name":
                return names.parse_name(self, lexeme)
            case "compare":
                name, _, value = lexeme.text.partition(" ")
                return names.make_filter(self, name, value, lexeme)
        what = "the query ends" if lexeme.kind == "end" else f"{self.text_of(lexeme)} stands"
        raise self.error(
            f"{what} where a word, a phrase or a bracket was expected", lexeme.column,
            'An operator takes something on both sides; quote a word to look for it: "not"',
        )  # fmt: skip

    def _parse_group(self, opening: Lexeme) -> Node:
        if self.current.kind == ")":
            raise self.error("these brackets are empty", opening.column, "Write a term in them")
        node = self._parse_or()
        if not self.take_if(")"):
            if self.current.kind == "end":
                raise self.error(
                    "this bracket is never closed", opening.column, "Write ) where the group ends"
                )
            raise self.error(
                f"{self.text_of(self.current)} cannot stand here", self.current.column,
                "Expected AND, OR, NOT, NEAR/n or )",
            )  # fmt: skip
        return node

    def _make_term(self, lexeme: Lexeme, exact: Exactness) -> Term | Spellings:
        written = lexeme.text if exact == "raw" else decode_entities(lexeme.text)
        if not exact and not self.stemmed:
            exact = warn_of_signs(self, written, lexeme)
        try:
            term = make_spellings(
                written, exact=exact, stemmed=self.stemmed, plural=self.plural, column=lexeme.column
            )
        except TermProblem as problem:
            raise self.error(str(problem), lexeme.column, problem.hint) from None
        self.count(term, lexeme)
        if self.plural and (singular := common_singular(written)):
            self.warn(
                f"{written} is taken for a name, of which there is no singular", lexeme.column,
                f"Write it small to find {singular} too",
            )  # fmt: skip
        if exact == "case" and not any(c.isupper() for c in lexeme.text):
            self.warn(
                f"there is no capital in {lexeme.text}: it is found in lower case only",
                lexeme.column, "Write it as it stands in texts, or without cs()",
            )  # fmt: skip
        return term

    def _parse_exclamation(self, mark: Lexeme) -> Node:
        if phrase := self.take_if("phrase"):
            return self._make_term(phrase, "case")
        word = self.text_of(self.current).strip("'")
        raise self.error(
            "! stands before a phrase for its exact case, or before a bracket for NOT",
            mark.column, f'Write cs("{word}") for exactly this case, NOT {word} to exclude it',
        )  # fmt: skip

    def _expand_macro(self, lexeme: Lexeme) -> Node:
        if self._suppliers is None:
            raise self.error(
                "a supplier's own query cannot name suppliers", lexeme.column, "Write the names"
            )
        key = lexeme.text if lexeme.text in self._suppliers else lexeme.text.lower()
        node = self._suppliers.get(key)
        if node is None:
            near = nearest(key, self._suppliers)
            raise self.error(
                f"there is no supplier {key}", lexeme.column,
                f"Did you mean @{near}?" if near else
                f'Declare it in suppliers.toml, or quote the word to look for it: "{key}"',
            )  # fmt: skip
        self.count(node, lexeme)
        return Macro(key, node, lexeme.column)

    def _parse_function(self, lexeme: Lexeme) -> Node:
        row, number = FUNCTIONS[lexeme.text], lexeme.number or 0
        if not 1 <= number <= row.most:
            raise self.error(
                f"{row.name} takes a number from 1 to {row.most:,}", lexeme.column,
                f"Write {row.name}/{min(max(number, 1), row.most)}(x)",
            )  # fmt: skip
        return apply_function(self, lexeme, self.parse_operand(lexeme))

    def parse_operand(self, lexeme: Lexeme) -> Node:
        """Parse the operand of a name or function: a bracket, or the atom after a colon."""
        if lexeme.called:
            opening = self.take()
            self.enter(opening)
            node = self._parse_group(opening)
            self.leave()
            return node
        if self.current.kind in ("end", ")", "AND", "OR", "NOT", "infix"):
            raise self.error(
                f"{lexeme.text}: needs something behind it", lexeme.column,
                f"Write {lexeme.text}:word, or {lexeme.text}:(a OR b)",
            )  # fmt: skip
        return self._parse_atom()


def _flatten(kind: type[And] | type[Or], parts: list[Node]) -> Node:
    """Join parts to one node, merging parts of the same kind."""
    if len(parts) == 1:
        return parts[0]
    merged: list[Node] = []
    for part in parts:
        merged.extend(part.parts if isinstance(part, kind) else (part,))
    return kind(tuple(merged))

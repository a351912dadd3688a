"""From lexemes to nodes. Binds from tight to loose: proximity, NOT, AND (or side by side), OR.

query = all ("OR" all)*
all   = one (["AND"] one)*
one   = ("NOT" | "-" | "!")* near
near  = atom (INFIX atom)*
atom  = (word | phrase | macro | comparison | "(" query ")" | name ":" atom | name "(" query ")")
        ("~n" | "^n")*
"""

from __future__ import annotations

from collections.abc import Mapping

from alerts.query.model.nodes import And, Exactness, Macro, Node, Not, Or, Prefer, Term
from alerts.query.model.query_errors import QueryWarning
from alerts.query.syntax import names
from alerts.query.syntax.combining import applied, near_of, window_of
from alerts.query.syntax.cursor import Cursor
from alerts.query.syntax.lexer import Lexeme
from alerts.query.syntax.operators import FUNCTIONS
from alerts.query.text.terms import TermProblem, make_term

MOST_WEIGHT = 99


def parse(
    query: str, suppliers: Mapping[str, Node], *, macros: bool = True
) -> tuple[Node, list[QueryWarning]]:
    """The node of a query, and what to warn of in how it is written.

    Args:
        query: as written.
        suppliers: what `@key` stands for.
        macros: False for a supplier's own query, in which there are none.

    Raises:
        QueryError: where it cannot be read.
    """
    parser = Parser(query, suppliers if macros else None)
    return parser.whole(), parser.warnings


class Parser(Cursor):
    """Reads one query. `exact`, `stemmed`: what cs(), raw() or stem() has set for its inside."""

    def __init__(self, query: str, suppliers: Mapping[str, Node] | None) -> None:
        super().__init__(query)
        self._suppliers = suppliers
        self.exact: Exactness = ""
        self.stemmed = False

    def whole(self) -> Node:
        """The query from its first lexeme to its last."""
        if self.now.kind == "end":
            raise self.error("the query is empty", 1, 'Write a word, or a phrase in "quotes"')
        node = self._any_of()
        left = self.now
        if left.kind == ")":
            raise self.error(
                "this bracket closes nothing", left.column, "Take it out, or open one before it"
            )
        if left.kind != "end":
            raise self.error(
                f"{self.written(left)} cannot stand here", left.column,
                "Expected AND, OR, NOT, NEAR/n or the end",
            )  # fmt: skip
        return node

    def _any_of(self) -> Node:
        start = self.now.column
        node, mixed = self._all_of()
        parts = [node]
        while self.took("OR"):
            node, joined = self._all_of()
            parts.append(node)
            mixed = mixed or joined
        if len(parts) > 1 and mixed:
            self.warn(
                "AND and OR stand side by side without brackets: AND and NOT bind first", start,
                "Put brackets around what belongs together, as in a AND (b OR c)",
            )  # fmt: skip
        return _flat(Or, parts)

    def _all_of(self) -> tuple[Node, bool]:
        """The node, and whether it joins several without brackets."""
        parts = [self._one()]
        while self.took("AND") or self.now.kind not in ("end", ")", "OR", "infix", "~", "^"):
            parts.append(self._one())
        return _flat(And, parts), len(parts) > 1

    def _one(self) -> Node:
        nots: list[Lexeme] = []
        while lexeme := self._negation():
            nots.append(lexeme)
        node = self._near()
        return Not(node, nots[0].column) if len(nots) % 2 else node

    def _negation(self) -> Lexeme | None:
        # ! is NOT before a bracket or field only: !"ICE" is exact case
        if self.now.kind == "!" and self.next.kind not in ("(", "name", "function"):
            return None
        return self.took("NOT", "-", "!")

    def _near(self) -> Node:
        left = self._atom()
        while operator := self.took("infix"):
            left = near_of(self, left, operator, self._atom())
        return left

    def _atom(self) -> Node:
        lexeme = self.take()
        self.deeper(lexeme)
        node = self._bare(lexeme)
        self.higher()
        while suffix := self.took("~", "^"):
            if suffix.kind == "~":
                node = window_of(self, node, lexeme, suffix)
            else:
                inner = node.part if isinstance(node, Prefer) else node
                node = Prefer(inner, min(suffix.number or 0, MOST_WEIGHT))
        return node

    def _bare(self, lexeme: Lexeme) -> Node:
        match lexeme.kind:
            case "(":
                return self._group(lexeme)
            case "word" | "phrase":
                return self._term(lexeme, self.exact)
            case "!":
                return self._exclaimed(lexeme)
            case "macro":
                return self._macro(lexeme)
            case "function":
                return self._function(lexeme)
            case "name":
                return names.named(self, lexeme)
            case "compare":
                name, _, value = lexeme.text.partition(" ")
                return names.filter_of(self, name, value, lexeme)
        what = "the query ends" if lexeme.kind == "end" else f"{self.written(lexeme)} stands"
        raise self.error(
            f"{what} where a word, a phrase or a bracket was expected", lexeme.column,
            'An operator takes something on both sides; quote a word to look for it: "not"',
        )  # fmt: skip

    def _group(self, opening: Lexeme) -> Node:
        if self.now.kind == ")":
            raise self.error("these brackets are empty", opening.column, "Write a term in them")
        node = self._any_of()
        if not self.took(")"):
            if self.now.kind == "end":
                raise self.error(
                    "this bracket is never closed", opening.column, "Write ) where the group ends"
                )
            raise self.error(
                f"{self.written(self.now)} cannot stand here", self.now.column,
                "Expected AND, OR, NOT, NEAR/n or )",
            )  # fmt: skip
        return node

    def _term(self, lexeme: Lexeme, exact: Exactness) -> Term:
        try:
            term = make_term(lexeme.text, exact=exact, stemmed=self.stemmed, column=lexeme.column)
        except TermProblem as problem:
            raise self.error(str(problem), lexeme.column, problem.mend) from None
        self.count(term, lexeme)
        if exact != "raw" and names.lost_signs(lexeme.text):
            self.warn(
                f"the signs of {lexeme.text} are not compared", lexeme.column,
                f'Write raw:"{lexeme.text}" to compare them',
            )  # fmt: skip
        if exact == "case" and not any(c.isupper() for c in lexeme.text):
            self.warn(
                f"there is no capital in {lexeme.text}: it is found in lower case only",
                lexeme.column, "Write it as it stands in texts, or without cs()",
            )  # fmt: skip
        return term

    def _exclaimed(self, mark: Lexeme) -> Node:
        if phrase := self.took("phrase"):
            return self._term(phrase, "case")
        word = self.written(self.now).strip("'")
        raise self.error(
            "! stands before a phrase for its exact case, or before a bracket for NOT",
            mark.column, f'Write cs("{word}") for exactly this case, NOT {word} to exclude it',
        )  # fmt: skip

    def _macro(self, lexeme: Lexeme) -> Node:
        if self._suppliers is None:
            raise self.error(
                "a supplier's own query cannot name suppliers", lexeme.column, "Write the names"
            )
        key = lexeme.text if lexeme.text in self._suppliers else lexeme.text.lower()
        node = self._suppliers.get(key)
        if node is None:
            near = names.nearest(key, self._suppliers)
            raise self.error(
                f"there is no supplier {key}", lexeme.column,
                f"Did you mean @{near}?" if near else
                f'Declare it in suppliers.toml, or quote the word to look for it: "{key}"',
            )  # fmt: skip
        self.count(node, lexeme)
        return Macro(key, node, lexeme.column)

    def _function(self, lexeme: Lexeme) -> Node:
        row, number = FUNCTIONS[lexeme.text], lexeme.number or 0
        if not 1 <= number <= row.most:
            raise self.error(
                f"{row.name} takes a number from 1 to {row.most:,}", lexeme.column,
                f"Write {row.name}/{min(max(number, 1), row.most)}(x)",
            )  # fmt: skip
        return applied(self, lexeme, self.inside(lexeme))

    def inside(self, lexeme: Lexeme) -> Node:
        """What a name or function is said of: a bracket, or the atom behind the colon."""
        if lexeme.called:
            opening = self.take()
            self.deeper(opening)
            node = self._group(opening)
            self.higher()
            return node
        if self.now.kind in ("end", ")", "AND", "OR", "NOT", "infix"):
            raise self.error(
                f"{lexeme.text}: needs something behind it", lexeme.column,
                f"Write {lexeme.text}:word, or {lexeme.text}:(a OR b)",
            )  # fmt: skip
        return self._atom()


def _flat(kind: type[And] | type[Or], parts: list[Node]) -> Node:
    """One node; nodes of the same kind within it are opened."""
    if len(parts) == 1:
        return parts[0]
    opened: list[Node] = []
    for part in parts:
        opened.extend(part.parts if isinstance(part, kind) else (part,))
    return kind(tuple(opened))

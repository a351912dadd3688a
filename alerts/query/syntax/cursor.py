"""Walks the lexemes of a query, and says what is wrong where it stands."""

from __future__ import annotations

from alerts.query.model.nodes import Node, Term, walk
from alerts.query.model.query_errors import QueryError, QueryWarning
from alerts.query.syntax.lexer import Kind, Lexeme, Lexer

MOST_CHARACTERS = 100_000
MOST_TERMS = 5_000
MOST_WILDCARDS = 200
DEEPEST = 50


class Cursor:
    """A place among the lexemes of one query, and what has been counted up to there."""

    def __init__(self, query: str) -> None:
        self.query = query
        self.warnings: list[QueryWarning] = []
        self._at = 0
        self._depth = 0
        self._terms = 0
        self._wildcards = 0
        if len(query) > MOST_CHARACTERS:
            raise self.error(
                f"a query has at most {MOST_CHARACTERS:,} characters; this one has {len(query):,}",
                1, "Split it into several watches",
            )  # fmt: skip
        self._lexemes = Lexer(query).lexemes()

    def error(self, message: str, column: int, mend: str) -> QueryError:
        """The error to raise."""
        return QueryError(message, query=self.query, column=column, mend=mend)

    def warn(self, message: str, column: int, mend: str) -> None:
        """Remember something to tell the author."""
        self.warnings.append(QueryWarning(message=message, mend=mend, column=column))

    @property
    def now(self) -> Lexeme:
        """The lexeme at which the cursor stands."""
        return self._lexemes[self._at]

    @property
    def next(self) -> Lexeme:
        """The one behind it."""
        return self._lexemes[min(self._at + 1, len(self._lexemes) - 1)]

    def take(self) -> Lexeme:
        """The lexeme at which the cursor stands; it moves on, never behind the end."""
        lexeme = self.now
        self._at = min(self._at + 1, len(self._lexemes) - 1)
        return lexeme

    def took(self, *kinds: Kind) -> Lexeme | None:
        """The lexeme, if it is of one of these kinds; then the cursor moves on."""
        return self.take() if self.now.kind in kinds else None

    def written(self, lexeme: Lexeme) -> str:
        """A lexeme as it stands in the query."""
        if lexeme.kind == "end":
            return "the end"
        return "'" + self.query[lexeme.column - 1 : lexeme.end] + "'"

    def deeper(self, lexeme: Lexeme) -> None:
        """Refuse what is nested too deep; `higher` goes back."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise self.error(
                f"this is nested more than {DEEPEST} deep", lexeme.column, "Split the query"
            )

    def higher(self) -> None:
        """The way back from `deeper`."""
        self._depth -= 1

    def count(self, node: Node, lexeme: Lexeme) -> None:
        """Refuse terms beyond the bounds."""
        terms = [one for one in walk(node) if isinstance(one, Term)]
        self._terms += len(terms)
        self._wildcards += sum(part.kind == "wild" for term in terms for part in term.parts)
        if self._terms > MOST_TERMS:
            raise self.error(
                f"a query has at most {MOST_TERMS:,} terms", lexeme.column,
                "Split it into several watches",
            )  # fmt: skip
        if self._wildcards > MOST_WILDCARDS:
            raise self.error(
                f"a query has at most {MOST_WILDCARDS} words with wildcards", lexeme.column,
                "Write the words out, or split the query",
            )  # fmt: skip

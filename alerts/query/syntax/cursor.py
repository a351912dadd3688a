"""Iterates over the lexemes of a query, counts what is bounded, and creates errors."""

from __future__ import annotations

from collections.abc import Iterator

from alerts.query.model.nodes import Node, Spellings, Term, children
from alerts.query.model.query_errors import QueryError, QueryWarning
from alerts.query.syntax.lexer import Kind, Lexeme, Lexer

MAX_CHARACTERS = 100_000
MAX_TERMS = 5_000
MAX_WILDCARDS = 200
DEEPEST = 50


class Cursor:
    """A position in the lexemes of one query, with counts of terms, wildcards and nesting.

    Raises:
        QueryError: the query is too long, or has something that is not a lexeme.
    """

    def __init__(self, query: str) -> None:
        self.query = query
        self.warnings: list[QueryWarning] = []
        self._at = 0
        self._depth = 0
        self._terms = 0
        self._wildcards = 0
        if len(query) > MAX_CHARACTERS:
            raise self.error(
                f"a query has at most {MAX_CHARACTERS:,} characters; this one has {len(query):,}",
                1, "Split it into several watches",
            )  # fmt: skip
        self._lexemes = Lexer(query).lexemes()

    def error(self, message: str, column: int, hint: str) -> QueryError:
        """Create an error at a column (from 1); `hint` is the fix."""
        return QueryError(message, query=self.query, column=column, hint=hint)

    def warn(self, message: str, column: int, hint: str) -> None:
        """Add a warning at a column (from 1); `hint` is the fix."""
        self.warnings.append(QueryWarning(message=message, hint=hint, column=column))

    @property
    def current(self) -> Lexeme:
        """The current lexeme."""
        return self._lexemes[self._at]

    @property
    def next(self) -> Lexeme:
        """The lexeme after the current one."""
        return self._lexemes[min(self._at + 1, len(self._lexemes) - 1)]

    def take(self) -> Lexeme:
        """Return the current lexeme and advance, never beyond the end."""
        lexeme = self.current
        self._at = min(self._at + 1, len(self._lexemes) - 1)
        return lexeme

    def take_if(self, *kinds: Kind) -> Lexeme | None:
        """Take the current lexeme if it is of one of these kinds, else return None."""
        return self.take() if self.current.kind in kinds else None

    def text_of(self, lexeme: Lexeme) -> str:
        """Return the source text of a lexeme, in single quotes."""
        if lexeme.kind == "end":
            return "the end"
        return "'" + self.query[lexeme.column - 1 : lexeme.end] + "'"

    def enter(self, lexeme: Lexeme) -> None:
        """Count one level of nesting; `leave` ends it.

        Raises:
            QueryError: the nesting is too deep.
        """
        self._depth += 1
        if self._depth > DEEPEST:
            raise self.error(
                f"this is nested more than {DEEPEST} deep", lexeme.column, "Split the query"
            )

    def leave(self) -> None:
        """End a level of nesting."""
        self._depth -= 1

    def count(self, node: Node, lexeme: Lexeme) -> None:
        """Count the terms and wildcards of a node.

        Raises:
            QueryError: the query has too many.
        """
        terms = list(_find_terms(node))
        self._terms += len(terms)
        self._wildcards += sum(part.kind == "wild" for term in terms for part in term.parts)
        if self._terms > MAX_TERMS:
            raise self.error(
                f"a query has at most {MAX_TERMS:,} terms", lexeme.column,
                "Split it into several watches",
            )  # fmt: skip
        if self._wildcards > MAX_WILDCARDS:
            raise self.error(
                f"a query has at most {MAX_WILDCARDS} words with wildcards", lexeme.column,
                "Write the words out, or split the query",
            )  # fmt: skip


def _find_terms(node: Node) -> Iterator[Term]:
    """Yield the terms as written: one for all spellings of a term."""
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, Spellings):
            current = current.term
        if isinstance(current, Term):
            yield current
        stack.extend(children(current))

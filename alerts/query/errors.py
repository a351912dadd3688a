"""What can be wrong with a query.

QueryError   it cannot be read or would find nothing or everything
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryWarning:
    """Something about a query that its author should look at."""

    message: str
    mend: str
    column: int = 0


class QueryError(ValueError):
    """A query that cannot be used: where it goes wrong and what to write instead."""

    def __init__(self, message: str, *, query: str, column: int, mend: str) -> None:
        self.message = message
        self.query = query
        self.column = max(1, column)
        self.mend = mend
        super().__init__(f"{message} (column {self.column})\n{self.caret}\n{mend}")

    @property
    def caret(self) -> str:
        """The line of the query that is wrong, with a caret below the place."""
        flat = self.query.replace("\n", " ").replace("\t", " ")
        begin = max(0, self.column - 60)
        shown = flat[begin : begin + 100]
        return f"  {shown}\n  {' ' * (self.column - 1 - begin)}^"

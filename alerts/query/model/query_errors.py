"""What can be wrong with a query.

AlertsError
 +-- QueryError   it cannot be read, or would find nothing or everything
"""

from __future__ import annotations

from dataclasses import dataclass

from alerts.errors import AlertsError

_BEFORE, _SHOWN = 60, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryWarning:
    """Something about a query that its author should look at. `column` 0: the whole of it."""

    message: str
    mend: str
    column: int = 0


class QueryError(AlertsError, ValueError):
    """A query that cannot be used: what is wrong, where (column from 1), what to write instead."""

    def __init__(self, message: str, *, query: str, column: int, mend: str) -> None:
        self.message = message
        self.query = query
        self.column = max(1, column)
        self.mend = mend
        super().__init__(f"{message} (column {self.column})\n{self.caret}\n{mend}")

    @property
    def caret(self) -> str:
        """The part of the query that is wrong, and a line with a caret below the place."""
        flat = "".join(c if c.isprintable() else " " for c in self.query)
        begin = max(0, self.column - 1 - _BEFORE)
        return f"  {flat[begin : begin + _SHOWN]}\n  {' ' * (self.column - 1 - begin)}^"

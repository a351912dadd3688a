"""Errors and warnings about queries.

AlertsError
 +-- QueryError   the query cannot be parsed, or would match nothing or everything
"""

from __future__ import annotations

from dataclasses import dataclass

from alerts.errors import AlertsError

_BEFORE, _SHOWN = 60, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryWarning:
    """A warning about a query that works; `hint` says what to write. `column` 0: all of it."""

    message: str
    hint: str
    column: int = 0


class QueryError(AlertsError, ValueError):
    """Raised for a query that cannot be used. `column` counts from 1; `hint` is the fix."""

    def __init__(self, message: str, *, query: str, column: int, hint: str) -> None:
        self.message = message
        self.query = query
        self.column = max(1, column)
        self.hint = hint
        super().__init__(f"{message} (column {self.column})\n{self.caret}\n{hint}")

    @property
    def caret(self) -> str:
        """Two lines: the query around the error, and a caret below the column."""
        flat = "".join(c if c.isprintable() else " " for c in self.query)
        begin = max(0, self.column - 1 - _BEFORE)
        return f"  {flat[begin : begin + _SHOWN]}\n  {' ' * (self.column - 1 - begin)}^"

"""A clock that goes only when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Stands at `at`; call it for the time, `advance` or set it to move it."""

    def __init__(self, at: datetime = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> datetime:
        """Move on (or, with a negative span, back) and return the new time."""
        self.at += by
        return self.at

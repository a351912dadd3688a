"""Keeps the last warnings and errors of the log, for the operator's page."""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime

from config.logs import escape_controls

KEPT = 100
MAX_TEXT = 600  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedError:
    """A warning or an error as it was logged; `times`: how often in a row."""

    at: datetime
    level: str
    logger: str
    text: str
    times: int = 1


class RecentErrors(logging.Handler):
    """A handler that keeps the last records from WARNING up, in memory alone."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._guard = threading.Lock()
        self._kept: deque[LoggedError] = deque(maxlen=KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record; one that repeats the last is counted with it."""
        try:
            text = record.getMessage()
            if record.exc_info and record.exc_info[1] is not None:
                error = record.exc_info[1]
                text = f"{text}: {type(error).__name__}: {error}"
        except Exception:
            self.handleError(record)
            return
        line = escape_controls(text[: MAX_TEXT * 2])[:MAX_TEXT]
        at = datetime.fromtimestamp(record.created, UTC)
        with self._guard:
            last = self._kept[-1] if self._kept else None
            times = 1
            if last is not None and (last.logger, last.text) == (record.name, line):
                times = last.times + 1
                self._kept.pop()
            self._kept.append(
                LoggedError(
                    at=at, level=record.levelname, logger=record.name, text=line, times=times
                )
            )

    def latest(self) -> tuple[LoggedError, ...]:
        """Return what is kept, the newest first."""
        with self._guard:
            return tuple(reversed(self._kept))

"""Captures the log output of crawl processes while a progress bar is shown."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from supplierwatch.formatting.console import clean, note

LINES_SHOWN = 8


@dataclass(slots=True)
class ChildLogs:
    """Captured log output. `screen`: where to draw a bar, None if logs are not captured.

    `tail`: the last lines, available once the block has ended.
    """

    screen: TextIO | None = None
    tail: list[str] = field(default_factory=list)

    def show_tail(self) -> None:
        """Print the last captured lines."""
        for line in self.tail:
            note(f"  {clean(line)}")


@contextmanager
def capture_child_logs(*, unless: bool) -> Iterator[ChildLogs]:
    """Redirect the standard error of child processes into a file while the block runs.

    Log lines of this process are still shown. Children inherit descriptor 2, so that is what is
    redirected.

    Args:
        unless: redirect nothing.
    """
    children = ChildLogs()
    if unless:
        yield children
        return
    sys.stderr.flush()
    with tempfile.TemporaryFile() as log, os.fdopen(os.dup(2), "w", encoding="utf-8") as screen:
        children.screen = screen
        os.dup2(log.fileno(), 2)
        try:
            with _redirect_logging(screen):
                yield children
        finally:
            sys.stderr.flush()
            os.dup2(screen.fileno(), 2)
            log.seek(0)
            lines = log.read().decode("utf-8", "replace").splitlines()
            children.tail = lines[-LINES_SHOWN:]


@contextmanager
def _redirect_logging(screen: TextIO) -> Iterator[None]:
    ours = [
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stderr
    ]
    for handler in ours:
        handler.setStream(screen)
    try:
        yield
    finally:
        for handler in ours:
            handler.setStream(sys.stderr)
